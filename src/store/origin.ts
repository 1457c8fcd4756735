import type {
  AssetPage,
  AssetWrite,
  Commit,
  DeleteOutcome,
  PageFrom,
  StoredAsset,
  WriteCondition,
  WriteOutcome,
} from "./asset-store.ts";
import type { AssetId, Namespace } from "../identity/names.ts";

/** Which copy of the database answers: the nearest, which may lag without bound, or the one that takes the writes. */
export type Replica = "nearest" | "primary";

/** What one statement saw of one thing: a single snapshot of the database, so all of it was true at one instant. */
export interface Snapshot<T> {
  readonly epoch: string;
  /** The store's seq in this snapshot: every commit up to it is seen, none after it. */
  readonly g: number;
  /** The commit that made the thing what it is; null for an absence that has left no trace. */
  readonly s: number | null;
  /** Null when absent. */
  readonly value: T | null;
}

/** Assets in the database: snapshots, whose freshness the cache judges, and writes. */
export interface AssetOrigin {
  get(id: AssetId, replica: Replica): Promise<Snapshot<StoredAsset>>;
  /** A page; its `s` is the last commit to the scope: the namespace, or everything. Its value is never null. */
  list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
    replica: Replica,
  ): Promise<Snapshot<AssetPage>>;
  put(asset: AssetWrite, condition: WriteCondition, commit: Commit): Promise<WriteOutcome>;
  delete(id: AssetId, condition: WriteCondition, commit: Commit): Promise<DeleteOutcome>;
}
