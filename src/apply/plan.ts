import type { AssetName, Namespace } from "../identity/names.ts";
import type { AssetWrite } from "../store/asset-store.ts";
import type { NamespaceState } from "../store/set-store.ts";

/** What would be done to a namespace, and for which state of it. */
export interface Plan {
  readonly namespace: Namespace;
  readonly seq: number;
  readonly create: readonly AssetWrite[];
  readonly update: readonly AssetWrite[];
  readonly unchanged: readonly AssetName[];
  readonly delete: readonly AssetName[];
  /** How many assets the namespace held; bounds what may be deleted. */
  readonly existing: number;
}

/** Whether there is nothing to do. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.create.length + plan.update.length + plan.delete.length === 0;
}

/** Deletes that need no word of their own: a tenth of what there is, or ten where that is more. */
export function defaultMaxDelete(existing: number): number {
  return Math.max(10, Math.floor(existing / 10));
}

/**
 * What it takes for the namespace to hold these definitions. `prepared` makes the bytes of a definition as written by
 * somebody: what only its writer would change is unchanged. `prunes` tells which others are to go.
 */
export async function makePlan(
  namespace: Namespace,
  state: NamespaceState,
  names: readonly AssetName[],
  prepared: (name: AssetName, createdBy: string | null) => Promise<AssetWrite>,
  prunes: (name: string) => boolean,
): Promise<Plan> {
  const current = new Map(state.assets.map((asset) => [asset.name, asset]));
  const create: AssetWrite[] = [];
  const update: AssetWrite[] = [];
  const unchanged: AssetName[] = [];
  for (const name of names) {
    const existing = current.get(name);
    if (existing === undefined) create.push(await prepared(name, null));
    else if ((await prepared(name, existing.createdBy)).etag === existing.etag) unchanged.push(name);
    else update.push(await prepared(name, null));
  }
  const wanted = new Set(names);
  const gone = state.assets.map(({ name }) => name).filter((name) => !wanted.has(name) && prunes(name));
  return {
    namespace,
    seq: state.seq,
    create,
    update,
    unchanged,
    delete: gone,
    existing: state.assets.length,
  };
}
