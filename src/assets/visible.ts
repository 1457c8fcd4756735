import type { Grant } from "../auth/grants.ts";
import { NameMatcher } from "../auth/name-matcher.ts";
import { coveredRanges } from "../auth/name-ranges.ts";
import { reachOf } from "../auth/reach.ts";
import { ApiError } from "../errors.ts";
import { AssetId, type AssetName, type Namespace } from "../identity/names.ts";
import { Memory } from "../lib/memory.ts";
import { Meter } from "../lib/meter.ts";
import { MOST_ASSETS, type AssetStore, type StatedPage, type StoredAsset } from "../store/asset-store.ts";
import {
  JUST_READ,
  leastCurrent,
  withValue,
  type CacheStatus,
  type Reading,
  type ReadResult,
} from "../store/reading.ts";
import { scanAssets } from "./scan.ts";
import { LIST_STEPS } from "./selection.ts";

/** Names that are read one by one where the namespace is too large to be read whole, and how many at once. */
const MOST_SINGLE_READS = 50;
const READS_AT_ONCE = 5;
/** Namespaces known to be too large; a wrong guess costs reads and never truth. */
const LARGE = { entries: 500, bytes: 256 * 1024 };
const ENTRY_BYTES = 200;

/** What a caller may see of a namespace, or of some names in it. */
export interface VisibleAssets {
  /** In byte order of their names. */
  readonly assets: readonly StoredAsset[];
  /** Names asked for of which no store can say now whether they exist; all others that are not in `assets` do not. */
  readonly unknown: ReadonlySet<string>;
  /** The last commit to the namespace in the one snapshot that all of them were seen in; null when they were not. */
  readonly state: number | null;
  /** The names that the caller's grants show; see `reachOf`. */
  readonly reach: readonly string[];
}

/** Who asks for what, and how it is read. */
interface Scope {
  readonly namespace: Namespace;
  readonly grants: readonly Grant[];
  /** Null for all. */
  readonly names: readonly AssetName[] | null;
  readonly reach: readonly string[];
  readonly sees: (name: AssetName) => boolean;
  readonly meter: Meter;
  readonly reading: Reading;
}

/**
 * Reads what a caller may see of a namespace, 1,000 assets at most: all of it, or the assets of these names. As a rule
 * that is one page, which all questions about the namespace share; a namespace that is larger is read name by name.
 */
export class VisibleAssetReader {
  readonly #store: Pick<AssetStore, "get" | "list">;
  readonly #large = new Memory<true>(LARGE);

  constructor(store: Pick<AssetStore, "get" | "list">) {
    this.#store = store;
  }

  /** Throws `tooLarge` with what to do when the answer would be about more than one question may be. */
  async read(
    namespace: Namespace,
    grants: readonly Grant[],
    names: readonly AssetName[] | null,
    reading: Reading,
  ): Promise<ReadResult<VisibleAssets>> {
    const meter = new Meter(LIST_STEPS);
    const matcher = new NameMatcher(grants, meter);
    const sees = (name: AssetName) => matcher.allows({ role: "view", namespace, name });
    const scope = { namespace, grants, names, reach: reachOf(grants, namespace), sees, meter, reading };
    const few = names !== null && names.length <= MOST_SINGLE_READS ? names : null;
    if (few !== null && this.#large.get(namespace) !== undefined) return this.#each(few, scope);
    let page: ReadResult<StatedPage>;
    try {
      page = await this.#store.list(namespace, null, MOST_ASSETS, reading);
    } catch (error) {
      // During an outage every asset may have a copy of its own, where their page has none.
      const known = few === null || !isUnavailable(error) ? null : await this.#each(few, scope);
      if (known === null || known.value.assets.length === 0) throw error;
      return known;
    }
    if (page.value.next === null) return fromPage(page, scope);
    this.#large.set(namespace, true, ENTRY_BYTES + namespace.length);
    return few === null ? this.#scan(scope) : this.#each(few, scope);
  }

  /** What a narrow grant shows of a large namespace. */
  async #scan({
    namespace,
    grants,
    names,
    reach,
    sees,
    meter,
    reading,
  }: Scope): Promise<ReadResult<VisibleAssets>> {
    if (reach.length === 0) throw tooLarge(namespace, names);
    const asked = names === null ? null : new Set(names);
    const accepts = ({ name }: StoredAsset) => (asked === null || asked.has(name)) && sees(name);
    const wanted = { ranges: coveredRanges(grants, namespace), accepts, meter };
    const found = await scanAssets(this.#store, namespace, null, MOST_ASSETS, wanted, reading);
    const { assets, next } = found.value;
    if (next !== null) throw tooLarge(namespace, names);
    return withValue(found, { assets, unknown: unknownOf(names ?? [], assets, found), state: null, reach });
  }

  /** The assets of these names, each read on its own. */
  async #each(names: readonly AssetName[], scope: Scope): Promise<ReadResult<VisibleAssets>> {
    const { namespace, reach, sees, reading } = scope;
    const assets: StoredAsset[] = [];
    const unknown = new Set<string>();
    let status: CacheStatus | null = null;
    const visible = names.filter(sees);
    for (let at = 0; at < visible.length; at += READS_AT_ONCE) {
      const reads = visible.slice(at, at + READS_AT_ONCE).map(async (name) => {
        try {
          return { name, found: await this.#store.get(new AssetId(namespace, name), reading) };
        } catch (error) {
          if (!isUnavailable(error)) throw error;
          return { name, found: null };
        }
      });
      for (const { name, found } of await Promise.all(reads)) {
        if (found === null) {
          unknown.add(name);
          continue;
        }
        status = leastCurrent(status ?? found, found);
        if (found.value !== null) assets.push(found.value);
      }
    }
    return withValue(status ?? JUST_READ, { assets, unknown, state: null, reach });
  }
}

/** What a page of the whole namespace shows. */
function fromPage(page: ReadResult<StatedPage>, { names, reach, sees }: Scope): ReadResult<VisibleAssets> {
  const asked = names === null ? null : new Set(names);
  const seesAll = reach.length === 0;
  const assets = page.value.assets.filter(
    ({ name }) => (asked === null || asked.has(name)) && (seesAll || sees(name)),
  );
  const unknown = unknownOf(names ?? [], assets, page);
  return withValue(page, { assets, unknown, state: page.value.state, reach });
}

/** The names that what was read cannot speak of: a stale copy does not say that a name does not exist (I5). */
function unknownOf(
  names: readonly AssetName[],
  assets: readonly StoredAsset[],
  { tier }: CacheStatus,
): ReadonlySet<string> {
  const unknown = new Set<string>(tier === "STALE" ? names : []);
  for (const { name } of assets) unknown.delete(name);
  return unknown;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && error.kind === "unavailable";
}

function tooLarge(namespace: Namespace, names: readonly AssetName[] | null): ApiError {
  const advice =
    names === null ? "name those you need: names=a,b" : `ask for at most ${MOST_SINGLE_READS} names at once`;
  return new ApiError(
    "tooLarge",
    `the namespace ${namespace} holds more than one question may be about, ${MOST_ASSETS} assets or 8 MiB of definitions; ${advice}`,
  );
}
