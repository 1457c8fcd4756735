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
import { apiKeyKey, assetKey } from "../identity/cache-key.ts";
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

/** What has been committed lately, as one snapshot saw it: the source of the journal. */
export interface CommitLog {
  /** The clock of the database in that snapshot, in milliseconds since the Unix epoch: the one clock that dates all journals. */
  readonly at: number;
  readonly epoch: string;
  readonly seq: number;
  /** Every change after this seq is in `changes`. */
  readonly since: number;
  /** What changed and when, each key once with its last seq; see `changeKey`. */
  readonly changes: readonly (readonly [key: string, seq: number])[];
  /** The last commit to each namespace or to anything in it; also the list of namespaces. */
  readonly namespaces: Readonly<Record<string, number>>;
}

/** The outcome of a write together with the log as the same transaction saw it. */
export interface Logged<Outcome> {
  readonly result: Outcome;
  readonly log: CommitLog;
}

/** Where the truth is: snapshots to be judged by whoever keeps copies, and writes that tell what else was written. */
export interface AssetOrigin {
  get(id: AssetId, replica: Replica): Promise<Snapshot<StoredAsset>>;
  /** A page; its `s` is the last commit to the scope: the namespace, or everything. Its value is never null. */
  list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
    replica: Replica,
  ): Promise<Snapshot<AssetPage>>;
  /** `since`: the log may leave out what was committed up to this seq. */
  put(
    asset: AssetWrite,
    condition: WriteCondition,
    commit: Commit,
    since: number,
  ): Promise<Logged<WriteOutcome>>;
  delete(
    id: AssetId,
    condition: WriteCondition,
    commit: Commit,
    since: number,
  ): Promise<Logged<DeleteOutcome>>;
}

/** Reads the log from the primary; changes up to `since` may be left out. */
export type ReadLog = (since: number) => Promise<CommitLog>;

/**
 * The key of a commit's change in the log: an asset's, or an API key's by its digest. Null for a namespace, whose last
 * commit the map of namespaces holds.
 */
export function changeKey(kind: string, namespace: string, name: string): string | null {
  if (kind === "asset") return assetKey(namespace, name);
  return kind === "key" ? apiKeyKey(name) : null;
}
