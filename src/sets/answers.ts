import * as z from "zod";
import { Asset, WrappedAsset } from "../definitions/schema.ts";
import { Lines, Patch } from "../history/answers.ts";
import { answerSchema, ref } from "../lib/schema-ref.ts";
import type { NamedSchema } from "../lib/json-schema.ts";
import { Finding } from "../resolve/lint/answers.ts";

/** A set of definitions as JSON. */
export const DefinitionSet: NamedSchema = {
  id: "DefinitionSet",
  schema: {
    anyOf: [
      { type: "array", items: { anyOf: [ref(Asset), ref(WrappedAsset)] } },
      ref(Asset),
      ref(WrappedAsset),
    ],
    description: "At most 1,000 definitions, bare or wrapped, each with a different name.",
  },
};

const written = () =>
  z.strictObject({
    name: z.string(),
    lines: Lines().optional(),
    patch: Patch().optional(),
    lint: z.array(Finding.zod).describe("Mistakes in it that are legal.").optional(),
  });
const seq = () => z.int().min(0).describe("The state of the namespace for which this was planned.");
const shown = () => ({
  seq: seq(),
  create: z.array(written()),
  update: z.array(written()),
  unchanged: z.array(z.string()),
  delete: z.array(z.strictObject({ name: z.string(), lines: Lines().optional() })),
  truncated: z
    .boolean()
    .describe(
      "Whether some changes have their names alone: `lines`, `patch` and `lint` together are at most 1 MiB, those of updates first, then of deletes, then of creates.",
    ),
  archives: z
    .array(z.strictObject({ name: z.string(), build: z.int().min(0), state: z.string() }))
    .describe(
      "Archives of what is created or updated that are not known to have their digest, the first 200 of them; empty as well where that could not be asked.",
    ),
});
const last = () => z.int().min(0).describe("The last commit of it, for `since` of the changes.");

/** What a set would change. */
export const Plan = answerSchema("Plan", "What a set of definitions would change in a namespace.", () =>
  z.strictObject({
    plan: z
      .string()
      .nullable()
      .describe("What `apply?plan=` takes within the hour; null when there is nothing to do."),
    ...shown(),
  }),
);

const names = () => z.array(z.string());

/** What was done, or with `dry_run=true` would be. */
export const Applied = answerSchema("Applied", "What was done, or with `dry_run=true` would have been.", () =>
  z.union([
    z
      .strictObject({
        applied: z.literal(true),
        last: last(),
        create: names(),
        update: names(),
        unchanged: names(),
        delete: names(),
      })
      .describe("A set of definitions was applied: names."),
    z
      .strictObject({ applied: z.literal(true), last: last(), ...shown() })
      .describe("A plan was applied: its changes."),
    z
      .strictObject({ applied: z.literal(false), ...shown() })
      .describe("With `dry_run=true`: what would change."),
  ]),
);
