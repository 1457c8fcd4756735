import { ApplyService } from "./apply/service.ts";
import { AssetService } from "./assets/service.ts";
import { authenticator, type CredentialSources } from "./auth/authenticate.ts";
import { FailureLimit, type CountShared } from "./auth/failure-limit.ts";
import { CachedAssetStore } from "./cache/cached-asset-store.ts";
import { CachedKeyStore } from "./cache/cached-key-store.ts";
import { edgeOf } from "./cache/edge.ts";
import { healthOf, journalAgeSeconds } from "./cache/health.ts";
import { beat, type Chore } from "./cache/heartbeat.ts";
import { JournalWatch } from "./cache/journal-watch.ts";
import { JournaledNamespaceStore } from "./cache/journaled-namespace-store.ts";
import { JournaledSetStore } from "./cache/journaled-set-store.ts";
import { isDatabaseFailure, unavailable } from "./cache/unavailable.ts";
import { ChangeService } from "./changes/service.ts";
import { WaitingRoom } from "./changes/waiting-room.ts";
import { readConfig } from "./config.ts";
import { Meter } from "./observability/meter.ts";
import { Observer, type Dataset } from "./observability/observer.ts";
import { exposition, type Gauges } from "./observability/prometheus.ts";
import { PerSecondLimit } from "./observability/per-second-limit.ts";
import { RememberedTokens } from "./auth/remembered.ts";
import { HistoryService } from "./history/service.ts";
import { hotPath } from "./hot/hot-path.ts";
import { CursorSeal } from "./auth/cursor-seal.ts";
import { failure, requestIdOf } from "./http/respond.ts";
import { compile, type Serve } from "./http/router.ts";
import { steadyClock } from "./lib/steady-clock.ts";
import { runtimeTimer, sleep } from "./lib/timer.ts";
import { keyRing } from "./keys/ring.ts";
import { KeyService } from "./keys/service.ts";
import { LoginService } from "./login/service.ts";
import { NamespaceService } from "./namespaces/service.ts";
import { ResolveService } from "./resolution/service.ts";
import { routes } from "./routes.ts";
import { deadlined } from "./store/d1-deadlined.ts";
import { Deadlines } from "./store/deadlines.ts";
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
  const clock = steadyClock(() => Date.now());
  const deadlines = new Deadlines(clock.now, runtimeTimer);
  const database = deadlined(env.DB, deadlines);
  const sessions = new D1SessionStore(database);
  const plans = new D1PlanStore(database);
  const history = new D1HistoryStore(database);
  const edge = edgeOf({
    kv: env.CACHE,
    readLog: (since) => loadCommitLog(database, since),
    clock,
    timer: runtimeTimer,
    log,
  });
  const keys = new CachedKeyStore(new D1KeyStore(database), edge, config.outageKeyMs);
  const sources: CredentialSources = {
    ...config,
    ring: keyRing(keys),
    failures: new FailureLimit(sharedCounter(env.AUTH_FAILURES, config.workerName)),
  };
  const store = new CachedAssetStore(new D1AssetStore(database), edge);
  const assets = new AssetService(store, { clock: clock.now, timer: runtimeTimer });
  const resolve = new ResolveService(assets);
  const tokens = new RememberedTokens();
  const meter = new Meter();
  const gauges = (): Gauges => ({
    journal_age_seconds: journalAgeSeconds(edge),
    kv_left_alone: Number(edge.kv.isLeftAlone),
    d1_left_alone: Number(deadlines.isOpen),
    memory_assets: store.memory.size,
    memory_asset_bytes: store.memory.bytes,
    memory_bytes: store.memory.bytes + store.pageMemory.bytes + keys.memory.bytes + edge.served.bytes,
  });
  const state = () => [journalAgeSeconds(edge) ?? -1, Number(edge.kv.isLeftAlone)] as const;
  const observer = new Observer({
    meter,
    log,
    dataset: env.ANALYTICS ?? null,
    oneIn: config.logOneIn,
    clock: clock.now,
    state,
  });
  const serve = compile({
    routes,
    services: {
      assets,
      history: new HistoryService(history, assets),
      audit: history,
      changes: new ChangeService({
        store: new D1ChangeStore(database),
        watch: new JournalWatch(edge),
        room: new WaitingRoom(),
        clock: clock.now,
        sleep: (ms) => sleep(runtimeTimer, ms),
      }),
      resolve,
      apply: new ApplyService(new JournaledSetStore(new D1SetStore(database), edge), plans),
      cursors: new CursorSeal(config.signingKeys),
      lint: config.lint,
      namespaces: new NamespaceService(new JournaledNamespaceStore(new D1NamespaceStore(database), edge)),
      keys: new KeyService(keys),
      login: new LoginService(sources, sessions),
      health: healthOf(edge, () => database.prepare("SELECT seq FROM meta").first()),
      metrics: () => exposition(meter, gauges()),
      documents: (request) => env.DOCUMENTS.fetch(request),
    },
    authenticator: authenticator(sources, tokens),
    clock: clock.now,
    translate: (error) => (isDatabaseFailure(error) ? unavailable(error) : error),
    observe: (exchange) => observer.observe(exchange),
  });
  const chores: readonly Chore[] = [
    { name: "sessions", run: (now) => sessions.prune(now) },
    { name: "plans", run: (now) => plans.prune(now) },
    ...retention(database, config.historyDays),
  ];
  const hot = hotPath({
    tokens,
    assets: store,
    resolutions: resolve,
    observer,
    meter,
    clock: clock.now,
  });
  return {
    hot,
    serve,
    beat: () => beat(edge, (before, seq) => sweepTombstones(database, before, seq), chores),
  };
}

/** History is kept for ever unless days are set. */
function retention(db: D1Database, days: number | null): Chore[] {
  if (days === null) return [];
  return [{ name: "history", run: (now) => forgetRevisions(db, now - days * 86_400_000) }];
}

/**
 * Counts failures of a client in each of Cloudflare's locations. Counters with one `namespace_id` are shared by all
 * Workers of an account, so ours carry the Worker's name. Without the binding, or when it fails, each isolate's own count
 * must do.
 */
function sharedCounter(limiter: RateLimit | undefined, worker: string): CountShared {
  if (limiter === undefined) {
    log({
      level: "warn",
      event: "no-rate-limit",
      message: "AUTH_FAILURES is not bound; isolates count alone",
    });
    return async () => true;
  }
  return async (client) => {
    try {
      return (await limiter.limit({ key: `${worker}:${client}` })).success;
    } catch (error) {
      log({ level: "warn", event: "rate-limit-failed", error: String(error) });
      return true;
    }
  };
}

function log(entry: Record<string, unknown>): void {
  console.log(JSON.stringify(entry));
}

/** Built by the first request and kept for the isolate's life. A failed build is tried again. */
let app: App | undefined;

/** Of requests that come while the first is building, each builds too, and all use what was ready first. */
async function appOf(env: Env): Promise<App> {
  if (app !== undefined) return app;
  const built = await build(env);
  app ??= built;
  return app;
}

/** Lines about failed builds: every request of whoever asks makes another. */
const failedBuilds = new PerSecondLimit(10);

/** The whole way: route, credential, handler. */
async function answer(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const requestId = requestIdOf(request);
  let built: App;
  try {
    built = await appOf(env);
  } catch (error) {
    if (failedBuilds.allows(Date.now())) log({ level: "error", requestId, error: String(error) });
    return failure(error, requestId);
  }
  return built.serve(request, { requestId, waitUntil: (work) => ctx.waitUntil(work) });
}

export default {
  fetch(request, env, ctx) {
    return app?.hot(request) ?? answer(request, env, ctx);
  },

  async scheduled(_controller, env) {
    try {
      await (await appOf(env)).beat();
    } catch (error) {
      log({ level: "error", event: "heartbeat-failed", error: String(error) });
      throw error;
    }
  },
} satisfies ExportedHandler<Env>;
