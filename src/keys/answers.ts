import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";

export const GRANTS =
  "What it allows: `role@namespace` or `role@namespace/name-glob`, `*` for all; roles are view, edit and admin.";
export const grantList = () =>
  z.array(
    z.string().meta({
      pattern: "^(view|edit|admin)@(\\*|[\\w.\\-:]{1,255})(/[\\w/.\\-:*]{1,255})?$",
      examples: ["view@default", "edit@team-a/sensu/*"],
    }),
  );

const shown = () =>
  z.strictObject({
    name: z.string(),
    grants: grantList().describe(GRANTS),
    created_by: z.string().describe("Who made it."),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable().describe("Null: never."),
    last_used: z.iso
      .date()
      .nullable()
      .describe("The day of its last use, noted once a day; null: never used."),
    status: z.enum(["live", "expired", "revoked"]),
  });

/** An API key without its secret. */
export const Key = answerSchema("Key", "An API key without its secret.", shown);

/** A key that has just been made: the only time its secret is shown. */
export const MintedKey = answerSchema(
  "MintedKey",
  "An API key that has just been made, with its secret.",
  () =>
    shown().extend({
      key: z.string().meta({
        description: "The secret. It is shown this once; only its digest is stored.",
        pattern: "^sak_[0-9A-Za-z]{49}$",
      }),
    }),
);

/** A key in examples. */
export const CI = {
  name: "ci",
  grants: ["edit@default"],
  created_by: "admin",
  created_at: "2026-01-31T12:00:00.000Z",
  expires_at: null,
  last_used: "2026-01-31",
  status: "live",
};
