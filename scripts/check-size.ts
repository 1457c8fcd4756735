// Builds the bundle that would be uploaded and fails when it is too large, or holds what must not be in it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { QUIET } from "./local.ts";

/** KiB, gzipped: what a Worker of ours may weigh (design: limits). */
const LIMIT_KIB = 256;
/** Text that only a wrong import brings in: zod with all its languages. */
const UNWANTED = ["Ungültige Eingabe", "entrée invalide"];

const build = spawnSync("wrangler", ["deploy", "--dry-run", "--minify", "--outdir", "dist"], {
  env: QUIET,
  encoding: "utf8",
});
if (build.status !== 0) fail(`the build failed:\n${build.stdout}${build.stderr}`);

const bundle = readFileSync("dist/index.js");
const kib = gzipSync(bundle, { level: 9 }).byteLength / 1024;
const found = UNWANTED.filter((text) => bundle.includes(text));
if (found.length > 0)
  fail(`the bundle holds "${found.join('", "')}": import zod as a namespace, not by name`);
if (kib > LIMIT_KIB) fail(`the bundle is ${kib.toFixed(1)} KiB gzipped; the limit is ${LIMIT_KIB} KiB`);
console.log(`bundle: ${kib.toFixed(1)} KiB gzipped of ${LIMIT_KIB}`);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
