import { invalid } from "../errors.ts";
import type { Selects } from "../assets/selection.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import type { SetStore } from "../store/set-store.ts";

/** What one request may delete, and how many names it reads to find that. */
const DELETES = 5_000;
const NAMES = 100_000;
const NAMES_AT_ONCE = 5_000;
/** Bytes of definitions that are read at once to select among them; more than any one has. */
const SELECTION_BYTES = 8 * 1024 * 1024;

/** Deletes allowed without `max_delete`: 3, or a tenth of what is considered where that is more. */
const FEW = 3;
const SHARE = 10;

/** Which assets a prune may consider, and which of them stay. */
export interface Prune {
  readonly namespace: Namespace;
  readonly keep: { readonly has: (name: AssetName) => boolean };
  readonly mayDelete: (name: AssetName) => boolean;
  /** Whether an asset is considered, as the store has it; null: every one is. */
  readonly selects: Selects | null;
  /** How many may be deleted; null: the default limit. */
  readonly maxDelete: number | null;
}

/**
 * The names that a prune would delete, found before anything else of their assets is read. `invalidArgument` when they
 * are too many; the numbers it names are of assets that the caller may delete.
 */
export async function namesToDelete(
  store: Pick<SetStore, "names" | "definitions">,
  { namespace, keep, mayDelete, selects, maxDelete }: Prune,
): Promise<readonly AssetName[]> {
  const doomed: AssetName[] = [];
  let visible = 0;
  let considered = 0;
  let read = 0;
  for (let after = ""; ;) {
    const names = await store.names(namespace, after, NAMES_AT_ONCE);
    const deletable = names.filter(mayDelete);
    const selected = selects === null ? deletable : await select(store, namespace, deletable, selects);
    visible += deletable.length;
    considered += selected.length;
    doomed.push(...selected.filter((name) => !keep.has(name)));
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
  const limit = maxDelete ?? defaultMaxDelete(considered, visible - doomed.length);
  if (doomed.length <= limit) return doomed;
  throw invalid(
    `this would delete ${doomed.length} of ${considered} assets; the limit is ${limit}: say max_delete=${doomed.length} if that is meant`,
  );
}

/**
 * The default limit of deletes among so many assets considered. A prune that would keep nothing of what there is always
 * needs an explicit max_delete.
 */
export function defaultMaxDelete(considered: number, kept: number): number {
  return kept === 0 ? 0 : Math.max(FEW, Math.floor(considered / SHARE));
}

/** Those of these names whose assets are selected. Their definitions are read in parts, each of a bounded size. */
async function select(
  store: Pick<SetStore, "definitions">,
  namespace: Namespace,
  names: readonly AssetName[],
  selects: Selects,
): Promise<readonly AssetName[]> {
  const selected: AssetName[] = [];
  for (let rest = names; rest.length > 0;) {
    const found = await store.definitions(namespace, rest, SELECTION_BYTES);
    // None: what is left was deleted meanwhile, since any one definition fits.
    const end = rest.findLastIndex((name) => found.has(name));
    if (end === -1) break;
    for (const name of rest.slice(0, end + 1)) {
      const definition = found.get(name);
      if (definition !== undefined && selects({ namespace, name, definition })) selected.push(name);
    }
    rest = rest.slice(end + 1);
  }
  return selected;
}
