import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

type Line = Record<string, unknown>;

const admin = await tokenFor(["admin@*"], { name: "root" });
const agent = await tokenFor(["view@default"]);
const SHORT = "a-short-secret";

/** A Worker in an isolate of its own, with these settings and bindings; an undefined one is missing. */
async function isolateWith(changed: Record<string, unknown>) {
  const worker = await coldWorker();
  const lines: Line[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(JSON.parse(text) as Line));
  const bindings: Env = { ...env, ...changed };
  const send = async (method: string, path: string, credential: string | null, body?: unknown) => {
    const headers = new Headers({ "CF-Connecting-IP": "192.0.2.78" });
    if (credential !== null) headers.set("Authorization", credential);
    const context = createExecutionContext();
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const answer = await worker.fetch(new Request(ORIGIN + path, init), bindings, context);
    const text = await answer.text();
    await waitOnExecutionContext(context);
    return { status: answer.status, text, headers: answer.headers };
  };
  const beat = () => worker.scheduled(createScheduledController(), bindings);
  const about = (event: string) => lines.filter((line) => line["event"] === event);
  return { send, beat, lines, about };
}

interface Health {
  readonly ClusterHealth: readonly { readonly Err: string; readonly Healthy: boolean }[];
}

async function healthOf({ send }: Awaited<ReturnType<typeof isolateWith>>) {
  const { status, text } = await send("GET", "/health", null);
  const [member] = (JSON.parse(text) as Health).ClusterHealth;
  return { status, Err: member?.Err, Healthy: member?.Healthy };
}

const bearer = (token: string) => `Bearer ${token}`;
let key = "";

// One deployment for all: each test gives its own isolate other settings, and none changes what another reads.
beforeAll(async () => {
  await freshStorage();
  const { send } = await isolateWith({});
  await send("PUT", `${ASSETS}/one`, bearer(admin), anAsset("one"));
  const made = await send("POST", "/api/edge/v1/keys", bearer(admin), {
    name: "ci",
    grants: ["edit@default"],
  });
  ({ key } = JSON.parse(made.text) as { key: string });
  vi.restoreAllMocks();
});
afterEach(() => void vi.restoreAllMocks());

const WRONG: [string, Record<string, unknown>, string][] = [
  [
    "TOKEN_SECRET",
    { TOKEN_SECRET: undefined },
    "TOKEN_SECRET is missing, or holds less than 32 random characters",
  ],
  [
    "TOKEN_SECRET",
    { TOKEN_SECRET: SHORT },
    "TOKEN_SECRET is missing, or holds less than 32 random characters",
  ],
  ["LINT", { LINT: "loud" }, "LINT is wrong: use strict, or leave it out"],
  [
    "LOG_ONE_IN",
    { LOG_ONE_IN: "often" },
    "LOG_ONE_IN is wrong: use a number from 1 to 99999, or leave it out",
  ],
  [
    "HISTORY_DAYS",
    { HISTORY_DAYS: "0" },
    "HISTORY_DAYS is wrong: use a number from 1 to 99999, or leave it out",
  ],
  ["OIDC_AUDIENCE", { OIDC_ISSUER: "https://id.example" }, "OIDC_AUDIENCE is missing beside OIDC_ISSUER"],
  ["OIDC_ISSUER", { OIDC_ISSUER: 5, OIDC_AUDIENCE: "a" }, "OIDC_ISSUER is wrong: use a URL"],
  ["DB", { DB: undefined }, "DB is not bound"],
  ["CACHE", { CACHE: undefined }, "CACHE is not bound"],
  ["DOCUMENTS", { DOCUMENTS: undefined }, "DOCUMENTS is not bound"],
];

describe("a setting that is wrong", () => {
  it.each(WRONG)(
    "%s %j: /health is degraded and names it, as one line of the log does",
    async (setting, changed, fault) => {
      const isolate = await isolateWith(changed);
      const health = await healthOf(isolate);
      expect(health).toMatchObject({ status: 200, Healthy: false });
      expect(health.Err).toContain(fault);
      expect((await isolate.send("GET", "/version", null)).status).toBe(200);
      const lines = isolate.about("bad-setting");
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ level: "error", message: expect.stringContaining(setting) as string });
      expect(JSON.stringify(isolate.lines)).not.toContain(SHORT);
    },
  );

  it("shows its value in the log alone", async () => {
    const isolate = await isolateWith({ LOG_ONE_IN: "often" });
    expect((await healthOf(isolate)).Err).not.toContain("often");
    expect(isolate.about("bad-setting")[0]?.["message"]).toContain('LOG_ONE_IN is "often": use a number');
  });

  it("fails a request with a line like every other", async () => {
    const { send, about } = await isolateWith({ TOKEN_SECRET: SHORT });
    const answer = await send("GET", `${ASSETS}/one`, bearer(admin));
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("a setting of this server is wrong");
    expect(about("request")).toEqual([
      expect.objectContaining({
        level: "error",
        method: "GET",
        path: `${ASSETS}/one`,
        status: 503,
        requestId: answer.headers.get("X-Request-Id"),
        error: expect.stringContaining("TOKEN_SECRET is missing") as string,
      }),
    ]);
  });
});

describe("only what needs the setting fails", () => {
  it("without TOKEN_SECRET: access tokens, logins and sealed cursors; API keys work", async () => {
    const { send } = await isolateWith({ TOKEN_SECRET: SHORT });
    const withKey = `Key ${key}`;
    expect((await send("GET", `${ASSETS}/one`, withKey)).status).toBe(200);
    expect((await send("PUT", `${ASSETS}/two`, withKey, anAsset("two"))).status).toBe(201);
    const basic = `Basic ${btoa(`ci:${key}`)}`;
    expect((await send("GET", "/auth/test", basic)).status).toBe(200);
    expect((await send("GET", "/auth", basic)).status).toBe(503);
    expect((await send("POST", "/auth/token", bearer(admin), { refresh_token: "x" })).status).toBe(503);
    const sessions = await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n");
    expect(sessions).toBe(0);
  });

  it("with a wrong LINT: writes; reads work", async () => {
    const { send } = await isolateWith({ LINT: "loud" });
    expect((await send("PUT", `${ASSETS}/refused`, bearer(admin), anAsset("two"))).status).toBe(503);
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(200);
  });

  it("with a wrong HISTORY_DAYS: forgetting; the cron publishes the journal and does its other chores", async () => {
    const { send, beat, about } = await isolateWith({ HISTORY_DAYS: "many" });
    await beat();
    expect(about("chore-failed")).toEqual([
      expect.objectContaining({
        level: "error",
        chore: "history",
        error: expect.stringContaining("HISTORY_DAYS") as string,
      }),
    ]);
    expect(about("heartbeat")).toMatchObject([
      { level: "warn", published: true, failed: 1, done: { sessions: 0 } },
    ]);
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(200);
  });

  it("with a wrong LOG_ONE_IN: nothing", async () => {
    const { send } = await isolateWith({ LOG_ONE_IN: "often" });
    expect((await send("PUT", `${ASSETS}/two`, bearer(admin), anAsset("two"))).status).toBe(201);
  });

  it("with a wrong outside issuer: its tokens; our own and keys work", async () => {
    const { send } = await isolateWith({ OIDC_ISSUER: "https://id.example" });
    const head = btoa('{"alg":"RS256","kid":"theirs"}').replaceAll("=", "");
    expect((await send("GET", `${ASSETS}/one`, bearer(`${head}.e30.x`))).status).toBe(503);
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(200);
    expect((await send("GET", `${ASSETS}/one`, `Key ${key}`)).status).toBe(200);
  });

  it("without KV: nothing", async () => {
    const { send } = await isolateWith({ CACHE: undefined });
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(200);
    expect((await send("PUT", `${ASSETS}/two`, bearer(admin), anAsset("two"))).status).toBe(201);
  });

  it("without D1: what has no copy is 503, and the log says why", async () => {
    const { send, about } = await isolateWith({ DB: undefined, CACHE: undefined });
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(503);
    expect((await send("GET", "/ready", null)).status).toBe(503);
    for (const line of about("request")) expect(line["error"]).toContain("DB is not bound");
  });

  it("without documents: /docs; the API works", async () => {
    const { send } = await isolateWith({ DOCUMENTS: undefined });
    expect((await send("GET", "/docs", null)).status).toBe(503);
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(200);
  });

  it("without a rate limiter: nothing, and a bad credential is 401", async () => {
    const { send, about } = await isolateWith({ AUTH_FAILURES: undefined });
    expect((await send("GET", `${ASSETS}/one`, bearer(`${agent}x`))).status).toBe(401);
    expect((await send("GET", `${ASSETS}/one`, bearer(agent))).status).toBe(200);
    expect(about("no-rate-limit")).toHaveLength(1);
  });
});

it("/ready's 503 has its cause in the log", async () => {
  const { send, about } = await isolateWith({});
  await env.DB.prepare("ALTER TABLE meta RENAME TO meta_away").run();
  expect((await send("GET", "/ready", null)).status).toBe(503);
  expect(about("request")).toEqual([
    expect.objectContaining({
      route: "/ready",
      status: 503,
      error: expect.stringContaining("no such table: meta") as string,
    }),
  ]);
});

it("a Worker that cannot be built answers 500 with a line like every other", async () => {
  const broken = Object.defineProperty({}, "WORKER_NAME", {
    enumerable: true,
    get: () => {
      throw new Error("out of order");
    },
  });
  const worker = await coldWorker();
  const texts: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void texts.push(text));
  const context = createExecutionContext();
  const answer = await worker.fetch(new Request(`${ORIGIN}/version`), broken as Env, context);
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("out of order")]);
  expect(texts.map((text) => JSON.parse(text) as Line)).toEqual([
    expect.objectContaining({
      event: "request",
      path: "/version",
      status: 500,
      requestId: answer.headers.get("X-Request-Id"),
      error: expect.stringContaining("out of order") as string,
    }),
  ]);
});
