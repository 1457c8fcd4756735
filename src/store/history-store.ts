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

/**
 * Which lives of a namespace are read: only the present one, which begins with the commit that created it last, or also
 * those that ended when it was deleted.
 */
export type Lives = "present" | "all";

/** Commits, the newest first. `next` is the seq before which to go on; null when nothing is left. */
export interface RevisionPage {
  readonly revisions: readonly Revision[];
  readonly next: number | null;
}

/** Whose commits an audit reads: those to a namespace and to what is in it, or those of a principal, or all. */
export type AuditScope =
  | { readonly namespace: Namespace; readonly lives: Lives }
  | { readonly principal: string }
  | "everything";

/** The commits, which are never changed. Every page is bounded by its limit and by the size of what it reads. */
export interface HistoryStore {
  /** The commits to an asset that are older than `before` (null: all). */
  ofAsset(id: AssetId, lives: Lives, before: number | null, limit: number): Promise<RevisionPage>;
  /** The last commit to an asset at or before a seq; null when there was none. */
  at(id: AssetId, lives: Lives, seq: number): Promise<AssetRevision | null>;
  /** The seq of the newest commit of all. */
  newest(): Promise<number>;
  /** Commits of every kind that are older than `before` (null: all). */
  audit(scope: AuditScope, before: number | null, limit: number): Promise<RevisionPage>;
}
