// Keeps two servers from one folder of local data, whose SQLite files take one process.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Mistake } from "../command/mistake.ts";
import { quoted } from "../command/terminal.ts";

/**
 * Claims a folder for this process; `state` is its name as it was typed. Throws a mistake while the process that claimed it
 * last is alive. Resolves to what gives it up again.
 */
export async function claimState(folder: string, state: string): Promise<() => Promise<void>> {
  const file = join(folder, "server.pid");
  const other = Number(await readFile(file, "utf8").catch(() => ""));
  if (other > 0 && other !== process.pid && isAlive(other))
    throw new Mistake(
      `process ${other} serves from the local data in ${quoted(state)}`,
      "stop it, or choose another folder with --state",
    );
  await writeFile(file, `${process.pid}\n`);
  return () => rm(file, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
