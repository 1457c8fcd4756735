import type { AssetId, AssetName, Namespace } from "../identity/names.ts";

/** One commit: what was done to what, by whom, when, and why. */
export interface Revision {
  readonly seq: number;
  readonly kind: "asset" | "namespace" | "key";
  /** Empty for what lies in no namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly action: "create" | "update" | "delete";
  /** Null after a delete, and for what is no asset. */
  readonly etag: string | null;
  readonly principal: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reason: string | null;
}

/** A commit to an asset with what the asset was after it; null after a delete. */
export interface AssetRevision extends Revision {
  readonly namespace: Namespace;
  readonly name: AssetName;
  readonly definition: string | null;
}

/** What an audit asks for; null asks nothing. Times are milliseconds since the epoch. */
export interface AuditFilter {
  readonly namespace: Namespace | null;
  readonly principal: string | null;
  readonly action: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** The commits, which are never changed. */
export interface HistoryStore {
  /** The commits to an asset, the newest first, older than `before` (null: all). */
  ofAsset(id: AssetId, before: number | null, limit: number): Promise<readonly Revision[]>;
  /** The last commit to an asset at or before a seq; null when there was none. */
  at(id: AssetId, seq: number): Promise<AssetRevision | null>;
  /** Commits of every kind, the newest first, older than `before` (null: all). */
  audit(filter: AuditFilter, before: number | null, limit: number): Promise<readonly Revision[]>;
  /** Commits to assets after a seq, in commit order, and the seq up to which the answer is complete. */
  changesAfter(
    seq: number,
    namespace: Namespace | null,
    limit: number,
  ): Promise<{ readonly revisions: readonly AssetRevision[]; readonly completeTo: number }>;
}
