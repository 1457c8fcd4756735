import * as z from "zod";

const GRANTS =
  "What it allows: `role@namespace` or `role@namespace/name-glob`, `*` for all; roles are view, edit and admin.";
const Grants = z.array(
  z.string().meta({
    pattern: "^(view|edit|admin)@(\\*|[\\w.\\-:]{1,255})(/[\\w/.\\-:*]{1,255})?$",
    examples: ["view@default", "edit@team-a/sensu/*"],
  }),
);

/** An API key without its secret. Times are Unix seconds. */
export const Key = z
  .strictObject({
    name: z.string(),
    grants: Grants.describe(GRANTS),
    created_by: z.string().describe("Who made it."),
    created_at: z.int().describe("Unix seconds."),
    expires_at: z.int().nullable().describe("Unix seconds; null: never."),
    last_used: z.iso
      .date()
      .nullable()
      .describe("The day of its last use, noted once a day; null: never used."),
    status: z.enum(["live", "expired", "revoked"]),
  })
  .meta({ id: "Key", description: "An API key without its secret." });

/** A key that has just been made: the only time its secret is shown. */
export const MintedKey = Key.extend({
  key: z.string().meta({
    description: "The secret. It is shown this once; only its digest is stored.",
    pattern: "^sak_[0-9A-Za-z]{49}$",
  }),
}).meta({ id: "MintedKey", description: "An API key that has just been made, with its secret." });

/** What makes a key. */
export const NewKey = z
  .object({
    name: z.string().meta({
      description: "1 to 128 letters, digits and `_ . - : @`. No other live key may have it.",
      maxLength: 128,
      pattern: "^[\\w.\\-:@]+$",
      examples: ["ci"],
    }),
    grants: Grants.meta({
      description: `${GRANTS} No more than the caller holds.`,
      minItems: 1,
      maxItems: 50,
    }),
    expires_at: z
      .int()
      .meta({ description: "Unix seconds, in the future; left out: never.", examples: [4_102_444_800] })
      .optional(),
  })
  .meta({ id: "NewKey", description: "A key to be made." });

/** How long the old secret is good beside the new one. */
export const Rotation = z
  .object({
    overlap: z
      .int()
      .meta({
        description: "Seconds for which the old secret is still good; a day when left out.",
        minimum: 0,
        maximum: 2_592_000,
        examples: [86_400],
      })
      .optional(),
  })
  .meta({ id: "Rotation", description: "How a key's secret is replaced." });

/** What a login gives. */
export const Tokens = z
  .strictObject({
    access_token: z.string().describe("For `Authorization: Bearer`; good for five minutes."),
    expires_at: z.int().describe("When the access token ends, in Unix seconds."),
    refresh_token: z.string().describe("For `POST /auth/token`, once; good for twelve hours."),
  })
  .meta({ id: "Tokens", description: "The tokens of a session." });

/** What continues or ends a session. */
export const Refresh = z
  .object({ refresh_token: z.string().describe("The last refresh token of the session.") })
  .meta({ id: "Refresh", description: "The refresh token of a session." });
