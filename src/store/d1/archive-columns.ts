import type { CheckedColumns } from "../archive-store.ts";
import type { Binding } from "./condition-sql.ts";

/** SQL for the members of a `StoredArchive`, of a row of archives under this name. */
export function archiveColumns(of: string): string {
  return `${of}.id, ${of}.digest, ${of}.url, ${of}.headers, ${of}.host, ${of}.state, ${of}.detail, ${of}.status, ${of}.size,
    ${of}.type, ${of}.seen_digest AS seenDigest, ${of}.begins_as AS beginsAs, ${of}.etag, ${of}.last_modified AS lastModified,
    ${of}.checked_at AS checkedAt, ${of}.checked_by AS checkedBy, ${of}.verified_at AS verifiedAt,
    ${of}.suspected_at AS suspectedAt, ${of}.tries, ${of}.due_at AS dueAt,
    (SELECT stored_at FROM archive_copies AS copy WHERE copy.digest = ${of}.digest AND copy.deleted_at IS NULL) AS copiedAt`;
}

/** SQL that sets what a check found, from a parameter on; `checkedValues` are its values. */
export function setChecked(first: number): string {
  const names = [
    "state",
    "detail",
    "status",
    "size",
    "type",
    "seen_digest",
    "begins_as",
    "etag",
    "last_modified",
    "checked_at",
    "checked_by",
    "verified_at",
    "suspected_at",
    "tries",
    "due_at",
  ];
  return names.map((name, index) => `${name} = ?${first + index}`).join(", ");
}

export function checkedValues(columns: CheckedColumns): Binding[] {
  return [
    columns.state,
    columns.detail,
    columns.status,
    columns.size,
    columns.type,
    columns.seenDigest,
    columns.beginsAs,
    columns.etag,
    columns.lastModified,
    columns.checkedAt,
    columns.checkedBy,
    columns.verifiedAt,
    columns.suspectedAt,
    columns.tries,
    columns.dueAt,
  ];
}

/** The version that a change has; the statement `ADVANCE_VERSION` before it makes it. */
export const VERSION = "(SELECT version FROM archive_progress)";
export const ADVANCE_VERSION = "UPDATE archive_progress SET version = version + 1";
