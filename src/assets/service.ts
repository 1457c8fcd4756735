import { ApiError, databaseUnavailable, noAsset, namespaceMissing, unavailable } from "../errors.ts";
import { holds } from "../http/conditional.ts";
import type { Principal } from "../auth/principal.ts";
import type { AssetId, AssetName, Namespace } from "../identity/names.ts";
import {
  IF_ABSENT,
  UNCONDITIONAL,
  type AssetStore,
  type AssetWrite,
  type Commit,
  type PageFrom,
  type StoredAsset,
  type WriteCondition,
} from "../store/asset-store.ts";
import type { FilterReader } from "../es5/filter-reader.ts";
import { isObject } from "../lib/json.ts";
import { sleep, type Timer } from "../lib/timer.ts";
import { withValue, type Reading, type ReadResult } from "../store/reading.ts";
import { decodeAsset } from "../definitions/decode.ts";
import { mergePatch, type Json } from "../definitions/merge-patch.ts";
import { checkAsset, checkPatched, type CheckedAsset, type Place } from "./prepare.ts";
import { scanAssets, type Listing, type Wanted } from "./scan.ts";
import { VisibleAssetReader, type VisibleAssets } from "./visible.ts";
import type { Asset } from "../definitions/schema.ts";

/** Milliseconds for which a patch without a condition is merged again when another writer came in between. */
const PATCH_MS = 8_000;
/** Milliseconds that the second attempt waits at most; each further one may wait twice as long, up to the longest. */
const PATCH_WAIT_MS = 50;
const PATCH_LONGEST_WAIT_MS = 1_500;

/** Time as a service sees it, which waits for it now and then. */
export interface Pace {
  /** Milliseconds since any fixed instant; never goes back. */
  readonly clock: () => number;
  readonly timer: Timer;
}

/** What a write would change. */
export interface Comparison {
  readonly checked: CheckedAsset;
  /** As the caller would write it. */
  readonly write: AssetWrite;
  readonly current: StoredAsset | null;
  /** Whether nothing but the writer's name would change. */
  readonly isSame: boolean;
}

/** The rules of assets over any store. Knows no HTTP; throws `ApiError` in Sensu's words. */
export class AssetService {
  readonly #store: AssetStore;
  readonly #pace: Pace;
  readonly #visible: VisibleAssetReader;

  constructor(store: AssetStore, pace: Pace) {
    this.#store = store;
    this.#pace = pace;
    this.#visible = new VisibleAssetReader(store);
  }

  /** An asset, or `notFound`. */
  async get(id: AssetId, reading: Reading): Promise<ReadResult<StoredAsset>> {
    const found = await this.#store.get(id, reading);
    if (found.value === null) throw noAsset(id);
    return withValue(found, found.value);
  }

  /** A page of the assets that are wanted (null: all). */
  async list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
    wanted: Wanted | null,
    reading: Reading,
  ): Promise<ReadResult<Listing>> {
    if (wanted !== null) return scanAssets(this.#store, namespace, from, limit, wanted, reading);
    return this.#store.list(namespace, from, limit, reading);
  }

  /** What a principal may see of a namespace, or of some names in it; see `VisibleAssetReader`. */
  visible(
    namespace: Namespace,
    { grants }: Pick<Principal, "grants">,
    names: readonly AssetName[] | null,
    reading: Reading,
  ): Promise<ReadResult<VisibleAssets>> {
    return this.#visible.read(namespace, grants, names, reading);
  }

  /** Stores a new asset; a name that is taken is `alreadyExists`. */
  async create(place: Place, asset: Asset, filters: FilterReader, commit: Commit): Promise<StoredAsset> {
    return this.write(checkAsset(place, asset, filters), IF_ABSENT, commit);
  }

  /** Creates or replaces an asset. */
  async replace(
    place: Place,
    asset: Asset,
    filters: FilterReader,
    commit: Commit,
    condition: WriteCondition = UNCONDITIONAL,
  ): Promise<StoredAsset> {
    return this.write(checkAsset(place, asset, filters), condition, commit);
  }

  /**
   * Merges a patch (RFC 7396) into the asset and stores the result, as the caller's. Nothing is written when nothing
   * changes. `accept` may throw at what was made of the asset. When another writer comes in between, the patch is merged
   * into what that one wrote, again and again for eight seconds, and is then `unavailable`; only a request with a
   * condition is `preconditionFailed`. Returns what is then stored, and that asset decoded.
   */
  async patch(
    id: AssetId,
    patch: Record<string, Json>,
    filters: FilterReader,
    commit: Commit,
    condition: WriteCondition,
    accept: (merged: Asset) => void = () => undefined,
  ): Promise<{ readonly stored: StoredAsset; readonly asset: Asset }> {
    const reading = { freshness: "newest", scope: commit.scope } as const;
    const conditional = condition.match !== null || condition.noneMatch !== null;
    const { clock, timer } = this.#pace;
    const deadline = clock() + PATCH_MS;
    for (let longest = PATCH_WAIT_MS; ; longest = Math.min(2 * longest, PATCH_LONGEST_WAIT_MS)) {
      const { value: current, tier } = await this.get(id, reading);
      // A copy may be all there is to read, but nothing can be decided by it.
      if (tier === "STALE") throw databaseUnavailable();
      if (!holds(condition, tagsOf(current))) throw conditionFailed(id.name);
      const before: Json = JSON.parse(current.definition);
      const asset = decodeAsset(mergePatch(before, patch));
      const checked = checkPatched(id, asset, filters);
      const same = await checked.write(writerOf(before));
      if (same.definition === current.definition) return { stored: current, asset };
      accept(asset);
      const write = await checked.write(commit.principal);
      const unchanged = { match: [current.etag], noneMatch: null };
      const result = await this.#store.put(write, unchanged, commit);
      if (result.outcome === "committed") return { stored: { ...write, seq: result.seq }, asset };
      if (conditional) throw conditionFailed(id.name);
      if (clock() >= deadline) throw overtaken(id.name);
      // Writers that met once would meet again, if they all waited as long.
      await sleep(timer, Math.random() * longest);
    }
  }

  /**
   * What `replace` would write and what it would write over, as the database has it now. Writes nothing; throws what
   * `replace` throws, but for a namespace that does not exist.
   */
  async compare(
    id: AssetId,
    asset: Asset,
    filters: FilterReader,
    commit: Commit,
    condition: WriteCondition,
  ): Promise<Comparison> {
    const { value: current, tier } = await this.#store.get(id, { freshness: "newest", scope: commit.scope });
    if (tier === "STALE") throw databaseUnavailable();
    if (!holds(condition, current === null ? [] : tagsOf(current))) throw conditionFailed(id.name);
    const checked = checkAsset(id, asset, filters);
    const same = current === null ? null : await checked.write(writerOf(JSON.parse(current.definition)));
    const write = await checked.write(commit.principal);
    return { checked, write, current, isSame: same !== null && same.definition === current?.definition };
  }

  /** Deletes an asset, or `notFound`, which comes before any condition. */
  async delete(id: AssetId, condition: WriteCondition, commit: Commit): Promise<void> {
    const { outcome } = await this.#store.delete(id, condition, commit);
    if (outcome === "absent") throw noAsset(id);
    if (outcome === "condition-failed") throw conditionFailed(id.name);
  }

  /** Stores an asset that was checked, as the caller's. */
  async write(checked: CheckedAsset, condition: WriteCondition, commit: Commit): Promise<StoredAsset> {
    const write = await checked.write(commit.principal);
    const result = await this.#store.put(write, condition, commit);
    if (result.outcome === "committed") return { ...write, seq: result.seq };
    if (result.outcome === "namespace-missing") {
      throw namespaceMissing(write.namespace);
    }
    if (condition === IF_ABSENT) throw new ApiError("alreadyExists", "resource already exists");
    throw conditionFailed(write.name);
  }
}

function conditionFailed(name: string): ApiError {
  return new ApiError("preconditionFailed", `at least one condition failed for the asset ${name}`);
}

function overtaken(name: string): ApiError {
  return unavailable(`other writers keep changing the asset ${name}: nothing was written, try again`, 1);
}

function tagsOf({ etag, expressions }: StoredAsset): string[] {
  return expressions === null ? [etag] : [etag, expressions.etag];
}

/** Who wrote a stored definition. */
function writerOf(definition: Json): string {
  const metadata = isObject(definition) ? definition["metadata"] : undefined;
  const writer = isObject(metadata) ? metadata["created_by"] : undefined;
  return typeof writer === "string" ? writer : "";
}
