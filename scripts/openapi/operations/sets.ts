import { embedded, invalid, json, notFound, refusal, shared } from "../answers.ts";
import type { Descriptions } from "../describe.ts";
import { FINDING, SIMPLE, WITH_BUILDS } from "../examples.ts";
import type { RequestBody } from "../model.ts";
import { parameters } from "../parameters.ts";
import { Asset } from "../schemas/assets.ts";
import { ref } from "../schemas/registry.ts";
import { Applied, DefinitionSet, Plan } from "../schemas/sets.ts";

const EDGE_NAMESPACE = "/api/edge/v1/namespaces/:namespace";

const SET = [SIMPLE, WITH_BUILDS];

const body = (description: string, required: boolean): RequestBody => ({
  description,
  required,
  content: {
    "application/json": {
      schema: ref(DefinitionSet),
      examples: { set: { summary: "Two assets", value: SET } },
    },
    "application/x-ndjson": {
      schema: embedded(Asset, "One definition a line, bare or wrapped."),
      examples: {
        lines: {
          summary: "The same, one a line",
          value: SET.map((asset) => `${JSON.stringify(asset)}\n`).join(""),
        },
      },
    },
  },
});

const CREATED = {
  name: "my-secure-asset",
  lines: [`+ sha512: "${SIMPLE.sha512}"`],
  patch: SIMPLE,
  lint: [FINDING],
};
const CHANGES = {
  seq: 41,
  create: [CREATED],
  update: [],
  unchanged: ["sensu/http-checks"],
  delete: [{ name: "old", lines: ['- url: "https://assets.example.com/old.tar.gz"'] }],
  truncated: false,
};
const BAD_SET = [
  "definition 1: a is there twice",
  "definition a: resource is invalid: SHA-512 checksum must be at least 128 characters",
  "the body is empty; send definitions, or [] for a set of none",
  "the set is empty; send definitions, or prune=true to mean it",
  "this would delete 14 of 15 assets; the limit is 3: say max_delete=14 if that is meant",
  "this would delete more than 5000 assets, the most that one request may delete; delete some by name first",
  'unknown parameter "dryrun"; did you mean dry_run?',
  'invalid prune "1": use true or false',
];

const TOO_LARGE = refusal("The set is larger than 8 MiB, or than 18 MiB as it would be stored.", 1, [
  "request body too large: the limit is 8388608 bytes",
  "the definitions of this set take more than 18874368 bytes as they are stored; send it as two sets",
]);

export const SET_OPERATIONS: Descriptions = {
  [`POST ${EDGE_NAMESPACE}/plan`]: {
    id: "planSet",
    tag: "Plan and apply",
    text: "Compares a set of definitions with the namespace and tells what would be created, updated, left and (with `prune=true`) deleted, each with its difference and lint. Writes nothing. The caller must hold `edit` at every name of the set. A prune that deletes more than `max_delete` allows is refused before anything is compared.",
    parameters: parameters("prune", "maxDelete", "strict"),
    body: body(
      "The set: a JSON array, one definition, or one a line. At most 1,000 definitions, 8 MiB, and 18 MiB as they are stored. An empty body is refused; `[]` is the set of none.",
      true,
    ),
    answers: {
      200: json("What would change.", Plan, {
        plan: "plan-0b6c1f8e-7c39-4f0a-9d55-0b5d3f3f6c11",
        ...CHANGES,
      }),
      400: invalid(...BAD_SET),
      404: notFound("The namespace does not exist.", "the namespace team-a does not exist"),
      413: TOO_LARGE,
      503: shared("Unavailable"),
    },
  },
  [`POST ${EDGE_NAMESPACE}/apply`]: {
    id: "applySet",
    tag: "Plan and apply",
    text: "Does what a plan says, or writes the set of the body, in one transaction: all of it or nothing. What is written carries the name of the caller, whoever made the plan. With `plan`, the caller must hold `edit` at every name in it, also those it leaves as they are, and the answer is 409 when the namespace has changed since, with `dry_run=true` too.",
    parameters: parameters("plan", "prune", "maxDelete", "dryRun", "strict", "reason", "reasonHeader"),
    body: body("The set, unless a plan is given.", false),
    answers: {
      200: json("What was done.", Applied, {
        applied: true,
        last: 43,
        create: ["my-secure-asset"],
        update: [],
        unchanged: ["sensu/http-checks"],
        delete: ["old"],
      }),
      400: invalid(...BAD_SET, "this plan deletes 14 assets, more than max_delete=5"),
      404: notFound(
        "The namespace or the plan does not exist, or the plan is of another namespace or over an hour old.",
      ),
      409: refusal("The namespace has changed since it was planned; nothing was written.", 7, [
        "the namespace has changed since revision 41, for which this was planned; plan again",
      ]),
      413: TOO_LARGE,
      503: shared("Unavailable"),
    },
  },
};
