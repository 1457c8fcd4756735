import * as z from "zod";
import { time, TIME_ADVICE } from "../http/parameters.ts";
import { bodySchema } from "../lib/schema-ref.ts";
import { GRANTS, grantList } from "./answers.ts";

/** Seconds for which two secrets of a key may both be valid. */
const LONGEST_OVERLAP = 30 * 86_400;
const DEFAULT_OVERLAP = 86_400;

/** What makes a key. The service checks names and grants, whose rules are not those of a shape. */
export const NewKey = bodySchema("NewKey", "A key to be made.", () =>
  z.strictObject({
    name: z.string().meta({
      description: "1 to 128 letters, digits and `_ . - : @`. No other live key may have it.",
      maxLength: 128,
      pattern: "^[\\w.\\-:@]+$",
      examples: ["ci"],
    }),
    grants: grantList().meta({
      description: `${GRANTS} No more than the caller holds.`,
      minItems: 1,
      maxItems: 50,
    }),
    // Unix seconds as well: programs that were written before times were RFC 3339 send them.
    expires_at: z
      .union(
        [
          time(),
          z
            .int()
            .nonnegative()
            .transform((seconds) => seconds * 1000),
        ],
        { error: TIME_ADVICE },
      )
      .nullable()
      .default(null)
      .meta({
        description: "When the key ends, in the future; null or left out: never.",
        examples: ["2100-01-01T00:00:00Z"],
      }),
  }),
);

/** How long, in seconds, the old secret is valid beside the new one. */
export const Rotation = bodySchema("Rotation", "How a key's secret is replaced.", () =>
  z.strictObject({
    overlap: z
      .int()
      .min(0, { error: `use 0 to ${LONGEST_OVERLAP} seconds` })
      .max(LONGEST_OVERLAP, { error: `use 0 to ${LONGEST_OVERLAP} seconds` })
      .default(DEFAULT_OVERLAP)
      .meta({
        description: "Seconds for which the old secret stays valid; a day when left out.",
        examples: [DEFAULT_OVERLAP],
      }),
  }),
);
