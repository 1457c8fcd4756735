import { LIST_STEPS, readSelection } from "../assets/selection.ts";
import type { WrittenAsset } from "../definitions/decode.ts";
import { NameMatcher } from "../auth/name-matcher.ts";
import type { Principal } from "../auth/principal.ts";
import { ApiError, denied, invalid, namespaceMissing, notFound } from "../errors.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import { findingsIn, refuseFindings } from "../resolve/lint/asset-findings.ts";
import { excerpt } from "../lib/excerpt.ts";
import type { JsonMember } from "../lib/json-object.ts";
import { Meter } from "../lib/meter.ts";
import type { Linter } from "../resolve/lint/linter.ts";
import type { AssetWrite, Commit } from "../store/asset-store.ts";
import type { PlanStore, SetStore } from "../store/set-store.ts";
import { placed, type DefinitionSet } from "./definitions.ts";
import { isEmptyPlan, makePlan, namesOf, SetChecker, type Plan } from "./plan.ts";
import { namesToDelete } from "./prune.ts";
import { showPlan } from "./plan-view.ts";
import { restorePlan, storePlan } from "./stored-plan.ts";

/** How often a set without a plan is planned again when others write in between. */
const APPLY_ATTEMPTS = 3;
/** Steps of matching names with the globs of grants for one set. */
const MATCHING_STEPS = 200_000_000;
const PLAN_MS = 3_600_000;
/** Characters of an unknown plan's id that an error repeats. */
const PLAN_CHARACTERS = 64;

/** How a set is planned. */
export interface PlanOptions {
  /** Whether assets that are not in the set are deleted, as far as the caller may. */
  readonly prune: boolean;
  /** How many assets may be deleted; null: as many as need no saying. */
  readonly maxDelete: number | null;
  /** Selectors that an asset must fit to be considered for deletion; none: every one is. */
  readonly labelSelector: readonly string[];
  /** Whether definitions with lint findings are refused. */
  readonly strict: boolean;
  /** Lints all definitions of the set within one budget. */
  readonly linter: Linter;
}

/** Sets of definitions: compared, and written all or not at all. Nothing is read of a name that the caller may not edit. */
export class ApplyService {
  readonly #sets: SetStore;
  readonly #plans: PlanStore;

  constructor(sets: SetStore, plans: PlanStore) {
    this.#sets = sets;
    this.#plans = plans;
  }

  /** What the set would change. Nothing is written. */
  plan(by: Principal, namespace: Namespace, set: DefinitionSet, options: PlanOptions): Promise<Plan> {
    const checker = new SetChecker(namespace, options.linter.filters);
    return this.#plan(by, editor(by, namespace), namespace, set, checker, options);
  }

  async #plan(
    by: Principal,
    mayEdit: Editor,
    namespace: Namespace,
    set: DefinitionSet,
    checker: SetChecker,
    { prune, maxDelete, labelSelector, strict, linter }: PlanOptions,
  ): Promise<Plan> {
    const selects = readSelection({ labelSelector, fieldSelector: [] }, new Meter(LIST_STEPS));
    const names = [...set.keys()];
    if (!names.every(mayEdit)) throw denied();
    if (set.size === 0 && !prune)
      throw invalid("the set is empty; send definitions, or prune=true to mean it");
    if (strict) refuseLint(set, linter);
    // Read before the names to delete are: what is committed meanwhile makes the plan one that no longer fits.
    const state = await this.#sets.state(namespace, names);
    if (state === null) throw namespaceMissing(namespace);
    const deletes = prune
      ? await namesToDelete(this.#sets, { namespace, keep: set, mayDelete: mayEdit, selects, maxDelete })
      : [];
    return makePlan(namespace, state, set, deletes, checker, by.name);
  }

  /** Keeps a plan for an hour; its id applies it. Null for a plan with nothing to do. */
  async save(plan: Plan, now: number): Promise<string | null> {
    if (isEmptyPlan(plan)) return null;
    const id = `plan-${crypto.randomUUID()}`;
    await this.#plans.save(id, plan.namespace, storePlan(plan), now + PLAN_MS);
    return id;
  }

  /** A plan that was kept for this namespace; `denied` unless the caller may edit every name in it. */
  async load(by: Principal, namespace: Namespace, id: string, now: number): Promise<Plan> {
    const text = await this.#plans.load(id, namespace, now);
    const plan = text === null ? null : restorePlan(text);
    if (plan?.namespace !== namespace) {
      throw notFound(
        `no plan named ${excerpt(id, PLAN_CHARACTERS)} in namespace ${namespace}, or it is over an hour old; plan again`,
      );
    }
    if (!namesOf(plan).every(editor(by, namespace))) throw denied();
    return plan;
  }

  /** The members that show a plan in an answer (see `showPlan`). */
  show(by: Principal, plan: Plan, linter: Linter): Promise<readonly JsonMember[]> {
    return showPlan(plan, by.name, this.#sets, linter);
  }

  /** Throws `conflict` when the namespace is not what it was planned for. */
  async refuseStale(plan: Plan): Promise<void> {
    const state = await this.#sets.state(plan.namespace, []);
    if (state === null) throw namespaceMissing(plan.namespace);
    if (state.seq !== plan.seq) throw changed(plan);
  }

  /** Does what a plan says, as the caller's writes; the seq of its last commit. `conflict` as in `refuseStale`. */
  async applyPlan(
    by: Principal,
    plan: Plan,
    { maxDelete, strict, linter }: PlanOptions,
    commit: Commit,
  ): Promise<number> {
    if (maxDelete !== null && plan.delete.length > maxDelete) {
      throw invalid(`this plan deletes ${plan.delete.length} assets, more than max_delete=${maxDelete}`);
    }
    if (strict)
      refuseLint(
        [...plan.create, ...plan.update].map((definition) => [definition.name, definition] as const),
        linter,
      );
    const last = await this.#apply(by, editor(by, plan.namespace), plan, commit);
    if (last === null) throw changed(plan);
    return last;
  }

  /** Plans a set and does it at once; what others write in between is planned for again. */
  async applySet(
    by: Principal,
    namespace: Namespace,
    set: DefinitionSet,
    options: PlanOptions,
    commit: Commit,
  ): Promise<{ plan: Plan; last: number }> {
    const mayEdit = editor(by, namespace);
    const checker = new SetChecker(namespace, options.linter.filters);
    for (let attempt = 1; ; attempt += 1) {
      const plan = await this.#plan(by, mayEdit, namespace, set, checker, options);
      const last = await this.#apply(by, mayEdit, plan, commit);
      if (last !== null) return { plan, last };
      if (attempt === APPLY_ATTEMPTS) throw changed(plan);
    }
  }

  /** Null when the namespace is not what the plan was made for; then nothing is written. */
  async #apply(by: Principal, mayEdit: Editor, plan: Plan, commit: Commit): Promise<number | null> {
    const { namespace, seq } = plan;
    if (!namesOf(plan).every(mayEdit)) throw denied();
    if (isEmptyPlan(plan)) return seq;
    const puts: AssetWrite[] = [];
    for (const definition of [...plan.create, ...plan.update]) puts.push(await definition.write(by.name));
    const outcome = await this.#sets.apply({ namespace, seq, puts, deletes: plan.delete }, commit);
    return outcome.outcome === "committed" ? outcome.last : null;
  }
}

function refuseLint(definitions: Iterable<readonly [AssetName, WrittenAsset]>, linter: Linter): void {
  for (const [name, written] of definitions) placed(name, () => refuseFindings(written, linter));
}

/** How many findings lint has in all of these definitions together. */
export function countFindings(definitions: Iterable<WrittenAsset>, linter: Linter): number {
  let count = 0;
  for (const written of definitions) count += findingsIn(written, linter).length;
  return count;
}

type Editor = (name: AssetName) => boolean;

/** Whether they may write the asset of a name. Throws a 400 when that takes more steps than one set may. */
function editor({ grants }: Principal, namespace: Namespace): Editor {
  const meter = new Meter(MATCHING_STEPS);
  const matcher = new NameMatcher(grants, meter);
  return (name) => {
    if (meter.isSpent) {
      throw invalid(
        `the globs of the grants take more than ${MATCHING_STEPS} steps to match, the budget of one set; use a credential with fewer globs`,
      );
    }
    return matcher.allows({ role: "edit", namespace, name });
  };
}

function changed({ seq }: Plan): ApiError {
  return new ApiError(
    "conflict",
    `the namespace has changed since revision ${seq}, for which this was planned; plan again`,
  );
}
