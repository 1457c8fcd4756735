import type { Json } from "../definitions/merge-patch.ts";
import { isObject } from "../lib/json.ts";

/** Headers, in lower case, whose values say how to fetch and never who fetches. Any other value may be a credential. */
const HARMLESS_HEADERS = new Set([
  "accept",
  "accept-charset",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-type",
  "if-modified-since",
  "if-none-match",
  "pragma",
  "range",
  "user-agent",
]);
const MASK = "***";

/**
 * The definition without what may be a credential, at the top level and in builds: values of headers that are not known
 * to be harmless, and userinfo and query of URLs. All members stay where they are.
 */
export function maskSecrets(definition: Json): Json {
  if (Array.isArray(definition)) return definition.map(maskSecrets);
  if (!isObject(definition)) return definition;
  return Object.fromEntries(
    Object.entries(definition).map(([key, value]) => {
      if (key === "headers") return [key, maskHeaders(value)];
      if (key === "url" && typeof value === "string") return [key, maskUrl(value)];
      return [key, key === "builds" ? maskSecrets(value) : value];
    }),
  );
}

function maskHeaders(headers: Json): Json {
  if (!isObject(headers)) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      HARMLESS_HEADERS.has(name.trim().toLowerCase()) ? value : MASK,
    ]),
  );
}

/** Works on the text: it may hold `{{ tokens }}` where a URL has no such characters, even as its scheme and host. */
function maskUrl(url: string): string {
  const [, place = "", query = "", fragment = ""] = /^([^?#]*)(\?[^#]*)?(.*)$/s.exec(url) ?? [];
  const masked = place.replaceAll(/(^|\/\/)[^/]*@/g, `$1${MASK}@`);
  return masked + (query.length > 1 ? `?${MASK}` : query) + fragment;
}
