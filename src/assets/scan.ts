import type { NameRange } from "../auth/name-ranges.ts";
import type { Namespace } from "../identity/names.ts";
import type { Meter } from "../lib/meter.ts";
import {
  PAGE_BYTES,
  pageKey,
  type AssetPage,
  type AssetStore,
  type PageFrom,
  type StoredAsset,
} from "../store/asset-store.ts";
import {
  JUST_READ,
  leastCurrent,
  withValue,
  type CacheStatus,
  type Reading,
  type ReadResult,
} from "../store/reading.ts";

/** Rows and bytes of definitions that one list request reads at most while it looks for matches. */
const SCAN_ROWS = 5_000;
const SCAN_BYTES = 8 * 1024 * 1024;
/** Rows read at once; fewer to begin with where a range may hold only a few. */
const SCAN_PAGE = 1_000;
const FIRST_PAGE = 30;

/** Which assets of a scope a list is to hold. */
export interface Wanted {
  /** Ranges of names outside which nothing is wanted; for a cluster-wide list, the range of all names alone. */
  readonly ranges: readonly NameRange[];
  readonly accepts: (asset: StoredAsset) => boolean;
  /** What `accepts` has taken; where it is spent, the page ends. */
  readonly meter: Meter;
}

/** A page as a caller is shown it. */
export interface Listing extends AssetPage {
  /** Whether `next` may name an asset that the caller must not see. */
  readonly isNextHidden?: boolean;
}

/**
 * A page of the wanted assets, filled up to `limit` from as many rows as it takes, within the bounds of one request:
 * past them the page ends early and what is left follows by `next`. It is as current as the least current of them.
 */
export async function scanAssets(
  store: Pick<AssetStore, "list">,
  namespace: Namespace | null,
  from: PageFrom | null,
  limit: number,
  { ranges, accepts, meter }: Wanted,
  reading: Reading,
): Promise<ReadResult<Listing>> {
  const found: StoredAsset[] = [];
  let foundBytes = 0;
  let rows = 0;
  let bytes = 0;
  let passed = "";
  let status: CacheStatus | null = null;
  const listing = (next: string | null, isNextHidden = false) =>
    withValue(status ?? JUST_READ, { assets: found, next, isNextHidden });
  const isOver = () => rows >= SCAN_ROWS || bytes >= SCAN_BYTES || meter.isSpent;
  for (const range of ranges) {
    let position = startIn(range, from);
    let size = range.before === null ? SCAN_PAGE : FIRST_PAGE;
    while (position !== null) {
      if (isOver()) return listing(passed, true);
      const page = await store.list(namespace, position, size, reading);
      status = leastCurrent(status ?? page, page);
      size = Math.min(SCAN_PAGE, size * 4);
      const { assets, next } = page.value;
      position = next === null ? null : { key: next, inclusive: false };
      for (const asset of assets) {
        if (range.before !== null && asset.name >= range.before) {
          position = null;
          break;
        }
        if (isOver()) return listing(passed, true);
        rows += 1;
        bytes += asset.definition.length;
        passed = pageKey(namespace, asset);
        if (!accepts(asset)) continue;
        foundBytes += asset.definition.length;
        const last = found.at(-1);
        if (last !== undefined && (found.length === limit || foundBytes > PAGE_BYTES)) {
          return listing(pageKey(namespace, last));
        }
        found.push(asset);
      }
      passed = next ?? passed;
    }
    passed = range.before ?? passed;
  }
  return listing(null);
}

/** Where to start reading a range when a list goes on at `from`; null when the range lies before that. */
function startIn(range: NameRange, from: PageFrom | null): PageFrom | null {
  if (from === null || from.key < range.from) return { key: range.from, inclusive: range.from !== "" };
  return range.before !== null && from.key >= range.before ? null : from;
}
