import type {
  AssetStore,
  AssetWrite,
  Commit,
  Committed,
  DeleteOutcome,
  PageFrom,
  StatedPage,
  StoredAsset,
  WriteCondition,
  WriteOutcome,
} from "../store/asset-store.ts";
import type { AssetOrigin } from "../store/origin.ts";
import { withValue, type Reading, type ReadResult } from "../store/reading.ts";
import { AssetId, type Namespace } from "../identity/names.ts";
import { assetKind } from "./asset-kind.ts";
import type { Edge } from "./edge.ts";
import { FreshReader, type Glance } from "./fresh-reader.ts";
import type { MemoryLimits } from "../lib/memory.ts";
import { pageKind, type PageId } from "./page-kind.ts";

const MIB = 1024 * 1024;
/** What the two memories may take up: an isolate has 128 MB for everything, requests in flight included. */
export const ASSET_MEMORY: MemoryLimits = { entries: 20_000, bytes: 24 * MIB };
export const PAGE_MEMORY: MemoryLimits = { entries: 500, bytes: 24 * MIB };

/** Assets from the first of memory, KV and D1 that the freshness rule admits; writes go to D1, and memory keeps them. */
export class CachedAssetStore implements AssetStore {
  readonly #edge: Edge;
  readonly #origin: AssetOrigin;
  readonly #assets: FreshReader<AssetId, StoredAsset>;
  readonly #pages: FreshReader<PageId, StatedPage>;

  constructor(origin: AssetOrigin, edge: Edge, assetMemory = ASSET_MEMORY, pageMemory = PAGE_MEMORY) {
    this.#edge = edge;
    this.#origin = origin;
    this.#assets = new FreshReader(edge, assetKind(origin), assetMemory);
    this.#pages = new FreshReader(edge, pageKind(origin), pageMemory);
  }

  get(id: AssetId, reading: Reading): Promise<ReadResult<StoredAsset | null>> {
    return this.#assets.read(id, reading);
  }

  /** How many assets are held in memory, and their bytes. */
  get memory(): { readonly size: number; readonly bytes: number } {
    return this.#assets.memory;
  }

  /** How many pages are held in memory, and their bytes. */
  get pageMemory(): { readonly size: number; readonly bytes: number } {
    return this.#pages.memory;
  }

  /** The asset, if memory alone can answer; see `FreshReader.peek`. */
  peek(
    id: AssetId,
    now: number,
    last: Glance<StoredAsset>,
  ): { value: StoredAsset; ageSeconds: number } | null {
    return this.#assets.peek(id, now, last);
  }

  async list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
    reading: Reading,
  ): Promise<ReadResult<StatedPage>> {
    const page = await this.#pages.read({ namespace, from, limit }, reading);
    return withValue(page, page.value ?? { assets: [], next: null, state: 0 });
  }

  /** The page, if memory alone can answer; see `FreshReader.peek`. */
  peekPage(
    id: PageId,
    now: number,
    last: Glance<StatedPage>,
  ): { value: StatedPage; ageSeconds: number } | null {
    return this.#pages.peek(id, now, last);
  }

  async put(asset: AssetWrite, condition: WriteCondition, commit: Commit): Promise<WriteOutcome> {
    const readAt = this.#edge.clock();
    const outcome = await this.#origin.put(asset, condition, commit);
    if (outcome.outcome === "committed") {
      const id = new AssetId(asset.namespace, asset.name);
      this.#keep(id, { ...asset, seq: outcome.seq }, outcome, readAt, commit);
    }
    return outcome;
  }

  async delete(id: AssetId, condition: WriteCondition, commit: Commit): Promise<DeleteOutcome> {
    const readAt = this.#edge.clock();
    const outcome = await this.#origin.delete(id, condition, commit);
    if (outcome.outcome === "committed") this.#keep(id, null, outcome, readAt, commit);
    return outcome;
  }

  /** Keeps what a commit of this isolate has made of an asset; null: nothing. */
  #keep(
    id: AssetId,
    value: StoredAsset | null,
    { epoch, seq }: Committed,
    readAt: number,
    { scope }: Commit,
  ): void {
    scope.waitUntil(
      this.#assets.committed(id, { epoch, s: seq, g: seq, readAt, tombstone: value === null, value }),
    );
  }
}
