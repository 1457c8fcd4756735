import { commitOf, principalOf, type Context } from "../context.ts";
import { invalid } from "../errors.ts";
import { readBody } from "../http/body.ts";
import { namespaceOf } from "../http/place.ts";
import { flag, readQuery, text, wholeNumber } from "../http/query.ts";
import { json } from "../http/respond.ts";
import { Budget, SET_STEPS } from "../resolve/budget.ts";
import { Linter } from "../resolve/lint.ts";
import { readDefinitions, SET_BYTES, type DefinitionSet } from "./definitions.ts";
import type { Definition } from "./plan.ts";
import type { PlanOptions } from "./service.ts";

const PLAN_QUERY = { prune: flag, max_delete: wholeNumber, strict: flag };
const APPLY_QUERY = { ...PLAN_QUERY, plan: text, dry_run: flag, reason: text };
/** The spelling before parameters were snake_case. */
const ALIASES = { "max-delete": "max_delete" } as const;

/** What a set of definitions would change; nothing is written. The plan's id applies it within the hour. */
export async function planSet(context: Context): Promise<Response> {
  const options = optionsOf(context, readQuery(context.url.searchParams, PLAN_QUERY, ALIASES));
  const by = principalOf(context);
  const { apply } = context.services;
  const set = await readSet(context, options);
  const plan = await apply.plan(by, namespaceOf(context), set, options);
  const shown = await apply.show(by, plan, options.linter);
  return json(`{"plan":${JSON.stringify(await apply.save(plan, context.now))},${shown}}`);
}

/** Does what `?plan=<id>` or the set of the body says: all of it in one transaction, or nothing. */
export async function applySet(context: Context): Promise<Response> {
  const query = readQuery(context.url.searchParams, APPLY_QUERY, ALIASES);
  const options = optionsOf(context, query);
  const by = principalOf(context);
  const namespace = namespaceOf(context);
  const { apply } = context.services;

  if (query.plan !== undefined) {
    const plan = await apply.load(by, namespace, query.plan, context.now);
    if (query.dry_run === true) await apply.refuseStale(plan);
    const shown = await apply.show(by, plan, options.linter);
    if (query.dry_run === true) return json(`{"applied":false,${shown}}`);
    const last = await apply.applyPlan(by, plan, options, commitOf(context));
    return json(`{"applied":true,"last":${last},${shown}}`);
  }

  const set = await readSet(context, options);
  if (query.dry_run === true) {
    const plan = await apply.plan(by, namespace, set, options);
    return json(`{"applied":false,${await apply.show(by, plan, options.linter)}}`);
  }
  const { plan, last } = await apply.applySet(by, namespace, set, options, commitOf(context));
  const { create, update, unchanged, delete: deleted } = plan;
  return json(
    JSON.stringify({
      applied: true,
      last,
      create: create.map(nameOf),
      update: update.map(nameOf),
      unchanged,
      delete: deleted,
    }),
  );
}

function optionsOf(
  { services }: Context,
  query: { readonly prune?: boolean; readonly max_delete?: number; readonly strict?: boolean },
): PlanOptions {
  const { prune = false, max_delete: maxDelete = null, strict = false } = query;
  return {
    prune,
    maxDelete,
    strict: strict || services.settings.lint === "strict",
    linter: new Linter(new Budget(SET_STEPS)),
  };
}

async function readSet({ request }: Context, { prune }: PlanOptions): Promise<DefinitionSet> {
  const set = readDefinitions(await readBody(request, SET_BYTES));
  if (set.size === 0 && !prune) throw invalid("the set is empty; send definitions, or prune=true to mean it");
  return set;
}

function nameOf({ name }: Definition): string {
  return name;
}
