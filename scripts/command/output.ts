// The forms an answer is written in: a table for people, JSON and YAML for programs.
import { Document, isScalar, Scalar, visit } from "yaml";
import type { CommandIo } from "./io.ts";
import { choice } from "./options.ts";

const FORMATS = ["table", "json", "yaml"] as const;
export type Format = (typeof FORMATS)[number];

/** The option that chooses the form. */
export const formatOption = choice("--format <format>", "the form of what is printed", FORMATS, "table");

/** Quotes what readers of YAML 1.1, such as sensuctl, would take for something else than a text; folds nothing. */
const YAML = {
  compat: "yaml-1.1",
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
} as const;

/** Writes a value as JSON or YAML, or the text that people get in place of it. */
export function print({ stdout }: CommandIo, format: Format, value: unknown, table: () => string): void {
  if (format === "table") stdout.write(table());
  else if (format === "json") stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else stdout.write(yamlText(value));
}

/** What YAML 1.1 gives a meaning of its own and the library writes bare: the default value and the merge key. */
const MEANT = new Set(["=", "<<"]);

/** A value as YAML that readers of YAML 1.1 and 1.2 understand alike. */
export function yamlText(value: unknown): string {
  const document = new Document(value, YAML);
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string" && MEANT.has(node.value))
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString(YAML);
}
