import { AssetService } from "./assets/service.ts";
import { authenticator } from "./auth/authenticate.ts";
import { readConfig } from "./config.ts";
import { failure } from "./http/respond.ts";
import { compile, type Serve } from "./http/router.ts";
import { routes } from "./routes.ts";
import { D1AssetStore } from "./store/d1-asset-store.ts";

/** Wires bindings to implementations: the only place that sees them. */
async function build(env: Env): Promise<Serve> {
  const config = await readConfig(env);
  return compile({
    routes,
    services: {
      assets: new AssetService(new D1AssetStore(env.DB)),
      health: { databaseAnswers: () => databaseAnswers(env.DB) },
    },
    authenticate: authenticator(config.signingKeys),
    clock: () => Date.now(),
    log,
  });
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
