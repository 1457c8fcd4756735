// The texts that a command is given: files, folders of them, URLs and standard input.
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { CommandIo } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { filesOf, resolveTyped } from "./folders.ts";
import { download, isUrl } from "./download.ts";

/** A text and the name to call it by. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** What was read, and what was not although it may hold definitions. */
export interface Sources {
  readonly sources: readonly Source[];
  readonly skipped: readonly string[];
}

/** Reads what the arguments name, in their order; of a folder, what is named as YAML or JSON, by name. */
export async function readSources(paths: readonly string[], io: CommandIo): Promise<Sources> {
  if (paths.length === 0) {
    throw new Mistake("no definitions are named", "give files, folders, https URLs, or - for standard input");
  }
  const found = await Promise.all(
    paths.map(async (path) =>
      path === "-" || isUrl(path) ? { files: [path], skipped: [] } : filesOf(path, io.environment),
    ),
  );
  const files = found.flatMap((each) => each.files);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new Mistake(`${twice} is named twice`, "name it once");
  const skipped = found.flatMap((each) => each.skipped).filter((path) => !paths.includes(path));
  return { sources: await Promise.all(files.map((file) => readSource(file, io))), skipped };
}

async function readSource(file: string, { stdin, environment }: CommandIo): Promise<Source> {
  const name = file === "-" ? "standard input" : file;
  try {
    const bytes =
      file === "-"
        ? await buffer(stdin)
        : isUrl(file)
          ? await download(file, environment)
          : await readFile(resolveTyped(file, environment));
    return { file: name, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch (error) {
    if (error instanceof Mistake) throw error;
    const reason = error instanceof TypeError ? "it is not UTF-8" : String(error);
    throw new Mistake(`${name} cannot be read: ${reason}`, "correct the path or the file");
  }
}
