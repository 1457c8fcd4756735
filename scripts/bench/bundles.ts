// Builds what is compared, all of it as it would be uploaded.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { QUIET } from "../local.ts";

export interface Bundle {
  /** The one module. */
  readonly text: string;
  readonly gzipBytes: number;
}

const SOURCES = {
  empty: "scripts/bench/contenders/empty.ts",
  bare: "scripts/bench/contenders/bare.ts",
  "plain-kv": "scripts/bench/contenders/plain-kv.ts",
  "plain-d1": "scripts/bench/contenders/plain-d1.ts",
  loader: "scripts/bench/workers/loader.ts",
  counted: "scripts/bench/workers/counted.ts",
  recorded: "scripts/bench/workers/recorded.ts",
};

/** `ours` is the production bundle, built from wrangler.toml. */
export type BundleName = keyof typeof SOURCES | "ours";

export type Bundles = ReadonlyMap<BundleName, Bundle>;

/** Builds them beside each other, in a folder. */
export async function buildBundles(names: readonly BundleName[], folder: string): Promise<Bundles> {
  const built = await Promise.all(names.map((name) => buildBundle(name, folder)));
  return new Map(names.map((name, index) => [name, built[index]!]));
}

/** The error of a failed build holds what wrangler said. */
async function buildBundle(name: BundleName, folder: string): Promise<Bundle> {
  const outdir = join(folder, name);
  const source = name === "ours" ? [] : [SOURCES[name], "--config", "scripts/bench/workers/wrangler.toml"];
  const args = ["deploy", ...source, "--dry-run", "--minify", "--outdir", outdir];
  await promisify(execFile)("wrangler", args, { env: QUIET });
  const text = readFileSync(join(outdir, name === "ours" ? "index.js" : `${name}.js`), "utf8");
  return { text, gzipBytes: gzipSync(text, { level: 9 }).byteLength };
}
