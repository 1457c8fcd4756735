/** SQL for what assets are ordered by across namespaces; the index of live assets is made of exactly this expression. */
export const ASSET_KEY = "namespace || '/' || name";

/** The assets that were not deleted, by their keys: tombstones among them are not read. */
export const LIVE_ASSETS = "assets INDEXED BY assets_live";

/**
 * SQL that holds for the live assets of a namespace after a key. Both are SQL for texts; the key lies in the namespace,
 * and before its first asset when it is the namespace with a slash. Keys of a namespace end before the namespace with
 * the character that comes after the slash. One lower bound alone: of two, SQLite seeks only one.
 */
export function liveAfter(key: string, namespace: string, operator: ">" | ">=" = ">"): string {
  return `${ASSET_KEY} ${operator} ${key} AND ${ASSET_KEY} < ${namespace} || '0' AND deleted = 0`;
}
