// npm run assets -- dump: every asset of a namespace, in the forms that sensuctl writes and reads.
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DONE, oneOf, placeOf, readArguments, SHARED_HELP, type Command } from "./command.ts";
import { assetPages } from "./listed.ts";
import { Mistake } from "./mistake.ts";
import { progress } from "./progress.ts";
import { resolveTyped } from "./sources.ts";
import { counted } from "./terminal.ts";
import { DUMP_FORMATS, written, type DumpFormat } from "./written.ts";

export const dump: Command = {
  summary: "every asset of a namespace, as a file",
  help: `npm run --silent assets -- dump [--out FILE] [--format yaml|json|wrapped-json]

Writes every asset of a namespace. Applied to the emptied namespace by who wrote them, it gives the same assets with the
same ETags; created_by is written down, and whoever applies it becomes it.

  --out FILE         write there, whole or not at all (default: standard output, for which npm needs --silent)
  --format FORMAT    yaml (documents, as sensuctl dump; default), wrapped-json (one after another, as sensuctl dump) or
                     json (an array of bare definitions); by default as FILE is named
${SHARED_HELP}

Exit codes: 0 done, 1 an error.`,
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      out: { type: "string" },
      format: { type: "string" },
    });
    if (positionals[0] !== undefined)
      throw new Mistake(
        `"${positionals[0]}" is too much; all assets are dumped`,
        "say --out FILE for a file",
      );
    const { out } = values;
    const format = oneOf(values.format ?? formatOf(out), DUMP_FORMATS, "--format");
    const place = placeOf(values, io);
    const bar = progress(`Dumping ${place.namespace}`, io);
    let count = 0;
    const pages = assetPages(place, (done) => {
      count = done;
      bar.show(done, null);
    });
    try {
      const text = Readable.from(written(pages, format));
      if (out === undefined) await pipeline(text, io.stdout, { end: false });
      else await wholeFile(resolveTyped(out, io.environment), text);
    } finally {
      bar.end();
    }
    if (out !== undefined) io.stderr.write(`${counted(count, "asset")} of ${place.namespace} in ${out}\n`);
    return DONE;
  },
};

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
    throw error;
  }
}
