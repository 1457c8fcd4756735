/** The columns of a commit. */
export const REVISION_COLUMNS = "seq, kind, namespace, name, action, etag, principal, at, reason";

/** The namespace that a commit belongs to, its own commits included; an index is made of exactly this expression. */
export const SCOPE = "CASE kind WHEN 'namespace' THEN name ELSE namespace END";

/**
 * SQL for the seq with which the present life of a namespace begins: that of the last commit to the namespace itself,
 * 0 when there was none. What lies before it belongs to namespaces of that name that were deleted.
 */
export function lifeOf(namespace: string): string {
  return `COALESCE((SELECT MAX(seq) FROM revisions WHERE kind = 'namespace' AND namespace = '' AND name = ${namespace}), 0)`;
}
