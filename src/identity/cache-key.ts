/**
 * Joins parts into one key that no other list of parts has, whatever they hold: `~` and `/` are escaped in each as in
 * a JSON pointer (RFC 6901 §3), so that `/` only ever separates two parts.
 */
export function cacheKey(...parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

/** The key of an asset in memory, in KV and in the journal. */
export function assetKey(namespace: string, name: string): string {
  return cacheKey("a", namespace, name);
}

/** The key of an API key, by its digest, in the same places. */
export function apiKeyKey(digest: string): string {
  return cacheKey("k", digest);
}

/** The key of a namespace itself, in the same places. */
export function namespaceKey(name: string): string {
  return cacheKey("n", name);
}

/** The key under which the journal holds the last creation or deletion of any namespace. */
export const NAMESPACES_KEY = cacheKey("namespaces");

/** The namespace that a key of an asset or of a namespace speaks of; null for any other key. */
export function namespaceInKey(key: string): string | null {
  if (!key.startsWith("a/") && !key.startsWith("n/")) return null;
  const end = key.indexOf("/", 2);
  // Names of namespaces hold nothing that is escaped in a key.
  return end === -1 ? key.slice(2) : key.slice(2, end);
}
