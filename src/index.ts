import { AssetService } from "./assets/service.ts";
import { authenticator, type CredentialSources } from "./auth/authenticate.ts";
import { readConfig } from "./config.ts";
import { failure } from "./http/respond.ts";
import { compile, type Serve } from "./http/router.ts";
import { keyRing } from "./keys/ring.ts";
import { KeyService } from "./keys/service.ts";
import { LoginService } from "./login/service.ts";
import { NamespaceService } from "./namespaces/service.ts";
import { routes } from "./routes.ts";
import { D1AssetStore } from "./store/d1-asset-store.ts";
import { D1KeyStore } from "./store/d1-key-store.ts";
import { D1NamespaceStore } from "./store/d1-namespace-store.ts";
import { D1SessionStore } from "./store/d1-session-store.ts";

/** Wires bindings to implementations: the only place that sees them. */
async function build(env: Env): Promise<Serve> {
  const config = await readConfig(env);
  const keys = new D1KeyStore(env.DB);
  const sources: CredentialSources = {
    ...config,
    ring: keyRing(keys),
    failedTooOften: (request) => failedTooOften(env.AUTH_FAILURES, request),
  };
  return compile({
    routes,
    services: {
      assets: new AssetService(new D1AssetStore(env.DB)),
      namespaces: new NamespaceService(new D1NamespaceStore(env.DB)),
      keys: new KeyService(keys),
      login: new LoginService(sources, new D1SessionStore(env.DB)),
      health: { databaseAnswers: () => databaseAnswers(env.DB) },
    },
    authenticate: authenticator(sources),
    clock: () => Date.now(),
    log,
  });
}

/** Failures are counted by client address, in each of Cloudflare's locations on its own. */
async function failedTooOften(limiter: RateLimit, request: Request): Promise<boolean> {
  const key = request.headers.get("CF-Connecting-IP") ?? "unknown";
  const { success } = await limiter.limit({ key });
  return !success;
}

async function databaseAnswers(db: D1Database): Promise<boolean> {
  try {
    await db.prepare("SELECT seq FROM meta").first();
    return true;
  } catch {
    return false;
  }
}

function log(entry: Record<string, unknown>): void {
  console.log(JSON.stringify(entry));
}

/** Built by the first request and kept for the isolate's life. A failed build is tried again. */
let serve: Serve | undefined;

export default {
  async fetch(request, env, ctx) {
    const requestId = request.headers.get("CF-Ray") ?? crypto.randomUUID();
    try {
      serve ??= await build(env);
    } catch (error) {
      log({ level: "error", requestId, error: String(error) });
      return failure(error, requestId);
    }
    return serve(request, { requestId, waitUntil: (work) => ctx.waitUntil(work) });
  },
} satisfies ExportedHandler<Env>;
