// The files of definitions in a folder, linked ones and linked folders as well.
import { readdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Environment } from "../deploy/world.ts";
import { nearestName } from "../../src/lib/nearest-name.ts";
import { Mistake } from "../command/mistake.ts";

/** The files that a path stands for. */
export interface Found {
  readonly files: readonly string[];
  /** Hidden files and folders, and files named nearly like definitions, which were passed over. */
  readonly skipped: readonly string[];
}

const DEFINITIONS = /\.(ya?ml|json|ndjson|jsonl)$/i;
/** Folders of tools, in which nobody keeps definitions. */
const TOOLS =
  /^(?:node_modules|\.(?:git|hg|svn|github|gitlab|circleci|vscode|idea|wrangler|venv|cache|terraform|bundle))$/;

/** Endings of files of definitions. */
const ENDINGS = ["yaml", "yml", "json", "ndjson", "jsonl"];

/** Whether a file is most likely one of definitions under a name that none has: `a.ymal`, or `a.yaml.bak` without `a.yaml`. */
function isMisnamed(name: string, beside: readonly string[]): boolean {
  const [, whole] = /^(.+\.(?:ya?ml|json|ndjson|jsonl))\b./i.exec(name) ?? [];
  if (whole !== undefined) return !beside.includes(whole);
  const ending = /\.([yjn]\w{2,})\W*$/i.exec(name)?.[1];
  return ending !== undefined && nearestName(ending, ENDINGS) !== null;
}

/** Where a path of the command line is: relative to the folder it was typed in, also under `npm run`. */
export function resolveTyped(path: string, environment: Environment): string {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = environment;
  return resolve(script === "assets" ? (typedIn ?? "") : "", path);
}

/** A file, or the files of a folder and of the folders in it, by name. */
export async function filesOf(path: string, environment: Environment): Promise<Found> {
  const at = (name: string) => resolveTyped(name, environment);
  if (!(await statOf(path, at)).isDirectory()) return { files: [path], skipped: [] };
  const files: string[] = [];
  const skipped: string[] = [];
  await walk(path, []);
  return { files, skipped };

  /** `above` are the real paths of the folders around, which a link may lead back to. */
  async function walk(folder: string, above: readonly string[]): Promise<void> {
    const real = await realpath(at(folder)).catch((error: unknown) => refuse(folder, error));
    if (above.includes(real)) return;
    const names = await readdir(real).catch((error: unknown) => refuse(folder, error));
    for (const name of names.toSorted()) {
      const inner = join(folder, name);
      if (TOOLS.test(name)) continue;
      if (!name.startsWith(".")) await take(inner, name, names, [...above, real]);
      else if (DEFINITIONS.test(name) || (await statOf(inner, at)).isDirectory()) skipped.push(inner);
    }
  }

  async function take(
    inner: string,
    name: string,
    beside: readonly string[],
    above: readonly string[],
  ): Promise<void> {
    // A link that leads nowhere matters only where definitions would be.
    const found = await stat(at(inner)).catch(() => null);
    if (found === null && !DEFINITIONS.test(name)) skipped.push(inner);
    else if (found?.isDirectory() === true) await walk(inner, above);
    else if (DEFINITIONS.test(name)) files.push(inner);
    else if (isMisnamed(name, beside)) skipped.push(inner);
  }
}

function statOf(path: string, at: (name: string) => string) {
  return stat(at(path)).catch((error: unknown) => refuse(path, error));
}

function refuse(path: string, error: unknown): never {
  throw new Mistake(`${path} cannot be read: ${String(error)}`, "correct the path or the file");
}
