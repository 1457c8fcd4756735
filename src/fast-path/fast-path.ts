import { BAD_CREDENTIALS, MALFORMED_CREDENTIALS, rejectMalformed } from "../auth/authenticate.ts";
import { allows } from "../auth/grants.ts";
import type { Principal } from "../auth/principal.ts";
import type { RememberedTokens } from "../auth/token-cache.ts";
import type { CachedAssetStore } from "../freshness/cached-asset-store.ts";
import { notModified } from "../http/conditional.ts";
import { COMMON, preparedFailure, requestIdOf } from "../http/respond.ts";
import type { Counter, Meter } from "../observability/meter.ts";
import { NOTHING } from "../observability/spent.ts";
import type { Observer } from "../observability/observer.ts";
import { answerKey, type Answer, type ResolveService } from "../resolve/service.ts";
import { ASSET, RESOLVE } from "../routes.ts";
import { Targets, type Target } from "./target.ts";

/** What an isolate remembers, each of which answers at once or not at all. */
export interface Remembered {
  readonly tokens: RememberedTokens;
  readonly assets: Pick<CachedAssetStore, "peek">;
  readonly resolutions: Pick<ResolveService, "peek" | "use">;
  /** The states of archives. */
  readonly archives: {
    peek(
      namespace: string,
      key: string,
      now: number,
    ): { readonly state: string | null; readonly mirror: string | null } | undefined;
  };
  readonly observer: Observer;
  readonly meter: Meter;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * The one fast path. Nearly all requests are agents asking again for what this isolate has answered before: a GET of an
 * asset or its resolution, with a token seen before. They are answered here from memory, before a URL is parsed, a route
 * looked for or a promise made; that is most of what such a request costs otherwise. So is what has no credential at
 * all, which costs whoever sends it nothing. The rules are those of the slow path (the same grants, the same admission
 * of copies, the same headers), and whatever is not plainly such a request, or not in memory, is left to it: null.
 */
export function hotPath(remembered: Remembered): (request: Request) => Response | null {
  const { tokens, observer, meter, clock } = remembered;
  const targets = new Targets();
  const assets = countersOf(ASSET, meter);
  const resolutions = countersOf(RESOLVE, meter);
  const bad = preparedFailure(BAD_CREDENTIALS);
  const malformed = preparedFailure(MALFORMED_CREDENTIALS);

  return (request) => {
    if (request.method !== "GET") return null;
    const target = targets.of(request.url);
    if (target === null) return null;
    const { headers } = request;
    if (headers.has("Upgrade")) return null;
    const now = clock();
    const authorization = headers.get("Authorization") ?? "";
    const principal = tokens.principalOf(authorization, now);
    const counters = target.search === null ? assets : resolutions;
    if (principal === null) return refuse(request, authorization, counters);
    if (headers.has("Cache-Control")) return null;
    if (target.reader !== principal && !isReader(target, principal)) return null;
    const found = remembered.assets.peek(target.id, now, target.last);
    if (found === null) return null;

    const asset = found.value;
    if (target.search === null && asset.expressions !== null) return null;
    const known = target.search === null ? null : resolutionOf(target, asset.etag);
    if (known === undefined) return null;
    const archive =
      known === null ? null : remembered.archives.peek(target.id.namespace, known.archive.key, now);
    // Another body is due where the copy is used otherwise; where nothing is known, it is asked for elsewhere.
    if (archive === undefined || archive?.mirror !== known?.archive.mirror) return null;
    const state = archive?.state ?? null;
    const { etag } = known ?? asset;
    const condition = headers.get("If-None-Match");
    const unchanged = condition !== null && (condition === etag || notModified(headers, etag));
    const response = unchanged
      ? notModifiedBy(target, etag, found.ageSeconds, state)
      : new Response(known === null ? asset.definition : known.body, {
          headers: headersOf(etag, found.ageSeconds, state),
        });
    return counted(request, response, counters, unchanged ? "unchanged" : "whole", principal.name);
  };

  /** Of this version of the asset, if it was answered before; remembered with the URL. */
  function resolutionOf(target: Target, assetTag: string): Answer | undefined {
    const last = target.resolution;
    const held = last?.assetTag === assetTag ? remembered.resolutions.use(last.kept) : undefined;
    if (held !== undefined) return held;
    const kept = remembered.resolutions.peek(answerKey(target.id, assetTag, target.search ?? ""));
    if (kept !== undefined) target.resolution = { assetTag, kept };
    return kept?.value;
  }

  /** The answer to a malformed credential; null for one that must be checked. */
  function refuse(request: Request, authorization: string, counters: Counters): Response | null {
    const refusal = rejectMalformed(authorization);
    if (refusal === null) return null;
    const response = (refusal === BAD_CREDENTIALS ? bad : malformed)(requestIdOf(request));
    return counted(request, response, counters, "refused", null);
  }

  function counted(
    request: Request,
    response: Response,
    counters: Counters,
    as: "whole" | "unchanged" | "refused",
    principal: string | null,
  ): Response {
    counters[as].value += 1;
    const weight = observer.weigh(as === "refused" ? "rate-limited" : "sampled");
    if (weight > 0) {
      const requestId = response.headers.get("X-Request-Id") ?? requestIdOf(request);
      const { route } = counters;
      observer.tell({ request, response, requestId, route, principal, ms: 0, spent: NOTHING }, weight);
    }
    return response;
  }
}

/** Whether somebody may read this and not write here, which is to be told the newest. Who was last is remembered. */
function isReader(target: Target, principal: Principal): boolean {
  const { grants } = principal;
  const { namespace, name } = target.id;
  if (!allows(grants, { role: "view", namespace, name })) return false;
  if (allows(grants, { role: "edit", namespace, name: null })) return false;
  target.reader = principal;
  return true;
}

/** What this path has answered on a route: 200, 304, 401. */
interface Counters {
  readonly route: string;
  readonly whole: Counter;
  readonly unchanged: Counter;
  readonly refused: Counter;
}

function countersOf(route: string, meter: Meter): Counters {
  const of = (status: number, tier: string | null) => meter.answers("GET", route, status, tier);
  return { route, whole: of(200, "MEMORY"), unchanged: of(304, "MEMORY"), refused: of(401, null) };
}

/** One literal, since records joined from others take the runtime longer to read. */
function headersOf(etag: string, ageSeconds: number, state: string | null): Record<string, string> {
  const headers = {
    "Cache-Control": COMMON["Cache-Control"],
    "Content-Type": COMMON["Content-Type"],
    "X-Cache": "MEMORY",
    Age: String(ageSeconds),
    ETag: etag,
  };
  return state === null ? headers : Object.assign(headers, { "X-Archive-State": state });
}

function notModifiedBy(target: Target, etag: string, ageSeconds: number, state: string | null): Response {
  const { unchanged } = target;
  if (
    unchanged !== null &&
    unchanged.etag === etag &&
    unchanged.ageSeconds === ageSeconds &&
    unchanged.state === state
  )
    return unchanged.response;
  const response = new Response(null, { status: 304, headers: headersOf(etag, ageSeconds, state) });
  target.unchanged = { etag, ageSeconds, state, response };
  return response;
}
