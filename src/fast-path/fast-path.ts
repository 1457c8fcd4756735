import { BAD_CREDENTIALS, MALFORMED_CREDENTIALS, rejectMalformed } from "../auth/authenticate.ts";
import { allows } from "../auth/grants.ts";
import type { Principal } from "../auth/principal.ts";
import type { RememberedTokens } from "../auth/token-cache.ts";
import { notModified } from "../http/conditional.ts";
import { COMMON, preparedFailure, requestIdOf, TEXT } from "../http/respond.ts";
import type { Counter, Meter } from "../observability/meter.ts";
import { NOTHING } from "../observability/spent.ts";
import type { Observer } from "../observability/observer.ts";
import { ASSET, RESOLVE, RESOLVE_MANY } from "../routes.ts";
import { foundAsset, foundMany, type Found, type Sources } from "./found.ts";
import { Targets, type Target } from "./target.ts";

/** What an isolate remembers, each of which answers at once or not at all. */
export interface Remembered extends Sources {
  readonly tokens: RememberedTokens;
  readonly observer: Observer;
  readonly meter: Meter;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * The one fast path. Nearly all requests are agents asking again for what this isolate has answered before: a GET of an
 * asset, its resolution or that of many, with a token seen before. They are answered here from memory, before a URL is parsed, a route
 * looked for or a promise made; that is most of what such a request costs otherwise. So is what has no credential at
 * all, which costs its sender nothing. The rules are those of the slow path (the same grants, the same admission
 * of copies, the same headers), and whatever is not plainly such a request, or not in memory, is left to it: null.
 */
export function hotPath(remembered: Remembered): (request: Request) => Response | null {
  const { tokens, observer, meter, clock } = remembered;
  const targets = new Targets();
  const counters = {
    asset: countersOf(ASSET, meter),
    resolution: countersOf(RESOLVE, meter),
    many: countersOf(RESOLVE_MANY, meter),
  };
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
    const counted = counters[target.of === "many" ? "many" : target.search === null ? "asset" : "resolution"];
    if (principal === null) return refuse(request, authorization, counted);
    if (headers.has("Cache-Control")) return null;
    if (target.reader !== principal && !isReader(target, principal)) return null;
    const found =
      target.of === "many"
        ? foundMany(target, principal, remembered, now)
        : foundAsset(target, remembered, now);
    if (found === null) return null;

    const condition = headers.get("If-None-Match");
    const unchanged = condition !== null && (condition === found.etag || notModified(headers, found.etag));
    const response = unchanged
      ? notModifiedBy(target, found)
      : new Response(found.body, { headers: headersOf(found, found.isText) });
    return count(request, response, counted, unchanged ? "unchanged" : "whole", principal.name);
  };

  /** The answer to a malformed credential; null for one that must be checked. */
  function refuse(request: Request, authorization: string, counted: Counters): Response | null {
    const refusal = rejectMalformed(authorization);
    if (refusal === null) return null;
    const response = (refusal === BAD_CREDENTIALS ? bad : malformed)(requestIdOf(request));
    return count(request, response, counted, "refused", null);
  }

  function count(
    request: Request,
    response: Response,
    counted: Counters,
    as: "whole" | "unchanged" | "refused",
    principal: string | null,
  ): Response {
    counted[as].value += 1;
    const weight = observer.weigh(as === "refused" ? "rate-limited" : "sampled");
    if (weight > 0) {
      const requestId = response.headers.get("X-Request-Id") ?? requestIdOf(request);
      const { route } = counted;
      observer.report({ request, response, requestId, route, principal, ms: 0, spent: NOTHING }, weight);
    }
    return response;
  }
}

/** Whether the principal may read this asset but not write it: writers get the newest. One that may is remembered. */
function isReader(target: Target, principal: Principal): boolean {
  const { grants } = principal;
  const namespace = target.of === "many" ? target.namespace : target.id.namespace;
  const name = target.of === "many" ? null : target.id.name;
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
function headersOf({ etag, ageSeconds, seq, state }: Found, isText: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    "Cache-Control": COMMON["Cache-Control"],
    "Content-Type": isText ? TEXT["Content-Type"] : COMMON["Content-Type"],
    "X-Cache": "MEMORY",
    Age: String(ageSeconds),
    ETag: etag,
  };
  if (isText) headers["X-Content-Type-Options"] = TEXT["X-Content-Type-Options"];
  if (seq !== null) headers["X-Seq"] = String(seq);
  if (state !== null) headers["X-Archive-State"] = state;
  return headers;
}

function notModifiedBy(target: Target, found: Found): Response {
  const { unchanged } = target;
  const { etag, ageSeconds, seq, state } = found;
  if (
    unchanged !== null &&
    unchanged.etag === etag &&
    unchanged.ageSeconds === ageSeconds &&
    unchanged.seq === seq &&
    unchanged.state === state
  )
    return unchanged.response;
  const response = new Response(null, { status: 304, headers: headersOf(found, false) });
  target.unchanged = { etag, ageSeconds, seq, state, response };
  return response;
}
