import type { CheckedColumns, StoredArchive } from "../store/archive-store.ts";
import type { NextCheck } from "./schedule.ts";
import type { Finding } from "./state.ts";

/** What is announced of an archive: that other bytes come now, or the right ones again. */
export function noticeOf({ host }: Pick<StoredArchive, "host">, { event, detail }: NextCheck): string | null {
  if (event === null) return null;
  return event === "drift"
    ? `the archive has changed at ${host}: ${detail}`
    : `the archive at ${host} has the digest of the definition again`;
}

/** The columns that say what was found, and when to look again. Tags that were not sent again are still those. */
export function columnsOf(
  finding: Finding,
  next: NextCheck,
  {
    at,
    by,
    before,
  }: {
    at: number;
    by: string;
    before: Pick<CheckedColumns, "etag" | "lastModified" | "size" | "type" | "seenDigest" | "beginsAs">;
  },
): CheckedColumns {
  const isSame = finding.state === "ok" && !finding.isHashed;
  return {
    state: next.state,
    detail: next.detail,
    status: finding.status,
    size: isSame ? before.size : finding.size,
    type: isSame ? before.type : finding.type,
    seenDigest: isSame ? before.seenDigest : finding.seenDigest,
    beginsAs: isSame ? before.beginsAs : finding.beginsAs,
    etag: finding.etag ?? (isSame ? before.etag : null),
    lastModified: finding.lastModified ?? (isSame ? before.lastModified : null),
    checkedAt: at,
    checkedBy: by,
    verifiedAt: next.verifiedAt,
    suspectedAt: next.suspectedAt,
    tries: next.tries,
    dueAt: next.dueAt,
  };
}
