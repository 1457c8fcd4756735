import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import type { Route } from "../../src/http/route.ts";
import { routes } from "../../src/routes.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { aroundDatabase } from "../support/around-database.ts";
import { anAsset, servedAsset, SHA512 } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const admin = `Bearer ${await tokenFor(["admin@*"])}`;
const KEYS = "/api/edge/v1/keys";

/** Rows whose answer needs nothing but copies; the other readable ones ask D1 for history. */
const WITHOUT_DATABASE = [
  "GET /api/core/v2/assets",
  "GET /api/core/v2/namespaces",
  "GET /api/core/v2/namespaces/:namespace",
  "GET /api/core/v2/namespaces/:namespace/assets",
  "GET /api/core/v2/namespaces/:namespace/assets/:name+",
  "GET /api/edge/v1/namespaces/:namespace/assets/:name",
  "GET /api/edge/v1/namespaces/:namespace/assets/:name/download",
  "GET /api/edge/v1/namespaces/:namespace/assets/:name/matrix",
  "GET /api/edge/v1/namespaces/:namespace/assets/:name/resolve",
  "POST /api/edge/v1/lint",
  "POST /api/edge/v1/namespaces/:namespace/assets/:name/resolve",
];

const guarded = routes.filter(({ access }) => access !== "public");

beforeEach(async () => {
  await freshStorage();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});

afterEach(() => {
  vi.useRealTimers();
});

/** The whole Worker in an isolate of its own, over a D1 that can be taken down. */
async function isolate(settings: Record<string, string> = {}) {
  const worker = await coldWorker();
  let down = false;
  const database = aroundDatabase(env.DB, async (_call, work) => {
    if (down) throw new Error("D1_ERROR: Network connection lost.");
    return work();
  });
  const bindings: Env = { ...env, ...settings, DB: database };
  await worker.scheduled(createScheduledController(), bindings);
  return {
    /** Takes D1 down, for longer than the bound. */
    outage() {
      down = true;
      vi.setSystemTime(Date.now() + BOUND_MS + 20_000);
    },
    async send(method: string, path: string, authorization: string, body?: unknown): Promise<Response> {
      const headers = {
        Authorization: authorization,
        "CF-Connecting-IP": "192.0.2.1",
        "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      const context = createExecutionContext();
      const response = await worker.fetch(new Request(`${ORIGIN}${path}`, init), bindings, context);
      await waitOnExecutionContext(context);
      return response;
    },
  };
}

type Isolate = Awaited<ReturnType<typeof isolate>>;

/** Makes a key that may do everything, and reads with it what can be read. */
async function keyOf(worker: Isolate): Promise<string> {
  expect((await worker.send("PUT", `${ASSETS}/known`, admin, anAsset("known"))).status).toBe(201);
  const made = await worker.send("POST", KEYS, admin, { name: "agent", grants: ["admin@*"] });
  const { key } = await made.json<{ key: string }>();
  const namespaces = ["/api/core/v2/namespaces", "/api/core/v2/namespaces/default"];
  for (const path of [`${ASSETS}/known`, ASSETS, "/api/core/v2/assets", ...namespaces])
    expect((await worker.send("GET", path, `Key ${key}`)).status).toBe(200);
  return key;
}

function pathOf({ method, path }: Route<never>): string {
  const filled = path
    .replace(":namespace", "default")
    .replace(":seq", "1")
    .replace(":digest", SHA512)
    .replace(/:name\+?/, "known")
    .replace(":key", "agent");
  return method === "GET" && /resolve|download/.test(path) ? `${filled}?os=linux&arch=amd64` : filled;
}

function bodyOf({ method, path }: Route<never>): unknown {
  if (method === "GET" || method === "DELETE") return undefined;
  return path.endsWith("/resolve") ? { system: { os: "linux" } } : anAsset("known");
}

describe("I7: the whole Worker while D1 is down, for a key that may do everything", () => {
  it("reads what copies hold, always marked stale, and nothing else; no answer is 401 or 403", async () => {
    const worker = await isolate();
    const key = await keyOf(worker);
    worker.outage();
    const answered: string[] = [];
    for (const row of guarded) {
      const name = `${row.method} ${row.path}`;
      const answer = await worker.send(row.method, pathOf(row), `Key ${key}`, bodyOf(row));
      const { status, headers } = answer;
      if (status === 503) {
        expect([name, headers.get("Retry-After"), headers.get("X-Cache")]).toEqual([name, "5", null]);
        const { message } = await answer.json<{ message: string }>();
        const reads = row.access === "view" || row.access === "authenticated";
        expect([name, message.includes("may only read")]).toEqual([name, !reads]);
      } else {
        answered.push(name);
        expect([name, status]).toEqual([name, row.path.endsWith("/download") ? 302 : 200]);
        expect([name, headers.get("X-Cache"), headers.get("Warning")]).toEqual([
          name,
          "STALE",
          '110 - "Response is Stale"',
        ]);
        expect(Number(headers.get("Age"))).toBeGreaterThanOrEqual(BOUND_MS / 1_000);
      }
    }
    expect(answered.sort()).toEqual(WITHOUT_DATABASE);
    const known = await worker.send("GET", `${ASSETS}/known`, `Bearer ${key}`);
    expect(await known.text()).toBe(servedAsset("known"));
    const head = await worker.send("HEAD", `${ASSETS}/known`, `Key ${key}`);
    expect([head.status, head.headers.get("X-Cache"), await head.text()]).toEqual([200, "STALE", ""]);
  });

  it("is 503 at the login", async () => {
    const worker = await isolate();
    const key = await keyOf(worker);
    worker.outage();
    for (const path of ["/auth", "/auth/test"]) {
      const answer = await worker.send("GET", path, `Basic ${btoa(`agent:${key}`)}`);
      expect([path, answer.status, answer.headers.get("Retry-After")]).toEqual([path, 503, "5"]);
    }
  });

  it("is refused what its last known grants do not cover: 403, which shows nothing and so is not stale", async () => {
    const worker = await isolate();
    await keyOf(worker);
    const narrow = await worker.send("POST", KEYS, admin, { name: "other", grants: ["view@team"] });
    const { key } = await narrow.json<{ key: string }>();
    await worker.send("GET", "/api/core/v2/namespaces", `Key ${key}`);
    worker.outage();
    const denied = await worker.send("GET", `${ASSETS}/known`, `Key ${key}`);
    expect([denied.status, denied.headers.get("X-Cache")]).toEqual([403, null]);
  });

  it("OUTAGE_KEY_HOURS = 0: every answer is 503", async () => {
    const worker = await isolate({ OUTAGE_KEY_HOURS: "0" });
    const key = await keyOf(worker);
    worker.outage();
    for (const row of guarded) {
      const { status } = await worker.send(row.method, pathOf(row), `Key ${key}`, bodyOf(row));
      expect([row.path, status]).toEqual([row.path, 503]);
    }
  });
});
