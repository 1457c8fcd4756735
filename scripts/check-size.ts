// npm run check:size: builds the bundle that would be uploaded and fails when it is too large, or holds what must not be in it.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { command, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { wrangler } from "./deploy/wrangler.ts";

/** KiB, gzipped: what a Worker of ours may weigh (design: limits). */
const LIMIT_KIB = 256;
/** Text that only a wrong import brings in: zod with all its languages. */
const UNWANTED = ["Ungültige Eingabe", "entrée invalide"];

export const run = runOf(
  command({
    name: "npm run check:size --",
    summary: "build the bundle that would be uploaded and check its size",
    options: {},
    examples: ["npm run check:size"],
    exitCodes: { 0: "small enough", 1: "too large, or an error" },
    async run({ io }) {
      await wrangler(["deploy", "--dry-run", "--minify", "--outdir", "dist"], process.env);
      const bundle = readFileSync("dist/index.js");
      const kib = gzipSync(bundle, { level: 9 }).byteLength / 1024;
      const found = UNWANTED.filter((text) => bundle.includes(text));
      if (found.length > 0)
        throw new Error(`the bundle holds "${found.join('", "')}": import zod as a namespace, not by name`);
      if (kib > LIMIT_KIB)
        throw new Error(`the bundle is ${kib.toFixed(1)} KiB gzipped; the limit is ${LIMIT_KIB} KiB`);
      io.stdout.write(`bundle: ${kib.toFixed(1)} KiB gzipped of ${LIMIT_KIB}\n`);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
