import * as z from "zod";
import type { Context } from "../context.ts";
import { commitOf, principalOf } from "../context.ts";
import type { WrittenAsset } from "../definitions/decode.ts";
import { Asset } from "../definitions/schema.ts";
import { SIMPLE, WITH_BUILDS } from "../definitions/examples.ts";
import { Budget, SET_STEPS } from "../es5/budget.ts";
import * as answers from "../http/answers.ts";
import { invalid } from "../errors.ts";
import { readBody } from "../http/body.ts";
import { DRY_RUN, REASON, STRICT } from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { flag, oneOf, text, wholeNumber } from "../http/parameters.ts";
import { namespaceOf } from "../http/place.ts";
import { strictQuery, type QueryOf } from "../http/query.ts";
import type { BodyReader } from "../http/request-body.ts";
import { REASON_HEADER } from "../http/request-headers.ts";
import { json } from "../http/respond.ts";
import { ref } from "../lib/schema-ref.ts";
import { FINDING } from "../resolve/lint/answers.ts";
import { lintWarnings } from "../resolve/lint/asset-findings.ts";
import { Linter } from "../resolve/lint/linter.ts";
import { Applied, DefinitionSet, Plan } from "./answers.ts";
import { refuseUnverified, withArchives, type ArchiveStates } from "./archive-states.ts";
import { readDefinitions, SET_BYTES } from "./definitions.ts";
import type { Definition } from "./plan.ts";
import { countFindings, type ApplyService, type PlanOptions } from "./service.ts";

/** What these operations call. */
interface Uses {
  readonly apply: ApplyService;
  readonly archives: ArchiveStates;
  readonly settings: { readonly lint: "count" | "strict" };
}

const PLAN_QUERY = {
  prune: flag.default(false).meta({
    description: "`true`: what is in the namespace and not in the set is deleted, as far as the caller may.",
    examples: ["true"],
  }),
  max_delete: wholeNumber.optional().meta({
    description:
      "How many assets may be deleted, up to 5,000; when left out, a tenth of those that the caller may delete, or 3 where that is more, and none where the set is empty. `max-delete` is the same.",
    examples: [5],
  }),
  labelSelector: z.array(text).meta({
    description:
      "Bounds a prune: only assets whose stored labels fit are considered for deletion, in the grammar of lists. Repeated, all must fit; an empty one is refused. With it, the tenth is of those that fit.",
    examples: [['managed_by == "release-pipeline"']],
  }),
  strict: STRICT,
};
const APPLY_QUERY = {
  ...PLAN_QUERY,
  plan: text.optional().meta({
    description: "The plan to apply, in place of a body.",
    examples: ["plan-0b6c1f8e-7c39-4f0a-9d55-0b5d3f3f6c11"],
  }),
  dry_run: DRY_RUN,
  require: oneOf(["verified"])
    .optional()
    .meta({
      description:
        "`verified`: the answer is 412, and nothing is written, unless every archive of the set is known to have its digest. `npm run assets -- verify --report` makes it known before.",
      examples: ["verified"],
    }),
  reason: REASON,
};
/** The spelling before parameters were snake_case. */
const ALIASES = { "max-delete": "max_delete" } as const;

const EXAMPLE_SET = [SIMPLE, WITH_BUILDS];

/** A set of definitions, as the bytes of the body: a plan that was made before needs none. */
function setBody(description: string, required: boolean): BodyReader<Uint8Array> {
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

const CHANGES = {
  seq: 41,
  create: [
    {
      name: "my-secure-asset",
      lines: [`+ sha512: "${SIMPLE.sha512}"`],
      patch: SIMPLE,
      lint: [FINDING],
    },
  ],
  update: [],
  unchanged: ["sensu/http-checks"],
  delete: [{ name: "old", lines: ['- url: "https://assets.example.com/old.tar.gz"'] }],
  truncated: false,
  archives: [{ name: "my-secure-asset", build: 0, state: "unknown" }],
};

/** Of every answer to a set. */
const LINTED = { headers: ["X-Lint-Warnings"] };

const BAD_SET = [
  'definition 1: a is definition 0 too, and they differ: - url: "https://assets.example.com/1.tar.gz"; + url: "https://assets.example.com/2.tar.gz"',
  "definition a: resource is invalid: SHA-512 checksum must be at least 128 characters",
  "the body is empty; send definitions, or [] for a set of none",
  "labelSelector is empty; leave it out if every asset is to be considered",
  "the set is empty; send definitions, or prune=true to mean it",
  "this would delete 14 of 15 assets; the limit is 3: say max_delete=14 if that is meant",
  "this would delete more than 5000 assets, the most that one request may delete; delete some by name first",
  'unknown parameter "dryrun"; did you mean dry_run?',
  'invalid prune "1": use true or false',
];

const TOO_LARGE = answers.refusal("The set is larger than 8 MiB, or than 18 MiB as it would be stored.", 1, [
  "request body too large: the limit is 8388608 bytes",
  "the definitions of this set take more than 18874368 bytes as they are stored; send it as two sets",
]);

export const planSet = operation({
  id: "planSet",
  tag: "Plan and apply",
  summary: "What a set of definitions would change",
  description:
    "Compares a set of definitions with the namespace and says what would be created, updated, left and (with `prune=true`) deleted, each with its difference and lint. Writes nothing. The caller must hold `edit` at every name of the set. A prune that deletes more than `max_delete` allows is refused before anything is compared.",
  query: strictQuery(PLAN_QUERY, ALIASES),
  body: setBody(
    "The set: a JSON array, one definition, or one a line. At most 1,000 definitions, 8 MiB, and 18 MiB as they are stored. An empty body is refused; `[]` is the set of none.",
    true,
  ),
  answers: {
    200: answers.json(
      "What would change.",
      Plan,
      { plan: "plan-0b6c1f8e-7c39-4f0a-9d55-0b5d3f3f6c11", ...CHANGES },
      LINTED,
    ),
    400: answers.invalid(...BAD_SET),
    404: answers.notFound("The namespace does not exist.", "the namespace team-a does not exist"),
    413: TOO_LARGE,
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    const { apply } = services;
    const options = optionsOf(asked.query, services);
    const by = principalOf(asked);
    const namespace = namespaceOf(asked);
    const set = readDefinitions(await asked.body(), namespace);
    const plan = await apply.plan(by, namespace, set, options);
    const shown = await withArchives(await apply.show(by, plan, options.linter), plan, asked.now, services);
    const saved = JSON.stringify(await apply.save(plan, asked.now));
    return json(`{"plan":${saved},${shown}}`, lintOf(set.values(), options));
  },
});

export const applySet = operation({
  id: "applySet",
  tag: "Plan and apply",
  summary: "Apply a plan or a set, all or nothing",
  description:
    "Does what a plan says, or writes the set of the body, in one transaction: all of it or nothing. What is written carries the name of the caller, whoever made the plan. With `plan`, the caller must hold `edit` at every name in it, also those it leaves as they are, and the answer is 409 when the namespace has changed since, with `dry_run=true` too.",
  query: strictQuery(APPLY_QUERY, ALIASES),
  headers: [REASON_HEADER],
  body: setBody("The set, unless a plan is given.", false),
  answers: {
    200: answers.json(
      "What was done.",
      Applied,
      {
        applied: true,
        last: 43,
        create: ["my-secure-asset"],
        update: [],
        unchanged: ["sensu/http-checks"],
        delete: ["old"],
      },
      LINTED,
    ),
    400: answers.invalid(
      ...BAD_SET,
      "this plan deletes 14 assets, more than max_delete=5",
      "labelSelector bounds the prune of a set, and a plan says what it deletes; leave it out",
    ),
    404: answers.notFound(
      "The namespace or the plan does not exist, or the plan is of another namespace or over an hour old.",
    ),
    412: answers.refusal("With `require=verified`: an archive is not known to have its digest.", 7, [
      "1 archive is not verified: my-secure-asset build 0 (unknown); npm run assets -- verify --report FILE verifies it first",
    ]),
    409: answers.refusal("The namespace has changed since it was planned; nothing was written.", 7, [
      "the namespace has changed since revision 41, for which this was planned; plan again",
    ]),
    413: TOO_LARGE,
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    const options = optionsOf(asked.query, services);
    const { plan: id } = asked.query;
    if (id !== undefined && options.labelSelector.length > 0)
      throw invalid("labelSelector bounds the prune of a set, and a plan says what it deletes; leave it out");
    if (id !== undefined) return applyPlan(asked, id, asked.query, options, services);

    const { apply } = services;
    const by = principalOf(asked);
    const namespace = namespaceOf(asked);
    const set = readDefinitions(await asked.body(), namespace);
    if (asked.query.require === "verified")
      await refuseUnverified(
        [...set].map(([name, { asset }]) => ({ name, asset })),
        asked.now,
        services,
      );
    if (asked.query.dry_run) {
      const plan = await apply.plan(by, namespace, set, options);
      const shown = await withArchives(await apply.show(by, plan, options.linter), plan, asked.now, services);
      return json(`{"applied":false,${shown}}`, lintOf(set.values(), options));
    }
    const { plan, last } = await apply.applySet(by, namespace, set, options, commitOf(asked));
    const { create, update, unchanged, delete: deleted } = plan;
    const done = { create: create.map(nameOf), update: update.map(nameOf), unchanged, delete: deleted };
    return json(JSON.stringify({ applied: true, last, ...done }), lintOf(set.values(), options));
  },
});

async function applyPlan(
  context: Context,
  id: string,
  { dry_run: dryRun, require }: QueryOf<typeof APPLY_QUERY>,
  options: PlanOptions,
  services: Uses,
): Promise<Response> {
  const { apply } = services;
  const by = principalOf(context);
  const plan = await apply.load(by, namespaceOf(context), id, context.now);
  if (require === "verified") await refuseUnverified([...plan.create, ...plan.update], context.now, services);
  if (dryRun) await apply.refuseStale(plan);
  const shown = await withArchives(await apply.show(by, plan, options.linter), plan, context.now, services);
  const lint = lintOf([...plan.create, ...plan.update], options);
  if (dryRun) return json(`{"applied":false,${shown}}`, lint);
  const last = await apply.applyPlan(by, plan, options, commitOf(context));
  return json(`{"applied":true,"last":${last},${shown}}`, lint);
}

function optionsOf(query: QueryOf<typeof PLAN_QUERY>, { settings }: Uses): PlanOptions {
  const { labelSelector } = query;
  if (labelSelector.some((selector) => selector.trim() === ""))
    throw invalid("labelSelector is empty; leave it out if every asset is to be considered");
  return {
    labelSelector,
    prune: query.prune,
    maxDelete: query.max_delete ?? null,
    strict: query.strict || settings.lint === "strict",
    linter: new Linter(new Budget(SET_STEPS)),
  };
}

/** The header with the number of findings in these definitions, whether the answer shows them or not. */
function lintOf(definitions: Iterable<WrittenAsset>, { linter }: PlanOptions): Record<string, string> {
  return lintWarnings(countFindings(definitions, linter));
}

function nameOf({ name }: Definition): string {
  return name;
}
