// Starts Workers in a workerd of their own, each with a socket that leads straight to it: no proxy and no log between.
import { Miniflare, type MiniflareOptions } from "miniflare";
import type { Bundle, BundleName, Bundles } from "./bundles.ts";
import { childrenNamed } from "./process-stat.ts";

/** 32 characters and more; all contenders check tokens with it. */
export const SECRET = "a-secret-for-benchmarks-that-is-long-enough-to-sign";
/** As in wrangler.toml, so that all are run as production is. */
export const COMPATIBILITY_DATE = "2026-10-01";
/** Those of wrangler.toml. */
export const COMPATIBILITY_FLAGS = ["nodejs_als"];

export interface Server {
  /** The process that answers. */
  readonly pid: number;
  /** The port of a Worker's own socket on 127.0.0.1. */
  readonly port: (worker: string) => number;
  /** Runs a Worker's `scheduled` handler, in the isolate that answers its requests. */
  readonly beat: (worker: string) => Promise<void>;
  readonly inspector: () => Promise<URL>;
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly bundles: Bundles;
  readonly workers: readonly BundleName[];
  /** Where D1 and KV lie. */
  readonly folder: string;
  /** Variables of the Workers beside their secret. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A port of V8's inspector is opened as well; it may cost something. */
  readonly inspected?: boolean;
}

type WorkerOptions = MiniflareOptions["workers"][number];

export async function startServer(options: ServerOptions): Promise<Server> {
  const before = new Set(childrenNamed("workerd"));
  const { bundles, workers, folder, settings = {}, inspected = false } = options;
  const miniflare = new Miniflare({
    workers: workers.map((name) => workerOptions(name, bundles.get(name)!, settings)),
    resourcePersistencePath: folder,
    cf: false,
    enableDevRegistry: false,
    logRequests: false,
    handleStructuredLogs: () => undefined,
    ...(inspected ? { inspectorPort: 0 } : {}),
  });
  await miniflare.ready;
  const [pid, ...others] = childrenNamed("workerd").filter((child) => !before.has(child));
  if (pid === undefined || others.length > 0) {
    await miniflare.dispose();
    throw new Error(`one workerd was to be started, not ${pid === undefined ? "none" : others.length + 1}`);
  }
  const ports = new Map<string, number>();
  for (const name of workers) ports.set(name, Number((await miniflare.unsafeGetDirectURL(name)).port));
  return {
    pid,
    port(worker) {
      const port = ports.get(worker);
      if (port === undefined) throw new Error(`this server has no Worker ${worker}`);
      return port;
    },
    async beat(worker) {
      const { scheduled } = (await miniflare.getWorker(worker)) as unknown as Scheduled;
      const { outcome } = await scheduled();
      if (outcome !== "ok") throw new Error(`the cron of ${worker} ended as ${outcome}`);
    },
    inspector: () => miniflare.getInspectorURL(),
    stop: () => miniflare.dispose(),
  };
}

/** What of a Worker is used here; its full type needs the types of Workers in place of those of Node. */
interface Scheduled {
  readonly scheduled: () => Promise<{ outcome: string }>;
}

/** All Workers of a server share one database and one namespace of KV. */
function workerOptions(
  name: string,
  { text }: Bundle,
  settings: Readonly<Record<string, string>>,
): WorkerOptions {
  const variables = Object.entries(settings).map(([key, value]) => [key, { type: "text" as const, value }]);
  return {
    config: {
      name,
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: COMPATIBILITY_FLAGS,
      manifest: { mainModule: "index.js", modules: { "index.js": { type: "esm", contents: text } } },
      env: {
        DB: { type: "d1", id: "bench" },
        CACHE: { type: "kv", id: "bench" },
        AUTH_FAILURES: { type: "rate-limit", namespace: "1001", simple: { limit: 300, period: 60 } },
        DOCUMENTS: { type: "worker", worker: name },
        TOKEN_SECRET: { type: "text", value: SECRET },
        ...Object.fromEntries(variables),
      },
    },
    dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
  };
}
