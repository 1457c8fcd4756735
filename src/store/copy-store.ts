import type { Namespace } from "../identity/names.ts";
import type { Commit } from "./asset-store.ts";

export type MirrorMode = "off" | "fallback" | "prefer";

/** A copy in the bucket, or what is left of one that somebody deleted. */
export interface ArchiveCopy {
  readonly digest: string;
  readonly size: number;
  readonly type: string;
  readonly storedAt: number | null;
  readonly deletedAt: number | null;
  readonly deletedBy: string | null;
  readonly reason: string | null;
}

/** A copy that was put into the bucket. */
export type NewCopy = Pick<ArchiveCopy, "digest" | "size" | "type">;

/** How much has been copied: bytes in all, and copies on a day (`2026-01-31`). */
export interface CopyTotals {
  readonly bytes: number;
  readonly copiesOn: (day: string) => number;
}

/** Keeps the list of copies, and what namespaces do with them. */
export interface CopyStore {
  setMirror(
    namespace: Namespace,
    mirror: MirrorMode,
    commit: Pick<Commit, "principal" | "scope">,
  ): Promise<boolean>;
  copy(digest: string): Promise<ArchiveCopy | null>;
  totals(): Promise<CopyTotals>;
  /** Notes that a copy is deleted for good. */
  deleted(digest: string, commit: Commit): Promise<void>;
  /** Of the next `limit` copies, those that no archive needs. After the last copy it starts from the first again. */
  unused(limit: number): Promise<readonly string[]>;
  /** Copies that were deleted for good between two times, at most `limit`. */
  deletedBetween(from: number, to: number, limit: number): Promise<readonly string[]>;
  forget(digests: readonly string[]): Promise<void>;
}
