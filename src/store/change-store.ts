import type { AssetName, Namespace } from "../identity/names.ts";
import type { AssetRevision } from "./history-store.ts";

/** A commit to an asset without what was written: enough to decide who may see it, and what it would weigh. */
export interface ChangeHead {
  readonly seq: number;
  readonly namespace: Namespace;
  readonly name: AssetName;
  /** Of the definition. */
  readonly bytes: number;
}

/** A stretch of the commits, with the state of the store in the same snapshot. */
export interface ChangeScan {
  readonly epoch: string;
  /** The newest commit. */
  readonly seq: number;
  /** The newest commit that retention has deleted; 0 for none. */
  readonly forgotten: number;
  /** Whether the requested namespace exists; true when all were requested. */
  readonly exists: boolean;
  /** Where the present life of each namespace asked about begins: only commits after this seq belong to it. */
  readonly lives: ReadonlyMap<string, number>;
  /** Commits to assets in the scope, in commit order. */
  readonly heads: readonly ChangeHead[];
  /** Every commit in the scope up to this seq is in `heads`. */
  readonly scannedTo: number;
}

/** Commits in their order, for readers that follow them. */
export interface ChangeStore {
  /** Scans at most `limit` commits after a seq, in a namespace or (null) everywhere. */
  scan(
    after: number,
    scope: Namespace | null,
    livesOf: readonly string[],
    limit: number,
  ): Promise<ChangeScan>;
  /** The commits of these seqs, in commit order; those that retention has deleted meanwhile are missing. */
  revisions(seqs: readonly number[]): Promise<readonly AssetRevision[]>;
}
