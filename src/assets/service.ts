import { ApiError, invalid, notFound } from "../errors.ts";
import {
  IF_ABSENT,
  PAGE_BYTES,
  pageKey,
  UNCONDITIONAL,
  type AssetPage,
  type AssetStore,
  type AssetWrite,
  type Commit,
  type PageFrom,
  type StoredAsset,
  type WriteCondition,
} from "../store/asset-store.ts";
import type { Reading } from "../store/reading.ts";
import { encodeAsset, hasMapFilters } from "./encode.ts";
import { entityTag } from "./etag.ts";
import type { Asset } from "./schema.ts";
import { assetProblem, nameProblem } from "./validate.ts";

/** Where an asset is to be written: what the URL says. POST names no asset. */
export interface Place {
  readonly namespace: string;
  readonly name: string | null;
}

/** Rows that one list request reads at the most while it looks for matches; the rest follows by its token. */
const SCAN_LIMIT = 50_000;
const SCAN_PAGE = 1_000;

/** The rules of assets over any store. Knows no HTTP; throws `ApiError` in Sensu's words. */
export class AssetService {
  readonly #store: AssetStore;

  constructor(store: AssetStore) {
    this.#store = store;
  }

  /** An asset, or `notFound`. A text that cannot be a name is not looked up. */
  async get(namespace: string, name: string, reading: Reading): Promise<StoredAsset> {
    const found = nameProblem(name) === null ? await this.#store.get(namespace, name, reading) : null;
    if (found === null) throw notFound();
    return found;
  }

  /** A page of the assets that `accepts` lets through (null: all), filled up to `limit` from as many rows as it takes. */
  async list(
    namespace: string | null,
    from: PageFrom | null,
    limit: number,
    accepts: ((asset: StoredAsset) => boolean) | null,
    reading: Reading,
  ): Promise<AssetPage> {
    if (accepts === null) return this.#store.list(namespace, from, limit, reading);
    const matches: StoredAsset[] = [];
    let bytes = 0;
    let next = from;
    for (let read = 0; read < SCAN_LIMIT; read += SCAN_PAGE) {
      const page = await this.#store.list(namespace, next, SCAN_PAGE, reading);
      for (const asset of page.assets.filter(accepts)) {
        bytes += asset.definition.length;
        const last = matches.at(-1);
        if (last !== undefined && (matches.length === limit || bytes > PAGE_BYTES)) {
          return { assets: matches, next: pageKey(namespace, last) };
        }
        matches.push(asset);
      }
      if (page.next === null) return { assets: matches, next: null };
      next = { key: page.next, inclusive: false };
    }
    return { assets: matches, next: next?.key ?? null };
  }

  /** Stores a new asset; a name that is taken is `alreadyExists`. */
  async create(place: Place, asset: Asset, commit: Commit): Promise<StoredAsset> {
    return this.#write(place, asset, IF_ABSENT, commit);
  }

  /** Creates or replaces an asset. */
  async replace(
    place: Place,
    asset: Asset,
    commit: Commit,
    condition: WriteCondition = UNCONDITIONAL,
  ): Promise<StoredAsset> {
    return this.#write(place, asset, condition, commit);
  }

  async #write(place: Place, asset: Asset, condition: WriteCondition, commit: Commit): Promise<StoredAsset> {
    const write = await prepareWrite(place, asset, commit.principal);
    const result = await this.#store.put(write, condition, commit);
    if (result.outcome === "committed") return { ...write, seq: result.seq };
    if (result.outcome === "namespace-missing") {
      throw new ApiError("notFound", `the namespace ${place.namespace} does not exist`);
    }
    if (condition === IF_ABSENT) throw new ApiError("alreadyExists", "resource already exists");
    throw new ApiError("preconditionFailed", `at least one condition failed for the asset ${write.name}`);
  }
}

/** Checks an asset against its place and Sensu's rules, and encodes what will be served (contract §1.5, §2.7, §2.8). */
export async function prepareWrite(place: Place, asset: Asset, createdBy: string): Promise<AssetWrite> {
  const metadata = { ...asset.metadata };
  metadata.namespace ??= place.namespace;
  metadata.name ??= place.name ?? "";
  metadata.created_by = createdBy;
  if (metadata.namespace !== place.namespace) {
    throw invalid(
      `the namespace of the resource (${metadata.namespace}) does not match the namespace of the URI (${place.namespace})`,
    );
  }
  if (place.name !== null && metadata.name !== place.name) {
    throw invalid(
      `the name of the resource (${metadata.name}) does not match the name of the URI (${place.name})`,
    );
  }
  const whole = { ...asset, metadata };
  const problem = assetProblem(whole);
  if (problem !== null) throw invalid(`resource is invalid: ${problem}`);
  const definition = encodeAsset(whole, "as-written");
  const expressions = hasMapFilters(whole) ? encodeAsset(whole, "expressions") : null;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    etag: await entityTag(definition),
    definition,
    expressions:
      expressions === null ? null : { etag: await entityTag(expressions), definition: expressions },
  };
}
