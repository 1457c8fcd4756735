import * as z from "zod";
import { SIMPLE, WITH_BUILDS } from "../definitions/examples.ts";
import { Asset } from "../definitions/schema.ts";
import * as answers from "../http/answers.ts";
import { readBody } from "../http/body.ts";
import * as common from "../http/common-parameters.ts";
import { flag, text, wholeNumber } from "../http/parameters.ts";
import type { BodyReader } from "../http/request-body.ts";
import { ref } from "../lib/schema-ref.ts";
import { DefinitionSet } from "./answers.ts";
import { SET_BYTES } from "./definitions.ts";

// What plan and apply take and answer alike.

export const planQuery = () => ({
  prune: flag()
    .default(false)
    .meta({
      description:
        "`true`: what is in the namespace and not in the set is deleted, as far as the caller may.",
      examples: ["true"],
    }),
  max_delete: wholeNumber()
    .optional()
    .meta({
      description:
        "How many assets may be deleted, up to 5,000; when left out, a tenth of those that the caller may delete, or 3 where that is more, and none where the set is empty. `max-delete` is the same.",
      examples: [5],
    }),
  labelSelector: z.array(text()).meta({
    description:
      "Bounds a prune: only assets whose stored labels fit are considered for deletion, in the grammar of lists. Repeated, all must fit; an empty one is refused. With it, the tenth is of those that fit.",
    examples: [['managed_by == "release-pipeline"']],
  }),
  strict: common.strict(),
});
/** The spelling before parameters were snake_case. */
export const ALIASES = { "max-delete": "max_delete" } as const;

const EXAMPLE_SET = [SIMPLE, WITH_BUILDS];

/** A set of definitions, as the bytes of the body: a plan that was made before needs none. */
export function setBody(description: string, required: boolean): BodyReader<Uint8Array> {
  return {
    description,
    required,
    content: {
      "application/json": {
        schema: ref(DefinitionSet),
        examples: { set: { summary: "Two assets", value: EXAMPLE_SET } },
      },
      "application/x-ndjson": {
        schema: answers.embedded(Asset, "One definition a line, bare or wrapped."),
        examples: {
          lines: {
            summary: "The same, one a line",
            value: EXAMPLE_SET.map((asset) => `${JSON.stringify(asset)}\n`).join(""),
          },
        },
      },
    },
    read: (request) => readBody(request, SET_BYTES),
  };
}

/** Of every answer to a set. */
export const LINTED = { headers: ["X-Lint-Warnings"] };

export const BAD_SET = [
  'definition 1: a is definition 0 too, and they differ: - url: "https://assets.example.com/1.tar.gz"; + url: "https://assets.example.com/2.tar.gz"',
  "definition a: resource is invalid: SHA-512 checksum must be at least 128 characters",
  "the body is empty; send definitions, or [] for a set of none",
  "labelSelector is empty; leave it out if every asset is to be considered",
  "the set is empty; send definitions, or prune=true to mean it",
  "this would delete 14 of 15 assets; the limit is 3: say max_delete=14 if that is meant",
  "this would create Old-Checks and delete old-checks, which differ in letter case alone; correct the name, or apply without prune first to rename it",
  "this would delete more than 5000 assets, the most that one request may delete; delete some by name first",
  'unknown parameter "dryrun"; did you mean dry_run?',
  'invalid prune "1": use true or false',
];

export const TOO_LARGE = answers.refusal(
  "The set is larger than 8 MiB, or than 18 MiB as it would be stored.",
  1,
  [
    "request body too large: the limit is 8388608 bytes",
    "the definitions of this set take more than 18874368 bytes as they are stored; send it as two sets",
  ],
);
