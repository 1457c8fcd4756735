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
