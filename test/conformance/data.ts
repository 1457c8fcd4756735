// Suites that replay recordings take their folder from CONFORMANCE_DATA and say so when they skip.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

const folder = process.env["CONFORMANCE_DATA"];

/** Runs the suite with a reader of the data folder, and with what makes paths in it; without the folder, one skipped test says how to get it run. */
export function describeWithData(
  title: string,
  suite: (read: (file: string) => string, pathOf: (file: string) => string) => void,
): void {
  if (folder !== undefined && existsSync(folder)) {
    const pathOf = (file: string) => join(folder, file);
    describe(title, () => suite((file) => readFileSync(pathOf(file), "utf8"), pathOf));
  } else {
    it.skip(`${title} (set CONFORMANCE_DATA to the folder of recordings to run this)`, () => undefined);
  }
}

/** The rows of a file of JSON lines. */
export function rowsOf<Row>(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Row);
}
