import type { AssetService } from "../assets/service.ts";
import { decodeAsset } from "../assets/decode.ts";
import { invalid, notFound } from "../errors.ts";
import type { AssetId } from "../identity/names.ts";
import type { Commit, StoredAsset, WriteCondition } from "../store/asset-store.ts";
import type { AssetRevision, HistoryStore, Revision } from "../store/history-store.ts";

/** One page of revisions; `next` is the seq before which the next page starts. */
export interface RevisionPage {
  readonly revisions: readonly Revision[];
  readonly next: number | null;
}

/** What an asset was, and the way back: every write is a revision that nothing changes. */
export class HistoryService {
  readonly #store: HistoryStore;
  readonly #assets: AssetService;

  constructor(store: HistoryStore, assets: AssetService) {
    this.#store = store;
    this.#assets = assets;
  }

  /** The revisions of an asset, the newest first; `notFound` for one that never was. */
  async list(id: AssetId, before: number | null, limit: number): Promise<RevisionPage> {
    const revisions = await this.#store.ofAsset(id, before, limit + 1);
    if (revisions.length === 0 && before === null) throw notFound();
    const page = revisions.slice(0, limit);
    const last = revisions.length > page.length ? page.at(-1) : undefined;
    return { revisions: page, next: last?.seq ?? null };
  }

  /** The revision of exactly this seq. */
  async get(id: AssetId, seq: number): Promise<AssetRevision> {
    const revision = await this.at(id, seq);
    if (revision.seq !== seq) throw notFound();
    return revision;
  }

  /** The asset as the commits up to this seq had made it. */
  async at(id: AssetId, seq: number): Promise<AssetRevision> {
    const revision = await this.#store.at(id, seq);
    if (revision === null) throw notFound();
    return revision;
  }

  /** The last revision, and the one before another: what a difference is between when nothing is said. */
  async latest(id: AssetId): Promise<AssetRevision> {
    return this.at(id, Number.MAX_SAFE_INTEGER);
  }

  async before(id: AssetId, seq: number): Promise<AssetRevision | null> {
    return this.#store.at(id, seq - 1);
  }

  /** Writes what the asset was at a seq as a new revision, the caller's; brings a deleted asset back as well. */
  async rollback(id: AssetId, seq: number, condition: WriteCondition, commit: Commit): Promise<StoredAsset> {
    const { definition, seq: found } = await this.at(id, seq);
    if (definition === null) {
      throw invalid(`the asset was deleted by revision ${found}; choose an earlier one to bring it back`);
    }
    const asset = decodeAsset(JSON.parse(definition));
    return this.#assets.replace(id, asset, commit, condition);
  }
}
