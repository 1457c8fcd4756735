import { prepareWrite, storedBytes } from "../assets/prepare.ts";
import type { Asset } from "../assets/schema.ts";
import { allows } from "../auth/grants.ts";
import type { Principal } from "../auth/principal.ts";
import { ApiError, denied, invalid, notFound } from "../errors.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import type { Commit } from "../store/asset-store.ts";
import type { PlanStore, SetOutcome, SetStore } from "../store/set-store.ts";
import { placedError, SET_BYTES } from "./definitions.ts";
import { defaultMaxDelete, isEmptyPlan, makePlan, type Plan } from "./plan.ts";

/** How often a set without a plan is planned anew when others write in between. */
const APPLY_ATTEMPTS = 3;
const PLAN_MS = 3_600_000;
/** Of a whole set, as its definitions are stored: an isolate holds them, their plan and the answer at once. */
const STORED_SET_BYTES = 2 * SET_BYTES;

/** Sets of definitions: compared, and written all or not at all. */
export class ApplyService {
  readonly #sets: SetStore;
  readonly #plans: PlanStore;

  constructor(sets: SetStore, plans: PlanStore) {
    this.#sets = sets;
    this.#plans = plans;
  }

  /** What the set would change; `prune` lets what is not in it go, as far as the caller may delete it. */
  async plan(
    by: Principal,
    namespace: Namespace,
    set: ReadonlyMap<AssetName, Asset>,
    prune: boolean,
  ): Promise<Plan> {
    const mayEdit = editor(by, namespace);
    if (![...set.keys()].every(mayEdit)) throw denied();
    const state = await this.#sets.state(namespace);
    if (state === null) throw new ApiError("notFound", `the namespace ${namespace} does not exist`);
    const prepared = (name: AssetName, createdBy: string | null) =>
      prepareWrite({ namespace, name }, set.get(name) ?? {}, createdBy ?? by.name);
    let bytes = 0;
    for (const [name] of set) {
      const write = await prepared(name, null).catch((error: unknown) => {
        throw placedError(name, error);
      });
      bytes += storedBytes(write);
      refuseTooLarge(bytes);
    }
    return makePlan(namespace, state, [...set.keys()], prepared, (name) => prune && mayEdit(name));
  }

  /** Keeps a plan for an hour; its id applies it. */
  async save(plan: Plan, now: number): Promise<string> {
    const id = `plan-${crypto.randomUUID()}`;
    await this.#plans.save(id, plan.namespace, JSON.stringify(plan), now + PLAN_MS);
    return id;
  }

  async load(id: string, namespace: Namespace, now: number): Promise<Plan> {
    const body = await this.#plans.load(id, namespace, now);
    if (body === null) throw notFound();
    const plan: Plan = JSON.parse(body);
    return plan;
  }

  /** Definitions as they are now, for showing what a plan changes. */
  current(plan: Plan): Promise<ReadonlyMap<string, string>> {
    const names = [...plan.update.map(({ name }) => name), ...plan.delete];
    return this.#sets.definitions(plan.namespace, names);
  }

  /** Does what a plan says, or nothing: `conflict` when the namespace is not what it was planned for. */
  async applyPlan(by: Principal, plan: Plan, maxDelete: number | null, commit: Commit): Promise<SetOutcome> {
    const names = [...plan.create, ...plan.update].map(({ name }) => name).concat(plan.delete);
    if (!names.every(editor(by, plan.namespace))) throw denied();
    refuseTooManyDeletes(plan, maxDelete);
    if (isEmptyPlan(plan)) return { outcome: "committed", first: plan.seq, last: plan.seq };
    const { namespace, seq, delete: deletes } = plan;
    const puts = [...plan.create, ...plan.update];
    return this.#sets.apply({ namespace, seq, puts, deletes }, commit);
  }

  /** Plans a set and does it at once; what others write in between is planned for anew. */
  async applySet(
    by: Principal,
    namespace: Namespace,
    set: ReadonlyMap<AssetName, Asset>,
    options: { readonly prune: boolean; readonly maxDelete: number | null },
    commit: Commit,
  ): Promise<{ plan: Plan; outcome: SetOutcome }> {
    for (let attempt = 1; ; attempt += 1) {
      const plan = await this.plan(by, namespace, set, options.prune);
      const outcome = await this.applyPlan(by, plan, options.maxDelete, commit);
      if (outcome.outcome === "committed" || attempt === APPLY_ATTEMPTS) return { plan, outcome };
    }
  }
}

function refuseTooLarge(bytes: number): void {
  if (bytes <= STORED_SET_BYTES) return;
  throw new ApiError(
    "tooLarge",
    `the set is too large: its definitions would be stored as more than ${STORED_SET_BYTES} bytes; split it`,
  );
}

function refuseTooManyDeletes(plan: Plan, maxDelete: number | null): void {
  const limit = maxDelete ?? defaultMaxDelete(plan.existing);
  if (plan.delete.length <= limit) return;
  throw invalid(
    `this would delete ${plan.delete.length} of ${plan.existing} assets; the limit is ${limit}: say max-delete=${plan.delete.length} if that is meant`,
  );
}

/** Whether they may write the asset of a name. */
function editor({ grants }: Principal, namespace: Namespace): (name: string) => boolean {
  return (name) => allows(grants, { role: "edit", namespace, name });
}
