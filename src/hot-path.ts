import type { CachedAssetStore } from "./cache/cached-asset-store.ts";
import { allows } from "./auth/grants.ts";
import type { RememberedTokens } from "./auth/remembered.ts";
import { notModified } from "./http/conditional.ts";
import { empty, json, requestIdOf } from "./http/respond.ts";
import type { Counter, Meter } from "./observability/meter.ts";
import type { Observer } from "./observability/observer.ts";
import type { ResolveService } from "./resolution/service.ts";
import { ASSET, RESOLVE } from "./routes.ts";

/** What an isolate remembers, each of which answers at once or not at all. */
export interface Remembered {
  readonly tokens: RememberedTokens;
  readonly assets: Pick<CachedAssetStore, "peek">;
  readonly resolutions: Pick<ResolveService, "peek">;
  readonly observer: Observer;
  readonly meter: Meter;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

const CORE = "/api/core/v2/namespaces/";
const EDGE = "/api/edge/v1/namespaces/";
const RESOLVE_QUERY = "/resolve?";

/**
 * The one fast path. Nearly all requests are agents asking again for what this isolate has answered before: a GET of an
 * asset or its resolution, with a token seen before. They are answered here from memory, before a URL is parsed, a route
 * looked for or a promise made; that is most of what such a request costs otherwise. The rules are those of the slow
 * path (the same grants, the same admission of copies, the same headers), and whatever is not plainly such a request,
 * or not in memory, is left to it: null.
 */
export function hotPath(remembered: Remembered): (request: Request) => Response | null {
  const { observer } = remembered;
  const assets = countersOf(ASSET, remembered.meter);
  const resolutions = countersOf(RESOLVE, remembered.meter);
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

    const asset = found.value;
    if (search === null && asset.expressions !== null) return null;
    const known = search === null ? undefined : remembered.resolutions.peek(asset.etag, search);
    if (search !== null && known === undefined) return null;
    const body = known?.body ?? asset.definition;
    const etag = known?.etag ?? asset.etag;

    const unchanged = headers.has("If-None-Match") && notModified(headers, etag);
    const all = { "X-Cache": "MEMORY", Age: String(found.ageSeconds), ETag: etag };
    const response = unchanged ? empty(304, all) : json(body, all);
    const counters = known === undefined ? assets : resolutions;
    if (observer.counted(unchanged ? counters.unchanged : counters.whole)) {
      const { route } = counters;
      const requestId = requestIdOf(request);
      observer.tell({ request, response, requestId, route, principal: principal.name, ms: 0, spent: null });
    }
    return response;
  };
}

/** What this path has answered on a route, by status: 200 or 304. */
function countersOf(route: string, meter: Meter): { route: string; whole: Counter; unchanged: Counter } {
  const of = (status: number) => meter.answers("GET", route, status, "MEMORY");
  return { route, whole: of(200), unchanged: of(304) };
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
  const nameEnd = url.indexOf(RESOLVE_QUERY, nameStart);
  if (nameEnd === -1) return null;
  const name = url.slice(nameStart, nameEnd).replaceAll("%2F", "/");
  if (name === "" || name.includes("%") || namespace.includes("%")) return null;
  return { namespace, name, search: url.slice(nameEnd + RESOLVE_QUERY.length - 1) };
}
