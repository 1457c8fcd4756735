import type { CheckedColumns, StoredArchive } from "../store/archive-store.ts";
import type { NextCheck } from "./schedule.ts";
import type { Finding } from "./state.ts";

/** The announcement that an archive has changed, or is right again; null when there is nothing to announce. */
export function noticeOf({ host }: Pick<StoredArchive, "host">, { event, detail }: NextCheck): string | null {
  if (event === null) return null;
  return event === "drift"
    ? `the archive has changed at ${host}: ${detail}`
    : `the archive at ${host} has the digest of the definition again`;
}

/**
 * The columns to store after a check. Where no bytes were hashed, what was stored of the last ones stays. Tags of wrong
 * bytes are not kept: a host that is sent them answers that nothing has changed.
 */
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
  const isRight = finding.state === "ok";
  const isSame = isRight && !finding.isHashed;
  return {
    state: next.state,
    detail: next.detail,
    status: finding.status,
    size: isSame ? before.size : finding.size,
    type: isSame ? before.type : finding.type,
    seenDigest: isSame ? before.seenDigest : finding.seenDigest,
    beginsAs: isSame ? before.beginsAs : finding.beginsAs,
    etag: (isRight ? finding.etag : null) ?? (isSame ? before.etag : null),
    lastModified: (isRight ? finding.lastModified : null) ?? (isSame ? before.lastModified : null),
    checkedAt: at,
    checkedBy: by,
    verifiedAt: next.verifiedAt,
    suspectedAt: next.suspectedAt,
    tries: next.tries,
    dueAt: next.dueAt,
  };
}
