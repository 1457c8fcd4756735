import { ApiError, notFound } from "../errors.ts";
import { shortened } from "./parameters.ts";

/** The paths of our own API. */
export const OWN = "/api/edge/v1/";

/** The path up to an asset's name, with slashes that should be one each. */
const BEFORE_NAME = /^\/+api\/+core\/+v2\/+namespaces\/+[^/]+\/+assets\/+(?=[^/])/;
/** The one path of a page, which people type with a slash at its end. */
const PAGE = "/docs";
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?=\/|$)/i;

/**
 * The path that a request with this one is redirected to, null where it is clean: without repeated slashes, and without
 * dot segments, which reading the URL has resolved, and without a slash behind the page. The name of an asset may hold
 * slashes and is left as it is. Begins with exactly one slash, so it never leads to another server.
 */
export function cleanPath(url: string, pathname: string): string | null {
  const end = BEFORE_NAME.exec(pathname)?.[0].length ?? pathname.length;
  const single = pathname.slice(0, end).replaceAll(/\/{2,}/g, "/") + pathname.slice(end);
  const clean = single === `${PAGE}/` ? PAGE : single;
  return clean !== pathname || DOT_SEGMENT.test(sentPath(url)) ? clean : null;
}

/** The path as it was sent: from the first slash behind the host to the query. */
function sentPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  return start === -1 ? "/" : (url.slice(start).split(/[?#]/, 1)[0] ?? "/");
}

const HERE =
  "of Sensu's API it has assets, namespaces and /auth, beside its own under /api/edge/v1; /openapi.json lists all";
const SENSU_KIND = /^\/api\/core\/v2\/(?:namespaces\/[^/]+\/)?([^/]+)/;
/** Their other paths are no kinds of their own. */
const KINDS_HERE = new Set(["assets", "namespaces"]);

/** The 404 of a path that is no route: what is missing, and what there is instead. */
export function noRoute(pathname: string): ApiError {
  // A raw slash at the end is part of no name and no path (contract §2.5).
  if (pathname.length > 1 && pathname.endsWith("/"))
    return new ApiError("notFound", "not found: the path ends with a slash; send it without");
  if (pathname.startsWith(OWN))
    return new ApiError("notFound", "no such path; /openapi.json lists what there is");
  const [, kind] = SENSU_KIND.exec(pathname) ?? [];
  if (kind !== undefined && !KINDS_HERE.has(kind))
    return new ApiError("notFound", `this server has no ${shortened(kind)}; ${HERE}`);
  const [api] = /^\/api\/(?!core(?:\/v2)?$)[^/]+(?:\/[^/]+)?/.exec(pathname) ?? [];
  if (api !== undefined && kind === undefined)
    return new ApiError("notFound", `this server has nothing under ${shortened(api)}; ${HERE}`);
  return notFound();
}
