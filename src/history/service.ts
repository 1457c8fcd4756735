import type { AssetService, Comparison } from "../assets/service.ts";
import { decodeAsset } from "../definitions/decode.ts";
import { invalid, noAsset, notFound, type ApiError } from "../errors.ts";
import type { AssetId } from "../identity/names.ts";
import { Budget } from "../es5/budget.ts";
import { FilterReader } from "../es5/filter-reader.ts";
import type { Commit, StoredAsset, WriteCondition } from "../store/asset-store.ts";
import type { AssetRevision, HistoryStore, Lives, RevisionPage } from "../store/history-store.ts";

/** A rollback that was asked for: to which revision, and by whom. */
export interface RollbackWish {
  readonly id: AssetId;
  readonly lives: Lives;
  readonly seq: number;
  readonly condition: WriteCondition;
  readonly commit: Commit;
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
  async list(id: AssetId, lives: Lives, before: number | null, limit: number): Promise<RevisionPage> {
    const page = await this.#store.ofAsset(id, lives, before, limit);
    if (page.revisions.length === 0 && before === null) throw noAsset(id);
    return page;
  }

  /** The revision of exactly this seq. */
  async get(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision> {
    const revision = await this.#store.at(id, lives, seq);
    if (revision?.seq !== seq) throw await this.#noRevision(id, lives, seq);
    return revision;
  }

  /** The asset as the commits up to this seq had made it; `notFound` where no commit has had that seq yet. */
  async at(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision> {
    const revision = await this.#store.at(id, lives, seq);
    if (revision === null || (revision.seq < seq && (await this.#store.newest()) < seq))
      throw await this.#noRevision(id, lives, seq);
    return revision;
  }

  /** The last revision, and the one before another: what a difference is between when nothing is said. */
  async latest(id: AssetId, lives: Lives): Promise<AssetRevision> {
    const revision = await this.#store.at(id, lives, Number.MAX_SAFE_INTEGER);
    if (revision === null) throw noAsset(id);
    return revision;
  }

  async before(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision | null> {
    return this.#store.at(id, lives, seq - 1);
  }

  /**
   * Writes what the asset was after a revision as a new one, the caller's; brings a deleted asset back as well. Where
   * the asset is that already, nothing is written, and `isUnchanged` says so.
   */
  async rollback(
    wish: RollbackWish,
  ): Promise<{ readonly asset: StoredAsset; readonly isUnchanged: boolean }> {
    const { id, lives, seq, condition, commit } = wish;
    const definition = definitionOf(await this.get(id, lives, seq));
    const filters = new FilterReader(new Budget());
    const compared = await this.#assets.compare(id, definition, filters, commit, condition);
    const { checked, current, isSame } = compared;
    if (current !== null && isSame) return { asset: current, isUnchanged: true };
    const asset = await this.#assets.write(checked, condition, commit);
    return { asset, isUnchanged: false };
  }

  /** What a rollback would change, and from and to which revision; writes nothing, and throws what a rollback throws. */
  async rehearse({ id, lives, seq, condition, commit }: RollbackWish): Promise<Rehearsal> {
    const to = await this.get(id, lives, seq);
    const filters = new FilterReader(new Budget());
    const comparison = await this.#assets.compare(id, definitionOf(to), filters, commit, condition);
    return { ...comparison, from: await this.latest(id, lives), to };
  }

  async #noRevision(id: AssetId, lives: Lives, seq: number): Promise<ApiError> {
    const newest = await this.latest(id, lives);
    return notFound(
      `no revision ${seq} of asset ${id.name} in namespace ${id.namespace}; the newest is ${newest.seq}`,
    );
  }
}

/** What a rollback would do. */
export interface Rehearsal extends Comparison {
  readonly from: AssetRevision;
  readonly to: AssetRevision;
}

function definitionOf({ definition, seq }: AssetRevision) {
  if (definition === null)
    throw invalid(`the asset was deleted by revision ${seq}; choose an earlier one to bring it back`);
  return decodeAsset(JSON.parse(definition));
}
