import type { AssetService } from "./assets/service.ts";
import type { Principal } from "./auth/principal.ts";
import type { Role } from "./auth/grants.ts";
import type { Health } from "./ops/health.ts";

/** What handlers may call; built once an isolate by `index.ts`. */
export interface Services {
  readonly assets: AssetService;
  readonly health: Health;
}

/** One request as a handler sees it: decoded, authenticated, authorised. */
export interface Context {
  readonly request: Request;
  readonly url: URL;
  /** Path parameters, decoded once. */
  readonly params: Readonly<Record<string, string>>;
  /** Null on public routes only. */
  readonly principal: Principal | null;
  readonly requestId: string;
  readonly services: Services;
  /** Milliseconds since the epoch, read once a request. */
  readonly now: number;
  /** Lets work go on after the answer has been sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * Who may call a route: anyone, or a principal with this role at the path's namespace and name.
 * A path without `:namespace` speaks of the whole cluster and needs a grant `@*`.
 */
export type Access = "public" | Role;

/** A row of the route table. From it follow the guard, HEAD, 405 with `Allow`, and the table of the README. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly access: Access;
  readonly handle: (context: Context) => Promise<Response> | Response;
  /** One line for the README and the OpenAPI document. */
  readonly summary: string;
}
