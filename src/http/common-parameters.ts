import { flag, oneOf, text, textUpTo, wholeNumber } from "./parameters.ts";
import { REASON_CHARACTERS } from "./request-headers.ts";

// Query parameters that mean the same in every operation.

export function reason() {
  return textUpTo(REASON_CHARACTERS)
    .optional()
    .meta({
      description: "Why this is done; kept in the history. The header X-Reason says the same and goes first.",
      examples: ["new release"],
    });
}

/** How many to return; read by `readPage`. */
export function limit() {
  return text()
    .optional()
    .meta({
      description: "At most how many; 0 or nothing: as many as a page holds.",
      type: "integer",
      minimum: 0,
      examples: [10],
    });
}

/** Where a page starts; read by `readPage`. */
export function continuation() {
  return text()
    .optional()
    .meta({
      description: "Where the page starts: the `Sensu-Continue` header of the page before, unchanged.",
      pattern: "^[\\w.-]{1,1000}$",
      examples: ["ZGVmYXVsdAA"],
    });
}

export function strict() {
  return flag()
    .default(false)
    .meta({
      description: "`true`: refuse definitions with lint findings, naming them.",
      examples: ["true"],
    });
}

export function dryRun() {
  return flag()
    .default(false)
    .meta({
      description: "`true`: say what would be done, and write nothing.",
      examples: ["true"],
    });
}

export function seq() {
  return wholeNumber().optional();
}

export function jsonOrText() {
  return oneOf(["json", "text"])
    .default("json")
    .meta({
      description: "`text`: for people.",
      examples: ["text"],
    });
}
