// The texts that a command is given: files, folders of them, and standard input.
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import type { CommandIo } from "../command/io.ts";
import type { Environment } from "../deploy/world.ts";
import { Mistake } from "../command/mistake.ts";

/** A text and the name to call it by. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

const DEFINITIONS = /\.(ya?ml|json|ndjson|jsonl)$/i;

/** Reads what the arguments name, in their order; of a folder, what is named as YAML or JSON, by name. */
export async function readSources(paths: readonly string[], io: CommandIo): Promise<Source[]> {
  if (paths.length === 0) {
    throw new Mistake("no definitions are named", "give files, folders, or - for standard input");
  }
  const files = (await Promise.all(paths.map((path) => filesOf(path, io.environment)))).flat();
  if (files.filter((file) => file === "-").length > 1) throw new Mistake("- is there twice", "give it once");
  return Promise.all(files.map((file) => readSource(file, io)));
}

/** Where a path of the command line is: relative to the folder it was typed in, also under `npm run`. */
export function resolveTyped(path: string, environment: Environment): string {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = environment;
  return resolve(script === "assets" ? (typedIn ?? "") : "", path);
}

async function filesOf(path: string, environment: Environment): Promise<string[]> {
  if (path === "-") return [path];
  const found = await stat(resolveTyped(path, environment)).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isDirectory()) return [path];
  const files = await within(path, environment);
  if (files.length > 0) return files;
  throw new Mistake(`${path} holds no definitions`, "name them *.yaml, *.yml, *.json, *.ndjson or *.jsonl");
}

async function within(folder: string, environment: Environment): Promise<string[]> {
  const entries = await readdir(resolveTyped(folder, environment), { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
  const found = visible
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return within(path, environment);
      return DEFINITIONS.test(entry.name) ? [path] : [];
    });
  return (await Promise.all(found)).flat();
}

async function readSource(file: string, { stdin, environment }: CommandIo): Promise<Source> {
  const name = file === "-" ? "standard input" : file;
  try {
    const bytes = file === "-" ? await buffer(stdin) : await readFile(resolveTyped(file, environment));
    return { file: name, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(file: string, error: unknown): Mistake {
  const reason = error instanceof TypeError ? "it is not UTF-8" : String(error);
  return new Mistake(`${file} cannot be read: ${reason}`, "correct the path or the file");
}
