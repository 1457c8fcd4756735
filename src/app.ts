import { Router, type IRequestStrict } from "itty-router";
import type { Authenticator } from "./auth/authenticate.ts";
import { allows } from "./auth/grants.ts";
import { keyUnconfirmed } from "./auth/key-credentials.ts";
import type { Principal } from "./auth/principal.ts";
import type { Access, Context } from "./context.ts";
import type { Route } from "./http/route.ts";
import { ApiError, noNamespace, notFound } from "./errors.ts";
import type { Namespace } from "./identity/names.ts";
import { chargedTo } from "./observability/account.ts";
import type { Exchange } from "./observability/exchange.ts";
import { Spent } from "./observability/spent.ts";
import type { Scope } from "./scope.ts";
import { cleanPath, noRoute, OWN } from "./http/paths.ts";
import { readNamespace } from "./http/place.ts";
import { failure, isServerFault, movedTo, streamEnd } from "./http/respond.ts";
import { markStale } from "./http/served.ts";
import { refuseWebSocket } from "./http/upgrade.ts";

/** What the router needs from outside. */
export interface RouterOptions<S> {
  readonly routes: readonly Route<S>[];
  readonly services: S;
  readonly authenticator: Authenticator;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Names what handlers let through without a name: a failing database is `unavailable`. */
  readonly translate: (error: unknown) => unknown;
  /** Whether there is no namespace of this name, for errors that say what is missing. */
  readonly isMissing: (namespace: Namespace, scope: Scope) => Promise<boolean>;
  /** Told of every request and its answer. */
  readonly observe: (exchange: Exchange) => void;
}

/** What varies from request to request. */
export interface Arrival {
  readonly requestId: string;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

export type Serve = (request: Request, arrival: Arrival) => Promise<Response>;

/** A request that is being answered, with what is learnt about it on the way for the log and the metrics. */
interface Visit extends Scope {
  readonly requestId: string;
  readonly url: URL;
  route: string | null;
  principal: string | null;
  /** That of the path, once it is known that the caller may do something there. */
  namespace: Namespace | null;
  /** See `Principal`; null once the credential is known to hold, and before. */
  unconfirmedSeconds: number | null;
}

/**
 * Compiles the route table: per path its methods, HEAD from GET, 405 with `Allow`, and one catch for all errors.
 * Route and method are decided before credentials (contract §2.5).
 */
export function compile<S>(options: RouterOptions<S>): Serve {
  const router = Router<IRequestStrict, [Visit], Response>();
  for (const [path, rows] of rowsByPath(options.routes)) {
    for (const row of rows) {
      const serve = (request: IRequestStrict, visit: Visit) => answer(row, request, visit, options);
      if (row.method === "GET") {
        router.get(path, serve);
        router.head(path, async (request, visit) => withoutBody(await serve(request, visit)));
      } else {
        router[METHODS[row.method]](path, serve);
      }
    }
    const allow = allowHeader(rows);
    router.all(path, (_request, visit) => {
      visit.route = path;
      throw new ApiError("methodNotAllowed", `method not allowed; use ${allow}`, {
        headers: { Allow: allow },
      });
    });
  }

  const answered = async (request: Request, visit: Visit): Promise<[Response, fault?: unknown]> => {
    try {
      const { pathname, search } = visit.url;
      const clean = cleanPath(request.url, pathname);
      if (clean !== null) return [movedTo(clean + search, request.method)];
      if (pathname.length > 1 && pathname.endsWith("/")) throw noRoute(pathname);
      const response = await router.fetch(request, visit);
      if (response === undefined) throw noRoute(pathname);
      return [response];
    } catch (thrown) {
      const error = await inOurWords(options.translate(thrown), visit, options);
      const whole = failure(error, visit.requestId);
      const response = request.method === "HEAD" ? await withoutBody(whole) : whole;
      return isServerFault(error) ? [response, error] : [response];
    }
  };

  return async (request, arrival) => {
    const now = options.clock();
    const spent = new Spent();
    const url = new URL(request.url);
    const known = { route: null, principal: null, namespace: null, unconfirmedSeconds: null };
    const visit: Visit = { ...arrival, ...known, url, now, spent };
    const { requestId } = visit;
    const [given, fault] = await chargedTo(spent, () => answered(request, visit));
    const { unconfirmedSeconds } = visit;
    // What is shown to a credential that no store could check is as old as what is known of that (I7).
    const isStale = unconfirmedSeconds !== null && given.status < 400;
    const response = isStale ? markStale(given, unconfirmedSeconds) : given;
    const observe = (error: unknown) => {
      const { route, principal } = visit;
      const ms = options.clock() - now;
      options.observe({ request, response, requestId, route, principal, ms, spent, fault: error });
    };
    const end = streamEnd(given);
    // What a stream has cost is known when it has ended.
    if (end === undefined) observe(fault);
    else arrival.waitUntil(end.then((broken) => observe(broken?.error)));
    return response;
  };
}

const METHODS = { POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

function rowsByPath<S>(routes: readonly Route<S>[]): Map<string, Route<S>[]> {
  const paths = new Map<string, Route<S>[]>();
  for (const row of routes) {
    const rows = paths.get(row.path) ?? [];
    if (rows.some((other) => other.method === row.method))
      throw new Error(`two rows for ${row.method} ${row.path}`);
    paths.set(row.path, [...rows, row]);
  }
  return paths;
}

/** The methods of a path as `Allow` lists them; GET brings HEAD. */
function allowHeader(rows: readonly Pick<Route<never>, "method">[]): string {
  return rows.flatMap((row) => (row.method === "GET" ? ["GET", "HEAD"] : [row.method])).join(", ");
}

async function answer<S>(
  row: Route<S>,
  request: IRequestStrict,
  visit: Visit,
  options: RouterOptions<S>,
): Promise<Response> {
  visit.route = row.path;
  refuseWebSocket(request);
  const params = decodeParams(request.params);
  const { clock, authenticator, services } = options;
  const isPublic = row.access === "public";
  const principal = isPublic ? null : await authenticator.authenticate(request, visit);
  visit.principal = principal?.name ?? null;
  visit.unconfirmedSeconds = principal?.unconfirmedSeconds ?? null;
  const namespace = readNamespace(row.method, params);
  if (principal !== null) guard(row, namespace, params["name"] ?? null, principal);
  visit.namespace = namespace;
  const stillValid = async () => isPublic || authenticator.stillValid(request, { ...visit, now: clock() });
  const context: Context = { ...visit, request, namespace, params, principal, stillValid };
  return row.operation.serve(context, services);
}

/** The error as our own API says it, which names what is missing; everywhere else Sensu's words stand. */
async function inOurWords<S>(error: unknown, visit: Visit, options: RouterOptions<S>): Promise<unknown> {
  if (!(error instanceof ApiError) || error.detail === null || !visit.url.pathname.startsWith(OWN))
    return error;
  const { namespace } = visit;
  if (namespace === null) return error.named();
  try {
    if (await options.isMissing(namespace, visit)) return noNamespace(namespace).named();
  } catch {
    // What cannot be looked up now is no reason for another error.
  }
  return error.named();
}

/** Who may call the routes that change nothing and show nothing of keys, metrics and the audit. */
const READS: ReadonlySet<Access> = new Set(["authenticated", "view"]);

function guard(
  { access }: Pick<Route<never>, "access">,
  namespace: Namespace | null,
  name: string | null,
  { grants, unconfirmedSeconds }: Principal,
): void {
  if (unconfirmedSeconds !== undefined && !READS.has(access)) throw keyUnconfirmed();
  if (access === "public" || access === "authenticated") return;
  const allowed =
    access === "admin-anywhere"
      ? grants.some(({ role, names }) => role === "admin" && names === null)
      : allows(grants, { role: access, namespace, name });
  if (!allowed) throw new ApiError("permissionDenied", "unauthorized to perform action");
}

function decodeParams(raw: Record<string, string>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [key, value] of Object.entries(raw)) {
    // A greedy parameter matches the empty rest too; an empty name is no path.
    if (value === "") throw notFound();
    try {
      params[key] = decodeURIComponent(value);
    } catch (cause) {
      throw new ApiError("invalidArgument", `invalid URL escape in the path at ${key}`, { cause });
    }
  }
  return params;
}

const BODILESS = new Set([204, 304]);

/** The answer to HEAD: what GET would say, without the body, and with its length unless it is a stream. */
async function withoutBody(response: Response): Promise<Response> {
  const { status } = response;
  const headers = new Headers(response.headers);
  if (streamEnd(response) !== undefined) await response.body?.cancel();
  else if (!BODILESS.has(status) && !headers.has("Content-Length"))
    headers.set("Content-Length", String((await response.arrayBuffer()).byteLength));
  return new Response(null, { status, headers });
}
