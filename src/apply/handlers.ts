import { decodeAsset } from "../assets/decode.ts";
import type { Json } from "../assets/merge-patch.ts";
import type { Asset } from "../assets/schema.ts";
import { commitOf, principalOf, type Context } from "../context.ts";
import { ApiError, invalid } from "../errors.ts";
import { differenceLines, mergePatchBetween } from "../history/difference.ts";
import type { AssetName } from "../identity/names.ts";
import { readBody } from "../http/body.ts";
import { namespaceOf } from "../http/place.ts";
import { readSeq } from "../http/query.ts";
import { json } from "../http/respond.ts";
import { findingsIn, refuseFindings } from "../resolution/lint.ts";
import { isStrict } from "../resolution/strict.ts";
import { Budget, SET_STEPS } from "../resolve/budget.ts";
import { Linter } from "../resolve/lint.ts";
import type { AssetWrite } from "../store/asset-store.ts";
import { placed, readDefinitions, SET_BYTES } from "./definitions.ts";
import { isEmptyPlan, type Plan } from "./plan.ts";

/** What a set of definitions would change; nothing is written. The plan's id applies it within the hour. */
export async function planSet(context: Context): Promise<Response> {
  const linter = setLinter();
  const plan = await readPlan(context, linter);
  const id = isEmptyPlan(plan) ? null : await context.services.apply.save(plan, context.now);
  return json(JSON.stringify({ plan: id, ...(await shown(context, plan, linter)) }));
}

/** Does what `?plan=<id>` or the set of the body says: all of it in one transaction, or nothing. */
export async function applySet(context: Context): Promise<Response> {
  const query = context.url.searchParams;
  const principal = principalOf(context);
  const namespace = namespaceOf(context);
  const maxDelete = readSeq(query.get("max-delete"), "max-delete");
  const dryRun = query.get("dry_run") === "true";
  const id = query.get("plan");
  const { apply } = context.services;
  const linter = setLinter();

  if (dryRun || id !== null) {
    const plan = id === null ? await readPlan(context, linter) : await apply.load(id, namespace, context.now);
    const before = await shown(context, plan, linter);
    if (dryRun) return json(JSON.stringify({ applied: false, ...before }));
    const outcome = await apply.applyPlan(principal, plan, maxDelete, commitOf(context));
    if (outcome.outcome === "changed") throw conflict(plan);
    return json(JSON.stringify({ applied: true, last: outcome.last, ...before }));
  }
  const set = await readSet(context, linter);
  const options = { prune: prunes(context), maxDelete };
  const { plan, outcome } = await apply.applySet(principal, namespace, set, options, commitOf(context));
  if (outcome.outcome === "changed") throw conflict(plan);
  const { create, update, unchanged, delete: deleted } = plan;
  return json(
    JSON.stringify({
      applied: true,
      last: outcome.last,
      create: create.map(nameOf),
      update: update.map(nameOf),
      unchanged,
      delete: deleted,
    }),
  );
}

/** All definitions of a set share one budget. */
function setLinter(): Linter {
  return new Linter(new Budget(SET_STEPS));
}

async function readPlan(context: Context, linter: Linter): Promise<Plan> {
  const namespace = namespaceOf(context);
  const set = await readSet(context, linter);
  return context.services.apply.plan(principalOf(context), namespace, set, prunes(context));
}

async function readSet(context: Context, linter: Linter): Promise<Map<AssetName, Asset>> {
  const set = readDefinitions(await readBody(context.request, SET_BYTES));
  if (isStrict(context)) for (const [name, asset] of set) placed(name, () => refuseFindings(asset, linter));
  if (set.size === 0 && !prunes(context))
    throw invalid("the set is empty; send definitions, or prune=true to mean it");
  return set;
}

/** A plan as a client sees it: each change with its difference and lint. */
async function shown(context: Context, plan: Plan, linter: Linter) {
  const current = await context.services.apply.current(plan);
  const valueOf = (name: string): Json => JSON.parse(current.get(name) ?? "null");
  return {
    seq: plan.seq,
    create: plan.create.map((write) => shownChange(write, null, linter)),
    update: plan.update.map((write) => shownChange(write, valueOf(write.name), linter)),
    unchanged: plan.unchanged,
    delete: plan.delete.map((name) => ({ name, lines: differenceLines(valueOf(name), null) })),
  };
}

function shownChange({ name, definition }: AssetWrite, before: Json, linter: Linter) {
  const after: Json = JSON.parse(definition);
  return {
    name,
    lines: differenceLines(before, after),
    patch: mergePatchBetween(before, after),
    lint: findingsIn(decodeAsset(after), linter),
  };
}

function conflict({ seq }: Plan): ApiError {
  return new ApiError(
    "conflict",
    `the namespace has changed since revision ${seq}, for which this was planned; plan again`,
  );
}

function prunes({ url }: Context): boolean {
  return url.searchParams.get("prune") === "true";
}

function nameOf({ name }: AssetWrite): string {
  return name;
}
