import type { ApplyService } from "./apply/service.ts";
import type { AssetService } from "./assets/service.ts";
import { allows, type Role } from "./auth/grants.ts";
import type { CursorSeal } from "./auth/cursor-seal.ts";
import type { Principal } from "./auth/principal.ts";
import { invalid } from "./errors.ts";
import type { Namespace } from "./identity/names.ts";
import type { ChangeService } from "./changes/service.ts";
import type { HistoryService } from "./history/service.ts";
import type { KeyService } from "./keys/service.ts";
import type { LoginService } from "./login/service.ts";
import type { NamespaceService } from "./namespaces/service.ts";
import type { Health } from "./ops/health.ts";
import type { ResolveService } from "./resolution/service.ts";
import type { Commit } from "./store/asset-store.ts";
import type { HistoryStore } from "./store/history-store.ts";
import { newReading, type Reading } from "./store/reading.ts";
import type { Spent } from "./observability/spent.ts";

/** What handlers may call; built once an isolate by `index.ts`. */
export interface Services {
  readonly assets: AssetService;
  readonly namespaces: NamespaceService;
  readonly keys: KeyService;
  readonly login: LoginService;
  readonly history: HistoryService;
  readonly audit: HistoryStore;
  readonly changes: ChangeService;
  readonly resolve: ResolveService;
  readonly apply: ApplyService;
  /** Seals cursors that may name what their reader must not see. */
  readonly cursors: CursorSeal;
  /** `strict`: assets with lint findings are refused. Throws `unavailable` where the setting is wrong. */
  readonly settings: { readonly lint: "count" | "strict" };
  readonly health: Health;
  /** What this isolate has counted, as Prometheus reads it. */
  readonly metrics: (waitUntil: (work: Promise<unknown>) => void) => Promise<string>;
  /** What is published beside the Worker: the file a path names, or 404. */
  readonly documents: (request: Request) => Promise<Response>;
}

/** One request as a handler sees it: decoded, authenticated, authorised. */
export interface Context {
  readonly request: Request;
  readonly url: URL;
  /** The path's namespace; null where the path has none and so speaks of the whole cluster. */
  readonly namespace: Namespace | null;
  /** Path parameters, decoded once. */
  readonly params: Readonly<Record<string, string>>;
  /** Null on public routes only. */
  readonly principal: Principal | null;
  readonly requestId: string;
  readonly services: Services;
  /** Milliseconds since the epoch, read once a request. */
  readonly now: number;
  readonly spent: Spent;
  /**
   * Whether the credential of the request still holds: false once it has expired, or its revocation is known. For what
   * goes on after the first check, such as a stream. Throws `unavailable` when no store can say.
   */
  readonly stillValid: () => Promise<boolean>;
  /** Lets work go on after the answer has been sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * Who may call a route: anyone; any principal, whose grants then decide what it sees; a principal that is `admin` of
 * anything; or one with this role at the path's namespace and name. A path without `:namespace` speaks of the whole
 * cluster, and a role then needs a grant `@*`.
 */
export type Access = "public" | "authenticated" | "admin-anywhere" | Role;

/** The principal of a route that is not public. */
export function principalOf({ principal }: Context): Principal {
  if (principal === null) throw new Error("the route is public but its handler needs a principal");
  return principal;
}

/** Who may write here, or asks for it, reads the newest; agents read what the freshness rule admits. */
export function readingOf(context: Context): Reading {
  const need = { role: "edit", namespace: context.namespace, name: null } as const;
  const newest =
    allows(principalOf(context).grants, need) ||
    /\bno-cache\b/i.test(context.request.headers.get("Cache-Control") ?? "");
  return newReading(newest ? "newest" : "bounded", context.waitUntil, context.spent);
}

/** What a commit of this request says of itself. */
export function commitOf(context: Context): Commit {
  const { now, waitUntil, spent } = context;
  return { principal: principalOf(context).name, at: now, reason: reasonOf(context), waitUntil, spent };
}

const REASON_CHARACTERS = 500;

/** Why a write is made: the header `X-Reason` or the parameter `reason`. */
function reasonOf({ request, url }: Context): string | null {
  const reason = (request.headers.get("X-Reason") ?? url.searchParams.get("reason") ?? "").trim();
  if (reason.length > REASON_CHARACTERS) {
    throw invalid(`a reason cannot be longer than ${REASON_CHARACTERS} characters`);
  }
  return reason === "" ? null : reason;
}

/** A row of the route table. From it follow the guard, HEAD, 405 with `Allow`, and the documents. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly access: Access;
  readonly handle: (context: Context) => Promise<Response> | Response;
}
