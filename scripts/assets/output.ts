// The forms an answer is written in: a table for people, JSON and YAML for programs.
import { stringify } from "yaml";

export const FORMATS = ["table", "json", "yaml"] as const;
export type Format = (typeof FORMATS)[number];

/** Quotes what readers of YAML 1.1, such as sensuctl, would take for something else than a text; folds nothing. */
export const YAML = {
  compat: "yaml-1.1",
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
} as const;

/** Writes a value as JSON or YAML, or the text that people get in place of it. */
export function print(format: Format, value: unknown, table: () => string): void {
  if (format === "table") process.stdout.write(table());
  else if (format === "json") process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else process.stdout.write(stringify(value, YAML));
}
