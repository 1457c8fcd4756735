import type { ArchiveUser, StoredArchive } from "../store/archive-store.ts";

/** An archive as clients see it: without the headers, which are secrets. */
export function archiveView(archive: StoredArchive) {
  return {
    digest: archive.digest,
    url: archive.url,
    host: archive.host,
    has_headers: archive.headers !== "",
    state: archive.state,
    detail: archive.detail,
    status: archive.status,
    size: archive.size,
    type: archive.type,
    seen_digest: archive.seenDigest,
    begins_as: archive.beginsAs,
    checked_at: timeOf(archive.checkedAt),
    checked_by: archive.checkedBy,
    verified_at: timeOf(archive.verifiedAt),
    due_at: timeOf(archive.dueAt),
    copied: archive.copiedAt !== null,
  };
}

/** The same with who uses it. */
export function usedArchiveView(archive: StoredArchive, users: readonly ArchiveUser[]) {
  return {
    ...archiveView(archive),
    users: users.map(({ namespace, name, position }) => ({ namespace, name, build: position })),
  };
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
