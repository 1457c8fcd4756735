import { allows, type Role } from "./auth/grants.ts";
import type { Principal } from "./auth/principal.ts";
import { invalid } from "./errors.ts";
import { REASON_CHARACTERS } from "./http/request-headers.ts";
import type { Namespace } from "./identity/names.ts";
import type { Scope } from "./scope.ts";
import type { Commit } from "./store/asset-store.ts";
import type { Reading } from "./store/reading.ts";

/** One request as a handler sees it: decoded, authenticated, authorised. */
export interface Context extends Scope {
  readonly request: Request;
  readonly url: URL;
  /** The path's namespace; null where the path has none and so speaks of the whole cluster. */
  readonly namespace: Namespace | null;
  /** Path parameters, decoded once. */
  readonly params: Readonly<Record<string, string>>;
  /** Null on public routes only. */
  readonly principal: Principal | null;
  readonly requestId: string;
  /**
   * Whether the credential of the request still holds: false once it has expired, or its revocation is known. For what
   * goes on after the first check, such as a stream. Throws `unavailable` when no store can say.
   */
  readonly stillValid: () => Promise<boolean>;
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
  return { freshness: newest ? "newest" : "bounded", scope: context };
}

/** The commit of this request: by its principal, and why. */
export function commitOf(context: Context): Commit {
  return { principal: principalOf(context).name, reason: reasonOf(context), scope: context };
}

/** Why a write is made: the header `X-Reason` or the parameter `reason`. */
function reasonOf({ request, url }: Context): string | null {
  const reason = (request.headers.get("X-Reason") ?? url.searchParams.get("reason") ?? "").trim();
  if (reason.length > REASON_CHARACTERS) {
    throw invalid(`a reason cannot be longer than ${REASON_CHARACTERS} characters`);
  }
  return reason === "" ? null : reason;
}
