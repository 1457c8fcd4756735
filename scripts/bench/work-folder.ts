// Where the data of a run lies. Local D1 writes to its files even for a read; on a disk that is what would be measured,
// so a folder in memory is taken where there is one with room.
import { mkdtemp, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IN_MEMORY = "/dev/shm";
const ROOM_BYTES = 4 * 1024 ** 3;

export interface WorkFolder {
  readonly path: string;
  readonly inMemory: boolean;
}

/** Makes a folder of this run's own. */
export async function makeWorkFolder(): Promise<WorkFolder> {
  const inMemory = await hasRoom(IN_MEMORY);
  const path = await mkdtemp(join(inMemory ? IN_MEMORY : tmpdir(), "edge-assets-bench-"));
  return { path, inMemory };
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= ROOM_BYTES;
  } catch {
    return false;
  }
}
