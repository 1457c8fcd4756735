import { ApplyService } from "./apply/service.ts";
import { AssetService } from "./assets/service.ts";
import { authenticator, type CredentialSources } from "./auth/authenticate.ts";
import { CachedAssetStore } from "./cache/cached-asset-store.ts";
import { CachedKeyStore } from "./cache/cached-key-store.ts";
import { edgeOf } from "./cache/edge.ts";
import { healthOf, journalAgeSeconds } from "./cache/health.ts";
import { beat, type Chore } from "./cache/heartbeat.ts";
import { JournalWatch } from "./cache/journal-watch.ts";
import { JournaledNamespaceStore } from "./cache/journaled-namespace-store.ts";
import { JournaledSetStore } from "./cache/journaled-set-store.ts";
import { unavailable } from "./cache/unavailable.ts";
import { ChangeService } from "./changes/service.ts";
import { WaitingRoom } from "./changes/waiting-room.ts";
import { readConfig } from "./config.ts";
import { Meter } from "./observability/meter.ts";
import { Observer, type Dataset } from "./observability/observer.ts";
import { exposition, type Gauges } from "./observability/prometheus.ts";
import { RememberedTokens } from "./auth/remembered.ts";
import { HistoryService } from "./history/service.ts";
import { hotPath } from "./hot/hot-path.ts";
import { failure, requestIdOf } from "./http/respond.ts";
import { compile, type Serve } from "./http/router.ts";
import { keyRing } from "./keys/ring.ts";
import { KeyService } from "./keys/service.ts";
import { LoginService } from "./login/service.ts";
import { NamespaceService } from "./namespaces/service.ts";
import { ResolveService } from "./resolution/service.ts";
import { routes } from "./routes.ts";
import { D1AssetStore } from "./store/d1-asset-store.ts";
import { D1ChangeStore } from "./store/d1-change-store.ts";
import { D1HistoryStore } from "./store/d1-history-store.ts";
import { D1KeyStore } from "./store/d1-key-store.ts";
import { D1NamespaceStore } from "./store/d1-namespace-store.ts";
import { D1PlanStore } from "./store/d1-plan-store.ts";
import { D1SetStore } from "./store/d1-set-store.ts";
import { forgetRevisions } from "./store/d1-retention.ts";
import { D1SessionStore } from "./store/d1-session-store.ts";
import { loadCommitLog } from "./store/d1-commit-log.ts";
import { sweepTombstones } from "./store/d1-sweep.ts";

/** The app as it stands in one isolate: what answers requests, and what the cron does. */
interface App {
  /** Answers from memory at once, or not at all. */
  readonly hot: (request: Request) => Response | null;
  readonly serve: Serve;
  readonly beat: () => Promise<void>;
}

/** Wires bindings to implementations: the only place that sees them. */
async function build(env: Env & { readonly ANALYTICS?: Dataset }): Promise<App> {
  const config = await readConfig(env);
  const sessions = new D1SessionStore(env.DB);
  const plans = new D1PlanStore(env.DB);
  const history = new D1HistoryStore(env.DB);
  const edge = edgeOf({
    kv: env.CACHE,
    readLog: (since) => loadCommitLog(env.DB, since),
    clock: () => Date.now(),
    sleep,
    log,
  });
  const keys = new CachedKeyStore(new D1KeyStore(env.DB), edge);
  const sources: CredentialSources = {
    ...config,
    ring: keyRing(keys),
    failedTooOften: (request) => failedTooOften(env.AUTH_FAILURES, request),
  };
  const store = new CachedAssetStore(new D1AssetStore(env.DB), edge);
  const assets = new AssetService(store);
  const resolve = new ResolveService(assets);
  const tokens = new RememberedTokens();
  const meter = new Meter();
  const gauges = (): Gauges => ({
    journal_age_seconds: journalAgeSeconds(edge),
    kv_left_alone: Number(edge.kv.isLeftAlone),
    memory_assets: store.memory.size,
    memory_asset_bytes: store.memory.bytes,
  });
  const state = () => [journalAgeSeconds(edge) ?? -1, Number(edge.kv.isLeftAlone)] as const;
  const observer = new Observer({
    meter,
    log,
    dataset: env.ANALYTICS ?? null,
    oneIn: config.logOneIn,
    clock: () => Date.now(),
    state,
  });
  const serve = compile({
    routes,
    services: {
      assets,
      history: new HistoryService(history, assets),
      audit: history,
      changes: new ChangeService({
        store: new D1ChangeStore(env.DB),
        watch: new JournalWatch(edge),
        room: new WaitingRoom(),
        clock: () => Date.now(),
        sleep,
      }),
      resolve,
      apply: new ApplyService(new JournaledSetStore(new D1SetStore(env.DB), edge), plans),
      lint: config.lint,
      namespaces: new NamespaceService(new JournaledNamespaceStore(new D1NamespaceStore(env.DB), edge)),
      keys: new KeyService(keys),
      login: new LoginService(sources, sessions),
      health: healthOf(edge, () => env.DB.prepare("SELECT seq FROM meta").first()),
      metrics: () => exposition(meter, gauges()),
      documents: (request) => env.DOCUMENTS.fetch(request),
    },
    authenticate: authenticator(sources, tokens),
    clock: () => Date.now(),
    translate: (error) => (isDatabaseFailure(error) ? unavailable(error) : error),
    observe: (exchange) => observer.observe(exchange),
  });
  const chores: readonly Chore[] = [
    { name: "sessions", run: (now) => sessions.prune(now) },
    { name: "plans", run: (now) => plans.prune(now) },
    ...retention(env.DB, config.historyDays),
  ];
  const hot = hotPath({
    tokens,
    assets: store,
    resolutions: resolve,
    observer,
    meter,
    clock: () => Date.now(),
  });
  return {
    hot,
    serve,
    beat: () => beat(edge, (before, seq) => sweepTombstones(env.DB, before, seq), chores),
  };
}

/** History is kept for ever unless days are set. */
function retention(db: D1Database, days: number | null): Chore[] {
  if (days === null) return [];
  return [{ name: "history", run: (now) => forgetRevisions(db, now - days * 86_400_000) }];
}

/** What D1 and the way to it throw; said as 503, since nothing has been acknowledged. */
function isDatabaseFailure(error: unknown): boolean {
  return error instanceof Error && /^(?:D1_|Network connection lost)/.test(error.message);
}

/** Failures are counted by client address, in each of Cloudflare's locations on its own. */
async function failedTooOften(limiter: RateLimit, request: Request): Promise<boolean> {
  const key = request.headers.get("CF-Connecting-IP") ?? "unknown";
  const { success } = await limiter.limit({ key });
  return !success;
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}

function log(entry: Record<string, unknown>): void {
  console.log(JSON.stringify(entry));
}

/** Built by the first request and kept for the isolate's life. A failed build is tried again. */
let app: App | undefined;

/** The whole way: route, credential, handler. */
async function answer(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    app ??= await build(env);
  } catch (error) {
    log({ level: "error", requestId, error: String(error) });
    return failure(error, requestId);
  }
  return app.serve(request, { requestId, waitUntil: (work) => ctx.waitUntil(work) });
}

export default {
  fetch(request, env, ctx) {
    return app?.hot(request) ?? answer(request, env, ctx);
  },

  async scheduled(_controller, env) {
    try {
      app ??= await build(env);
      await app.beat();
    } catch (error) {
      log({ level: "error", event: "heartbeat-failed", error: String(error) });
      throw error;
    }
  },
} satisfies ExportedHandler<Env>;
