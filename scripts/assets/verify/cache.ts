// What was verified before, so that a run that was stopped goes on where it was, and a second run is quick.
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { sourceKey, type ArchiveSource } from "../../../src/archives/source.ts";
import type { Environment } from "../../deploy/world.ts";

const Entry = z.looseObject({ key: z.string(), at: z.number(), size: z.number() });

/** An archive that was right. */
export interface Verified {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly size: number;
}

/** Where it is kept: `$XDG_CACHE_HOME/edge-assets`, or `~/.cache/edge-assets`. */
export function cacheFile(environment: Environment): string {
  const folder = environment["XDG_CACHE_HOME"] || join(environment["HOME"] || homedir(), ".cache");
  return join(folder, "edge-assets", "verified.ndjson");
}

/** Archives that were right, a line each: a run that is stopped loses none of them. Headers are not written down. */
export class VerifiedCache {
  readonly #file: string;
  readonly #known: ReadonlyMap<string, Verified>;

  private constructor(file: string, known: ReadonlyMap<string, Verified>) {
    this.#file = file;
    this.#known = known;
  }

  /** Reads what is there; lines that cannot be read, such as a last one that was cut off, are left out. */
  static async open(file: string): Promise<VerifiedCache> {
    const text = await readFile(file, "utf8").catch(() => "");
    const known = new Map<string, Verified>();
    for (const line of text.split("\n")) {
      const entry = Entry.safeParse(jsonOf(line));
      if (entry.success) known.set(entry.data.key, entry.data);
    }
    await mkdir(dirname(file), { recursive: true });
    return new VerifiedCache(file, known);
  }

  get(source: ArchiveSource): Verified | undefined {
    return this.#known.get(keyOf(source));
  }

  async add(source: ArchiveSource, { at, size }: Verified): Promise<void> {
    const line = JSON.stringify({ key: keyOf(source), at, size });
    await appendFile(this.#file, `${line}\n`, { mode: 0o600 });
  }
}

function keyOf(source: ArchiveSource): string {
  return createHash("sha256").update(sourceKey(source)).digest("hex");
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
