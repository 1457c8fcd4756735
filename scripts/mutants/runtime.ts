import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Where a test file runs: in plain Node, or in the Workers runtime. */
export type Runtime = "plain" | "workers";
export const RUNTIMES: readonly Runtime[] = ["plain", "workers"];

/** The runtime that a test file needs, by what it and its modules import. Paths are from the folder of the project. */
export function runtimeOf(testFile: string): Runtime {
  const seen = new Set<string>();
  const needsWorkers = (file: string): boolean => {
    if (seen.has(file) || !existsSync(file)) return false;
    seen.add(file);
    const imports = [...readFileSync(file, "utf8").matchAll(/(?:from|import) "(?<path>[^"]+)"/g)];
    return imports.some(({ groups }) => {
      const path = groups?.["path"] ?? "";
      if (path.startsWith("cloudflare:")) return true;
      return path.startsWith(".") && needsWorkers(normalize(join(dirname(file), path)));
    });
  };
  return needsWorkers(testFile) ? "workers" : "plain";
}
