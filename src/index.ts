import { archiveParts } from "./archive-parts.ts";
import { ApplyService } from "./sets/service.ts";
import { AssetService } from "./assets/service.ts";
import { authenticator, type CredentialSources } from "./auth/authenticate.ts";
import { FailureLimit } from "./auth/failure-limit.ts";
import { sharedCounter } from "./auth/shared-counter.ts";
import { readBindings } from "./bindings.ts";
import { committer } from "./freshness/committing.ts";
import { CachedAssetStore } from "./freshness/cached-asset-store.ts";
import { CachedKeyStore } from "./freshness/cached-key-store.ts";
import { edgeOf } from "./freshness/edge.ts";
import { gaugesOfIsolate } from "./gauges.ts";
import { healthOf, journalAgeSeconds } from "./freshness/health.ts";
import { beat, type Chore } from "./freshness/heartbeat.ts";
import { JournalWatch } from "./freshness/journal-watch.ts";
import { CachedNamespaceStore } from "./freshness/cached-namespace-store.ts";
import { answerTo } from "./freshness/unavailable.ts";
import { ChangeService } from "./history/changes/service.ts";
import { WaitingRoom } from "./history/changes/waiting-room.ts";
import { readConfig } from "./config.ts";
import { currentAccount } from "./observability/account.ts";
import { Meter } from "./observability/meter.ts";
import { Observer, type Dataset } from "./observability/observer.ts";
import { PerSecondLimit } from "./observability/per-second-limit.ts";
import { exposition, gaugesOf } from "./observability/prometheus.ts";
import { requestLine } from "./observability/request-log.ts";
import { NOTHING } from "./observability/spent.ts";
import { RememberedTokens } from "./auth/token-cache.ts";
import { HistoryService } from "./history/service.ts";
import { hotPath } from "./fast-path/fast-path.ts";
import { CursorSeal } from "./auth/cursor-seal.ts";
import { withRemedy } from "./errors.ts";
import { failure, requestIdOf } from "./http/respond.ts";
import { compile, type Serve } from "./app.ts";
import { OnceAMinute } from "./lib/once-a-minute.ts";
import { steadyClock } from "./lib/steady-clock.ts";
import { runtimeTimer, sleep } from "./lib/timer.ts";
import { keyRing } from "./keys/key-lookup.ts";
import { KeyService } from "./keys/service.ts";
import { LoginService } from "./login/service.ts";
import { NamespaceService } from "./namespaces/service.ts";
import { ManyService } from "./resolve/many/service.ts";
import { ResolveService } from "./resolve/service.ts";
import { routes } from "./routes.ts";
import { deadlined } from "./store/d1/deadlined.ts";
import { Deadlines } from "./store/deadlines.ts";
import { D1AssetStore } from "./store/d1/assets.ts";
import { D1ChangeStore } from "./store/d1/changes.ts";
import { D1HistoryStore } from "./store/d1/history.ts";
import { D1KeyStore } from "./store/d1/keys.ts";
import { D1NamespaceStore } from "./store/d1/namespaces.ts";
import { D1PlanStore } from "./store/d1/plans.ts";
import { D1SetStore } from "./store/d1/sets.ts";
import { forgetAfter } from "./store/d1/retention.ts";
import { D1SessionStore } from "./store/d1/sessions.ts";
import { loadCommitLog } from "./store/d1/commit-log.ts";
import { sweepTombstones } from "./store/d1/sweep.ts";
import { D1UsageStore } from "./store/d1/usage.ts";

/** The app as it stands in one isolate: what answers requests, and what the cron does. */
interface App {
  /** Answers from memory at once, or not at all. */
  readonly hot: (request: Request) => Response | null;
  readonly serve: Serve;
  readonly beat: () => Promise<void>;
}

/** Wires bindings to implementations: the only place that sees them. */
async function build(env: Partial<Env> & { readonly ANALYTICS?: Dataset }): Promise<App> {
  const config = await readConfig(env);
  const bindings = readBindings(env);
  const wrong = [...bindings.errors, ...config.errors];
  for (const { message } of wrong) log({ level: "error", event: "bad-setting", message });
  const clock = steadyClock(() => Date.now());
  const silence = new OnceAMinute();
  const deadlines = new Deadlines(clock.now, runtimeTimer, () => {
    const message = "D1's primary has left three calls in a row without an answer";
    if (silence.allows(clock.now())) log({ level: "error", event: "d1-silent", message });
  });
  const meter = new Meter();
  const database = deadlined(bindings.database, deadlines, (call) => {
    meter.queried(call);
    currentAccount()?.queried(call);
  });
  const sessions = new D1SessionStore(database);
  const plans = new D1PlanStore(database);
  const history = new D1HistoryStore(database);
  const edge = edgeOf({
    kv: bindings.kv,
    readLog: (since) => loadCommitLog(database, since),
    clock,
    timer: runtimeTimer,
    log,
  });
  const run = committer(edge);
  const keys = new CachedKeyStore(new D1KeyStore(database, run), edge, config.outageKeyMs);
  const sources: CredentialSources = {
    get signingKeys() {
      return config.signingKeys;
    },
    get outside() {
      return config.outside;
    },
    ring: keyRing(keys),
    failures: new FailureLimit(sharedCounter(env.AUTH_FAILURES, config.workerName, log, clock.now)),
  };
  const store = new CachedAssetStore(new D1AssetStore(database, run), edge);
  const assets = new AssetService(store, { clock: clock.now, timer: runtimeTimer });
  const resolve = new ResolveService(assets);
  const tokens = new RememberedTokens();
  const archives = archiveParts({
    database,
    run,
    bucket: bindings.archives,
    settings: config.archives,
    fetch: (url, init) => fetch(url, init),
    clock: clock.now,
    log,
  });
  const many = new ManyService(archives.notes);
  const state = () => [journalAgeSeconds(edge) ?? -1, Number(edge.kv.isLeftAlone)] as const;
  const observer = new Observer({
    meter,
    log,
    dataset: env.ANALYTICS ?? null,
    oneIn: config.logOneIn,
    clock: clock.now,
    state,
  });
  const namespaces = new NamespaceService(
    new CachedNamespaceStore(new D1NamespaceStore(database, run), edge),
  );
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
      many,
      usage: new D1UsageStore(database),
      apply: new ApplyService(new D1SetStore(database, run), plans),
      cursors: new CursorSeal(config),
      settings: config,
      namespaces,
      keys: new KeyService(keys),
      archives: archives.service,
      archiveNotes: archives.notes,
      copies: archives.copies,
      mirrors: archives.mirrors,
      checkSoon: archives.checkSoon,
      login: new LoginService(sources, sessions),
      health: healthOf(edge, {
        askDatabase: () => database.prepare("SELECT seq FROM meta").first(),
        faults: wrong.map(({ fault }) => fault),
      }),
      metrics: async (waitUntil) => {
        // The gauges of an idle isolate would be as old as its last request.
        await edge.journal.current(clock.now(), edge.bound, waitUntil);
        const gauges = gaugesOfIsolate({ edge, meter, deadlines, assets: store, keys });
        return exposition(meter, { ...gauges, ...gaugesOf("archives", await archives.counts()) });
      },
      documents: bindings.documents,
    },
    authenticator: authenticator(sources, tokens),
    clock: clock.now,
    isMissing: (namespace, scope) => namespaces.isMissing(namespace, scope),
    translate: answerTo,
    observe: (exchange) => observer.observe(exchange),
  });
  const chores: readonly Chore[] = [
    { name: "sessions", run: (now) => sessions.prune(now) },
    { name: "plans", run: (now) => plans.prune(now) },
    { name: "history", run: (now) => forgetAfter(database, config.historyDays, now) },
    ...archives.chores,
  ];
  const hot = hotPath({
    tokens,
    assets: store,
    resolutions: resolve,
    many,
    archives: archives.notes,
    observer,
    meter,
    clock: clock.now,
  });
  return {
    hot,
    serve,
    beat: () =>
      beat(edge, (before, seq) => sweepTombstones(database, before, seq), chores).then(() =>
        archives.check(),
      ),
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

/** Limits log lines about failed builds, which are a bug that every further request repeats. */
const failedBuilds = new PerSecondLimit(10);

/** The whole way: route, credential, handler. */
async function answer(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const requestId = requestIdOf(request);
  let built: App;
  try {
    built = await appOf(env);
  } catch (fault) {
    const response = failure(fault, requestId);
    const line = { request, response, requestId, route: null, principal: null, ms: 0, spent: NOTHING, fault };
    if (failedBuilds.allows(Date.now())) log(requestLine(line));
    return response;
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
      log({ level: "error", event: "heartbeat-failed", error: withRemedy(String(error)) });
      throw error;
    }
  },
} satisfies ExportedHandler<Env>;
