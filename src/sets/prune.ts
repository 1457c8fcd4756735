import { invalid } from "../errors.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import type { SetStore } from "../store/set-store.ts";

/** What one request may delete, and how many names it reads to find that. */
const DELETES = 5_000;
const NAMES = 100_000;
const NAMES_AT_ONCE = 5_000;

/** Deletes allowed without `max_delete`: 3, or a tenth of the namespace where that is more. */
const FEW = 3;
const SHARE = 10;

/** Which assets a prune may consider, and which of them stay. */
export interface Prune {
  readonly namespace: Namespace;
  readonly keep: { readonly has: (name: AssetName) => boolean };
  readonly mayDelete: (name: AssetName) => boolean;
  /** How many may be deleted; null: the default limit. */
  readonly maxDelete: number | null;
}

/**
 * The names that a prune would delete, found before anything else of their assets is read. `invalidArgument` when they
 * are too many; the numbers it names are of assets that the caller may delete.
 */
export async function namesToDelete(
  store: Pick<SetStore, "names">,
  { namespace, keep, mayDelete, maxDelete }: Prune,
): Promise<readonly AssetName[]> {
  const doomed: AssetName[] = [];
  let visible = 0;
  let read = 0;
  for (let after = ""; ;) {
    const names = await store.names(namespace, after, NAMES_AT_ONCE);
    for (const name of names.filter(mayDelete)) {
      visible += 1;
      if (!keep.has(name)) doomed.push(name);
    }
    if (doomed.length > DELETES) {
      throw invalid(
        `this would delete more than ${DELETES} assets, the most that one request may delete; delete some by name first`,
      );
    }
    read += names.length;
    after = names.at(-1) ?? "";
    if (names.length < NAMES_AT_ONCE) break;
    if (read >= NAMES) {
      throw invalid(
        `a namespace of more than ${NAMES} assets cannot be pruned by name; delete by name instead`,
      );
    }
  }
  const limit = maxDelete ?? defaultMaxDelete(visible, visible - doomed.length);
  if (doomed.length <= limit) return doomed;
  throw invalid(
    `this would delete ${doomed.length} of ${visible} assets; the limit is ${limit}: say max_delete=${doomed.length} if that is meant`,
  );
}

/** The default limit of deletes. A prune that would keep nothing of what there is always needs an explicit max_delete. */
export function defaultMaxDelete(existing: number, kept: number): number {
  return kept === 0 ? 0 : Math.max(FEW, Math.floor(existing / SHARE));
}
