import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { routes } from "../../src/routes.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"], { name: "root" });
/** Requests of one flood, all within one second of a stopped clock. */
const FLOOD = 30;
const ONE_IN = 10;
/** Ten a second, and one in ten of the others. */
const ALLOWED = 10 + FLOOD / ONE_IN;
const KNOWN = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

type Line = Record<string, unknown>;
interface Sent {
  readonly headers?: Record<string, string>;
  readonly token?: string;
  readonly body?: string;
}
let worker: typeof import("../../src/index.ts").default;
const texts: string[] = [];

async function send(
  method: string,
  path: string,
  { headers, token, body }: Sent = {},
  bindings: object = {},
) {
  const sent = new Headers({ "CF-Connecting-IP": "192.0.2.77", ...headers });
  if (token !== undefined) sent.set("Authorization", `Bearer ${token}`);
  const context = createExecutionContext();
  const init = body === undefined ? { method, headers: sent } : { method, headers: sent, body };
  const all = { ...env, LOG_ONE_IN: String(ONE_IN), ...bindings };
  const answer = await worker.fetch(new Request(`${ORIGIN}${path}`, init), all, context);
  await answer.body?.cancel();
  await waitOnExecutionContext(context);
  return answer;
}

function requestLines(): Line[] {
  return texts.map((text) => JSON.parse(text) as Line).filter(({ event }) => event === "request");
}

async function freshIsolate() {
  worker = await coldWorker();
}

/** Nothing has been logged, and the clock stands still in a new second. */
function nextSecond() {
  second += 1_000;
  texts.length = 0;
}

const start = Date.now();
let second = 0;

beforeAll(async () => {
  await freshStorage();
  await freshIsolate();
});
beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation((text: string) => void texts.push(text));
  vi.spyOn(Date, "now").mockImplementation(() => start + second);
  nextSecond();
});
afterEach(() => void vi.restoreAllMocks());

const paths = [...new Set(routes.map(({ path }) => path)), "/nowhere", "/api/core/v2/nothing"];

describe("a flood of requests without a credential", () => {
  it.each(paths)("to %s has at most ten lines a second and a sample, whatever the method", async (path) => {
    const target = path.replaceAll(/:\w+\+?/g, "nothing");
    for (const method of [...KNOWN, "PROPFIND"]) {
      nextSecond();
      for (let count = 0; count < FLOOD; count += 1) await send(method, target);
      const lines = requestLines();
      expect([method, lines.length <= ALLOWED]).toEqual([method, true]);
      for (const line of lines) expect(line["client"]).toBe("192.0.2.77");
    }
  });

  it("has as few lines when every answer is a fault", async () => {
    await freshIsolate();
    const fail = () => {
      throw new Error("D1_ERROR: down");
    };
    const broken = { DB: { prepare: fail, batch: fail, withSession: fail } };
    for (let count = 0; count < FLOOD; count += 1)
      expect((await send("GET", "/ready", {}, broken)).status).toBe(503);
    expect(requestLines().length).toBeGreaterThan(0);
    expect(requestLines().length).toBeLessThanOrEqual(ALLOWED);
    await freshIsolate();
  });

  it("has as few lines when a setting is wrong", async () => {
    await freshIsolate();
    for (let count = 0; count < FLOOD; count += 1) await send("GET", "/version", {}, { LINT: "loud" });
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.length).toBeLessThanOrEqual(ALLOWED);
    await freshIsolate();
  });

  it("leaves the line of every write that has one", async () => {
    for (let count = 0; count < FLOOD; count += 1) await send("OPTIONS", ASSETS);
    const body = JSON.stringify(anAsset("one"));
    for (let count = 0; count < FLOOD; count += 1) await send("PUT", `${ASSETS}/one`, { token: admin, body });
    expect(requestLines().filter(({ method }) => method === "PUT")).toHaveLength(FLOOD);
  });
});

describe("what a client chooses of a log line", () => {
  const long = "x".repeat(8_000);

  it.each<[string, string, string, Sent]>([
    ["the path", "POST", `/${long}`, {}],
    ["an encoded path", "POST", `/${"%F0%9F%98%80".repeat(700)}`, {}],
    ["the query", "POST", `/nowhere?${long}`, {}],
    ["the request id", "POST", "/nowhere", { headers: { "CF-Ray": long } }],
    ["the trace", "POST", "/nowhere", { headers: { traceparent: long } }],
    ["the address", "POST", "/nowhere", { headers: { "CF-Connecting-IP": long } }],
    ["the credential", "PUT", `${ASSETS}/one`, { headers: { Authorization: `Bearer ${long}` } }],
    [
      "any other header",
      "POST",
      "/nowhere",
      { headers: { "User-Agent": long, Origin: long, "X-Cache": long } },
    ],
    ["a name", "PUT", `${ASSETS}/${long}`, { token: admin, body: "{}" }],
  ])("%s is cut", async (_, method, path, sent) => {
    await send(method, path, sent);
    expect(texts).toHaveLength(1);
    expect(texts[0]?.length).toBeLessThan(1_000);
  });

  it("a principal's name is cut", async () => {
    const token = await tokenFor(["admin@*"], { name: long.slice(0, 2_000) });
    await send("PUT", `${ASSETS}/one`, { token, body: "{}" });
    expect(texts[0]?.length).toBeLessThan(1_000);
  });

  it.each(["ray-1", "230b030023ae2822-SJC; DROP", "230b030023ae2822230b030023ae2822", "*"])(
    "CF-Ray %j is no request id",
    async (ray) => {
      const answer = await send("POST", "/nowhere", { headers: { "CF-Ray": ray } });
      expect(answer.headers.get("X-Request-Id")).toMatch(/^[\da-f]{8}-/);
      expect(texts[0]).not.toContain(ray);
    },
  );

  it("a method becomes a label only when it is known", async () => {
    for (const method of ["PROPFIND", "REPORT", "MKCOL"]) await send(method, ASSETS);
    const context = createExecutionContext();
    const headers = { Authorization: `Bearer ${admin}` };
    const answer = await worker.fetch(new Request(`${ORIGIN}/metrics`, { headers }), env, context);
    const text = await answer.text();
    expect(text).toContain('method="other",route="/api/core/v2/namespaces/:namespace/assets",status="405"');
    expect(text).not.toMatch(/PROPFIND|REPORT|MKCOL/);
  });
});
