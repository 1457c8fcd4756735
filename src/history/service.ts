import type { AssetService } from "../assets/service.ts";
import { decodeAsset } from "../definitions/decode.ts";
import { invalid, notFound } from "../errors.ts";
import type { AssetId } from "../identity/names.ts";
import { Budget } from "../es5/budget.ts";
import { FilterReader } from "../es5/filter-reader.ts";
import type { Commit, StoredAsset, WriteCondition } from "../store/asset-store.ts";
import type { AssetRevision, HistoryStore, Lives, RevisionPage } from "../store/history-store.ts";

/** What an asset was, and the way back: every write is a revision that nothing changes. */
export class HistoryService {
  readonly #store: HistoryStore;
  readonly #assets: AssetService;

  constructor(store: HistoryStore, assets: AssetService) {
    this.#store = store;
    this.#assets = assets;
  }

  /** The revisions of an asset, the newest first; `notFound` for one that never was. */
  async list(id: AssetId, lives: Lives, before: number | null, limit: number): Promise<RevisionPage> {
    const page = await this.#store.ofAsset(id, lives, before, limit);
    if (page.revisions.length === 0 && before === null) throw notFound();
    return page;
  }

  /** The revision of exactly this seq. */
  async get(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision> {
    const revision = await this.at(id, lives, seq);
    if (revision.seq !== seq) throw notFound();
    return revision;
  }

  /** The asset as the commits up to this seq had made it. */
  async at(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision> {
    const revision = await this.#store.at(id, lives, seq);
    if (revision === null) throw notFound();
    return revision;
  }

  /** The last revision, and the one before another: what a difference is between when nothing is said. */
  async latest(id: AssetId, lives: Lives): Promise<AssetRevision> {
    return this.at(id, lives, Number.MAX_SAFE_INTEGER);
  }

  async before(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision | null> {
    return this.#store.at(id, lives, seq - 1);
  }

  /** Writes what the asset was at a seq as a new revision, the caller's; brings a deleted asset back as well. */
  async rollback(
    id: AssetId,
    lives: Lives,
    seq: number,
    condition: WriteCondition,
    commit: Commit,
  ): Promise<StoredAsset> {
    const { definition, seq: found } = await this.at(id, lives, seq);
    if (definition === null) {
      throw invalid(`the asset was deleted by revision ${found}; choose an earlier one to bring it back`);
    }
    const asset = decodeAsset(JSON.parse(definition));
    return this.#assets.replace(id, asset, new FilterReader(new Budget()), commit, condition);
  }
}
