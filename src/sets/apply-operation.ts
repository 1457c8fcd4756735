import { commitOf, principalOf, type Context } from "../context.ts";
import { invalid } from "../errors.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { oneOf, text } from "../http/parameters.ts";
import { namespaceOf } from "../http/place.ts";
import { strictQuery, type QueryOf } from "../http/query.ts";
import { REASON_HEADER } from "../http/request-headers.ts";
import { json } from "../http/respond.ts";
import { jsonObject } from "../lib/json-object.ts";
import { Applied } from "./answers.ts";
import { refuseUnverified, withArchives } from "./archive-states.ts";
import { readDefinitions } from "./definitions.ts";
import { ALIASES, BAD_SET, LINTED, planQuery, setBody, TOO_LARGE } from "./description.ts";
import { lintOf, optionsOf, type Uses } from "./options.ts";
import type { Definition } from "./plan.ts";
import type { PlanOptions } from "./service.ts";

const applyQuery = () => ({
  ...planQuery(),
  plan: text()
    .optional()
    .meta({
      description: "The plan to apply, in place of a body.",
      examples: ["plan-0b6c1f8e-7c39-4f0a-9d55-0b5d3f3f6c11"],
    }),
  dry_run: common.dryRun(),
  require: oneOf(["verified"])
    .optional()
    .meta({
      description:
        "`verified`: the answer is 412, and nothing is written, unless every archive of the set is known to have its digest. Run `npm run assets -- verify --report` first.",
      examples: ["verified"],
    }),
  reason: common.reason(),
});

export const applySet = operation({
  id: "applySet",
  tag: "Plan and apply",
  summary: "Apply a plan or a set",
  description:
    "Does what a plan says, or writes the set of the body, in one transaction: all of it or nothing. The caller becomes the writer, even of a plan that somebody else made. With `plan`, the caller must hold `edit` at every name in it, including those that it leaves unchanged, and the answer is 409 when the namespace has changed since, with `dry_run=true` too.",
  query: strictQuery(applyQuery, ALIASES),
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
      "1 archive is not verified: my-secure-asset build 0 (unknown); npm run assets -- verify FILE --report verifies it first",
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
    if (asked.query.require === "verified") {
      const definitions = [...set].map(([name, { asset }]) => ({ name, asset }));
      await refuseUnverified(definitions, { by: by.name, now: asked.now }, services);
    }
    if (asked.query.dry_run) {
      const plan = await apply.plan(by, namespace, set, options);
      const shown = await withArchives(
        await apply.show(by, plan, options.linter),
        plan,
        { by: by.name, now: asked.now },
        services,
      );
      return json(jsonObject([["applied", "false"], ...shown]), lintOf(set.values(), options));
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
  { dry_run: dryRun, require }: QueryOf<typeof applyQuery>,
  options: PlanOptions,
  services: Uses,
): Promise<Response> {
  const { apply } = services;
  const by = principalOf(context);
  const plan = await apply.load(by, namespaceOf(context), id, context.now);
  if (require === "verified")
    await refuseUnverified([...plan.create, ...plan.update], { by: by.name, now: context.now }, services);
  if (dryRun) await apply.refuseStale(plan);
  const shown = await withArchives(
    await apply.show(by, plan, options.linter),
    plan,
    { by: by.name, now: context.now },
    services,
  );
  const lint = lintOf([...plan.create, ...plan.update], options);
  if (dryRun) return json(jsonObject([["applied", "false"], ...shown]), lint);
  const last = await apply.applyPlan(by, plan, options, commitOf(context));
  return json(jsonObject([["applied", "true"], ["last", String(last)], ...shown]), lint);
}

function nameOf({ name }: Definition): string {
  return name;
}
