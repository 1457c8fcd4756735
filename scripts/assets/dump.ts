// npm run assets -- dump: every asset of a namespace, in the forms that sensuctl writes and reads.
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { command, DONE_OR_FAILED } from "../command/command.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import { Mistake } from "../command/mistake.ts";
import { flag, text as textOption, value, wordOf } from "../command/options.ts";
import { DONE, namespaceOption, placeOf } from "./place.ts";
import { assetPages, namespacesOf } from "./listed.ts";
import { progress } from "../command/progress.ts";
import { resolveTyped } from "./folders.ts";
import { counted } from "../command/terminal.ts";
import { DUMP_FORMATS, written, type DumpFormat } from "./written.ts";

export const dump = command({
  name: "dump",
  summary: "every asset of a namespace, as a file",
  details:
    "Applied to the emptied namespace by the principal who wrote them, a dump gives the same assets with the same ETags; " +
    "created_by is written down, and becomes the principal who applies it.",
  options: {
    out: textOption("--out <file>", "write there, whole or not at all (default: standard output)"),
    format: value(
      "--format <format>",
      "yaml (documents, as sensuctl dump), wrapped-json (one after another, as sensuctl dump) or json (an array of bare " +
        "definitions); by default as the file is named, else yaml",
      wordOf(DUMP_FORMATS),
    ),
    namespace: namespaceOption,
    allNamespaces: flag("--all-namespaces", "the assets of every namespace that you may see"),
  },
  examples: [
    "npm run --silent assets -- dump --out assets.yaml",
    "npm run --silent assets -- dump --format json | jq length",
    "npm run --silent assets -- dump --all-namespaces --out everything.yaml",
  ],
  exitCodes: DONE_OR_FAILED,
  environment: ENVIRONMENT,
  remedyFor: () => "all assets are dumped; --out FILE names a file",
  async run({ options: { out, format = formatOf(out), namespace, allNamespaces }, io }) {
    const place = placeOf(namespace, io);
    const names = allNamespaces ? await namespacesOf(place.deployment) : [namespace];
    const bar = progress(`Dumping ${allNamespaces ? "all namespaces" : namespace}`, io);
    let count = 0;
    async function* pages() {
      for (const name of names) {
        for await (const page of assetPages({ ...place, namespace: name })) {
          count += page.length;
          bar.show(count, null);
          yield page;
        }
      }
    }
    try {
      const text = Readable.from(written(pages(), format));
      if (out === undefined) await pipeline(text, io.stdout, { end: false });
      else await wholeFile(resolveTyped(out, io.environment), text);
    } finally {
      bar.end();
    }
    const of = allNamespaces ? counted(names.length, "namespace") : namespace;
    if (out !== undefined) io.stderr.write(`${counted(count, "asset")} of ${of} in ${out}\n`);
    return DONE;
  },
});

function formatOf(out: string | undefined): DumpFormat {
  return out?.endsWith(".json") === true ? "json" : "yaml";
}

/** Writes beside the file and puts it in its place when it is whole, so that a failure leaves the old one. */
async function wholeFile(path: string, text: Readable): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(text, createWriteStream(part));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new Mistake(`${path} cannot be written: ${error.message}`, "name another file with --out");
  }
}
