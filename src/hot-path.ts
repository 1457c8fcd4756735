import type { CachedAssetStore } from "./cache/cached-asset-store.ts";
import { allows } from "./auth/grants.ts";
import type { RememberedTokens } from "./auth/remembered.ts";
import { notModified } from "./http/conditional.ts";
import { empty, json } from "./http/respond.ts";
import type { ResolveService } from "./resolution/service.ts";

/** What an isolate remembers, each of which answers at once or not at all. */
export interface Remembered {
  readonly tokens: RememberedTokens;
  readonly assets: Pick<CachedAssetStore, "peek">;
  readonly resolutions: Pick<ResolveService, "peek">;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

const CORE = "/api/core/v2/namespaces/";
const EDGE = "/api/edge/v1/namespaces/";
const RESOLVE = "/resolve?";

/**
 * The one fast path. Nearly all requests are agents asking again for what this isolate has answered before: a GET of an
 * asset or its resolution, with a token seen before. They are answered here from memory, before a URL is parsed, a route
 * looked for or a promise made; that is most of what such a request costs otherwise. The rules are those of the slow
 * path (the same grants, the same admission of copies, the same headers), and whatever is not plainly such a request,
 * or not in memory, is left to it: null.
 */
export function hotPath(remembered: Remembered): (request: Request) => Response | null {
  return (request) => {
    if (request.method !== "GET") return null;
    const target = targetOf(request.url);
    if (target === null) return null;
    const { headers } = request;
    const now = remembered.clock();
    const principal = remembered.tokens.principalOf(headers.get("Authorization") ?? "", now);
    if (principal === null || headers.has("Cache-Control")) return null;
    const { namespace, name, search } = target;
    if (!allows(principal.grants, { role: "view", namespace, name })) return null;
    // Whoever may write here reads the newest.
    if (allows(principal.grants, { role: "edit", namespace, name: null })) return null;
    const found = remembered.assets.peek(namespace, name, now);
    if (found === null) return null;

    const served = { "X-Cache": "MEMORY", Age: String(found.ageSeconds) };
    const asset = found.value;
    if (search === null) {
      if (asset.expressions !== null) return null;
      return answer(headers, asset.definition, asset.etag, { ...served, ETag: asset.etag });
    }
    const resolution = remembered.resolutions.peek(asset.etag, search);
    if (resolution === undefined) return null;
    return answer(headers, resolution.body, resolution.etag, { ...served, ETag: resolution.etag });
  };
}

interface Target {
  readonly namespace: string;
  readonly name: string;
  /** The query of a resolution, `?` included; null for the asset itself. */
  readonly search: string | null;
}

/** Reads `.../namespaces/<ns>/assets/<name>` and, under our own prefix, `/resolve?...`; null for anything else. */
function targetOf(url: string): Target | null {
  const path = url.indexOf("/", "https://".length);
  const isCore = url.startsWith(CORE, path);
  if (!isCore && !url.startsWith(EDGE, path)) return null;
  const start = path + CORE.length;
  const end = url.indexOf("/", start);
  if (end === -1 || !url.startsWith("/assets/", end)) return null;
  const namespace = url.slice(start, end);
  const nameStart = end + "/assets/".length;
  if (isCore) {
    const name = url.slice(nameStart);
    // An escape, a query or a slash at the end has a meaning that is decided elsewhere.
    if (name === "" || name.endsWith("/") || /[%?]/.test(name) || namespace.includes("%")) return null;
    return { namespace, name, search: null };
  }
  const nameEnd = url.indexOf(RESOLVE, nameStart);
  if (nameEnd === -1) return null;
  const name = url.slice(nameStart, nameEnd).replaceAll("%2F", "/");
  if (name === "" || name.includes("%") || namespace.includes("%")) return null;
  return { namespace, name, search: url.slice(nameEnd + RESOLVE.length - 1) };
}

function answer(asked: Headers, body: string, etag: string, headers: Record<string, string>): Response {
  if (asked.has("If-None-Match") && notModified(asked, etag)) return empty(304, headers);
  return json(body, headers);
}
