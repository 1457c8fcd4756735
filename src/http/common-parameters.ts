import { flag, oneOf, textUpTo, wholeNumber } from "./parameters.ts";
import { REASON_CHARACTERS } from "./request-headers.ts";
import * as z from "zod";

// Query parameters that mean the same wherever they stand.

export const REASON = textUpTo(REASON_CHARACTERS)
  .optional()
  .meta({
    description: "Why this is done; kept in the history. The header X-Reason says the same and goes first.",
    examples: ["new release"],
  });

/** How many to return; read by `readPage`. */
export const LIMIT = z
  .string()
  .optional()
  .meta({
    description: "How many at the most; 0 or nothing: as many as a page holds.",
    type: "integer",
    minimum: 0,
    examples: [10],
  });

/** Where a page starts; read by `readPage`. */
export const CONTINUE = z
  .string()
  .optional()
  .meta({
    description: "Where the page starts: the `Sensu-Continue` header of the page before, unchanged.",
    pattern: "^[\\w.-]{1,1000}$",
    examples: ["ZGVmYXVsdAA"],
  });

export const STRICT = flag.default(false).meta({
  description: "`true`: refuse definitions with lint findings, naming them.",
  examples: ["true"],
});

export const DRY_RUN = flag.default(false).meta({
  description: "`true`: say what would be done, and write nothing.",
  examples: ["true"],
});

export const SEQ = wholeNumber.optional();

export const FORMAT_TEXT = oneOf(["json", "text"])
  .default("json")
  .meta({
    description: "`text`: for people.",
    examples: ["text"],
  });
