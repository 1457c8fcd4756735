import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import { D1KeyStore } from "../../src/store/d1/keys.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { countedBindings, type Asked } from "../support/counted-bindings.ts";
import { anAsset, servedAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { testCommit } from "../support/scope.ts";

const agent = await tokenFor(["view@default"]);
const editor = await tokenFor(["edit@default"], { name: "tester" });
const NOTHING: Asked = { queries: 0, batches: 0, kvGets: 0, kvPuts: 0 };
const PATH = `${ASSETS}/one`;
const KEYS = "/api/edge/v1/keys";

/** A key that nobody made. */
function unknownKey(seed: number): string {
  return makeApiKey(Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? seed >> 8 : seed & 255)));
}

/** The whole Worker in an isolate that has just started, and what its last request asked of the bindings. */
async function coldIsolate(changed: object = {}) {
  const worker = await coldWorker();
  const asked = { ...NOTHING };
  const bindings: Env = { ...countedBindings(asked), ...changed };
  const send = async (method: string, path: string, token: string, body?: unknown, address = "192.0.2.1") => {
    Object.assign(asked, NOTHING);
    const headers = { Authorization: `Bearer ${token}`, "CF-Connecting-IP": address };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const context = createExecutionContext();
    const answer = await worker.fetch(new Request(`${ORIGIN}${path}`, init), bindings, context);
    const text = await answer.text();
    const tier = answer.headers.get("X-Cache");
    await waitOnExecutionContext(context);
    return { status: answer.status, text, tier, asked: { ...asked } };
  };
  const open = async (path: string, token: string) => {
    Object.assign(asked, NOTHING);
    const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
    const context = createExecutionContext();
    const answer = await worker.fetch(new Request(`${ORIGIN}${path}`, { headers }), bindings, context);
    return { reader: (answer.body ?? new ReadableStream<Uint8Array>()).getReader(), asked };
  };
  return { open, send, beat: () => worker.scheduled(createScheduledController(), bindings) };
}

beforeEach(freshStorage);

describe("what the whole Worker asks of its bindings", () => {
  it("for a write: one batch of D1 and at most two puts of KV", async () => {
    const { send } = await coldIsolate();
    for (const [method, status] of [
      ["PUT", 201],
      ["PUT", 201],
      ["DELETE", 204],
    ] as const) {
      const written = await send(method, PATH, editor, method === "PUT" ? anAsset("one") : undefined);
      expect(written.status).toBe(status);
      expect(written.asked).toMatchObject({ queries: 0, batches: 1, kvGets: 0 });
      expect(written.asked.kvPuts).toBeLessThanOrEqual(2);
    }
  });

  it("for the first GET in a new place: at most two reads of KV and nothing of D1; for the next ones nothing", async () => {
    const writer = await coldIsolate();
    await writer.send("PUT", PATH, editor, anAsset("one"));
    await writer.beat();
    const { send } = await coldIsolate();
    const first = await send("GET", PATH, agent);
    expect(first).toMatchObject({ status: 200, tier: "KV", text: servedAsset("one") });
    expect(first.asked).toEqual({ ...NOTHING, kvGets: 2 });
    for (let times = 0; times < 20; times += 1) {
      expect(await send("GET", PATH, agent)).toEqual({ ...first, tier: "MEMORY", asked: NOTHING });
    }
  });

  it("for a list in a new place: the same", async () => {
    const writer = await coldIsolate();
    await writer.send("PUT", PATH, editor, anAsset("one"));
    await writer.beat();
    const filler = await coldIsolate();
    expect((await filler.send("GET", ASSETS, agent)).asked).toEqual({
      ...NOTHING,
      queries: 1,
      kvGets: 2,
      kvPuts: 1,
    });
    const { send } = await coldIsolate();
    const first = await send("GET", ASSETS, agent);
    expect(first).toMatchObject({ status: 200, tier: "KV", asked: { ...NOTHING, kvGets: 2 } });
    expect(await send("GET", ASSETS, agent)).toEqual({ ...first, tier: "MEMORY", asked: NOTHING });
  });

  it("for an unknown key: one statement of D1, however often it is asked with", async () => {
    const { send, beat } = await coldIsolate();
    await beat();
    const key = unknownKey(1);
    const first = await send("GET", PATH, key);
    expect(first).toMatchObject({ status: 401, asked: { queries: 1 } });
    for (let times = 0; times < 20; times += 1) {
      expect(await send("GET", PATH, key)).toMatchObject({ status: 401, asked: NOTHING });
    }
    expect(await send("GET", "/auth", key)).toMatchObject({ status: 401, asked: NOTHING });
  });

  it("for a key that is made after it was asked with: it is known at once", async () => {
    const { send, beat } = await coldIsolate();
    await beat();
    const key = unknownKey(2);
    expect((await send("GET", ASSETS, key)).status).toBe(401);
    const grants = ["view@default"];
    const digest = await apiKeyDigest(key);
    const made = { digest, name: "late", grants, expiresAt: null, mayFollow: [], mayTakeOver: true };
    await new D1KeyStore(env.DB, withoutJournal()).create(made, testCommit());
    await beat();
    expect((await send("GET", ASSETS, key)).status).toBe(200);
  });

  it("for 1,500 unknown keys of one client: at most 300 statements of D1, then 429 and nothing", async () => {
    const { send, beat } = await coldIsolate();
    await beat();
    const admin = await tokenFor(["admin@*"]);
    const made = await send("POST", KEYS, admin, { name: "good", grants: ["view@default"] });
    const { key: good } = JSON.parse(made.text) as { key: string };
    expect((await send("GET", ASSETS, good)).status).toBe(200);
    let queries = 0;
    let queriesOfRefusals = 0;
    const statuses = new Map<number, number>();
    for (let index = 0; index < 1_500; index += 1) {
      const { status, asked } = await send("GET", PATH, unknownKey(index));
      queries += asked.queries + asked.batches;
      if (status === 429) queriesOfRefusals += asked.queries;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    // A minute may end meanwhile, and the count with it.
    expect(queries).toBeLessThanOrEqual(2 * 301);
    // The look-up by which the limiter is found to be exhausted is the last.
    expect(queriesOfRefusals).toBeLessThanOrEqual(2);
    expect([...statuses.keys()].sort()).toEqual([401, 429]);
    expect(statuses.get(429)).toBeGreaterThanOrEqual(1_500 - 2 * 301);
    // A key that is known to be good is not refused for its neighbour's failures.
    expect(await send("GET", ASSETS, good)).toMatchObject({ status: 200 });
    expect((await send("GET", ASSETS, unknownKey(1_501), undefined, "192.0.2.2")).status).toBe(401);
  });

  it.each([
    ["is not bound", undefined],
    ["fails", { limit: async () => Promise.reject(new Error("out of order")) }],
  ])("for bad credentials when the rate limiter %s: 401, and 429 past the limit", async (_, limiter) => {
    const { send } = await coldIsolate({ AUTH_FAILURES: limiter });
    const forged = `${await tokenFor(["view@default"])}x`;
    const statuses = new Set<number>();
    for (let times = 0; times <= 2 * 301; times += 1) statuses.add((await send("GET", PATH, forged)).status);
    expect([...statuses]).toEqual([401, 429]);
    expect((await send("GET", PATH, agent)).status).toBe(404);
  });

  it("for a bad credential: the limiter counts under the Worker's name and the client's address", async () => {
    const keys: string[] = [];
    const limiter = { limit: async ({ key }: { key: string }) => ({ success: keys.push(key) > 0 }) };
    const forged = `${agent}x`;
    for (const name of ["edge-assets-staging", undefined]) {
      const { send } = await coldIsolate({ AUTH_FAILURES: limiter, WORKER_NAME: name });
      expect((await send("GET", PATH, forged)).status).toBe(401);
      expect((await send("GET", PATH, forged, undefined, "2001:db8::1")).status).toBe(401);
    }
    expect(keys).toEqual([
      "edge-assets-staging:192.0.2.1",
      "edge-assets-staging:2001:db8:0:0::/64",
      "edge-assets:192.0.2.1",
      "edge-assets:2001:db8:0:0::/64",
    ]);
  });

  it("for a client that waits for changes while nothing is committed: nothing of D1", async () => {
    const { send, beat } = await coldIsolate();
    await send("PUT", PATH, editor, anAsset("one"));
    await beat();
    const feed = "/api/edge/v1/changes?namespace=default";
    const { next } = JSON.parse((await send("GET", `${feed}&since=now`, agent)).text) as { next: string };
    for (let times = 0; times < 2; times += 1) {
      const waited = await send("GET", `${feed}&wait=2&since=${next}`, agent);
      expect([waited.status, JSON.parse(waited.text)]).toEqual([200, { changes: [], next, complete: true }]);
      expect(waited.asked).toMatchObject({ queries: 0, batches: 0 });
    }
  });

  it("for a stream of changes while nothing is committed: nothing of D1", async () => {
    const { open, send, beat } = await coldIsolate();
    await send("PUT", PATH, editor, anAsset("one"));
    await beat();
    const feed = "/api/edge/v1/changes?namespace=default";
    const { next } = JSON.parse((await send("GET", `${feed}&since=now`, agent)).text) as { next: string };
    const { reader, asked } = await open(`${feed}&since=${next}`, agent);
    const text = new TextDecoder();
    for (let seen = ""; !seen.includes("caught up");) seen += text.decode((await reader.read()).value);
    await reader.cancel();
    expect(asked).toMatchObject({ queries: 0, batches: 0 });
  });

  it("for a GET by whoever may write: one statement of D1's primary", async () => {
    const { send } = await coldIsolate();
    await send("PUT", PATH, editor, anAsset("one"));
    const read = await send("GET", PATH, editor);
    expect(read).toMatchObject({ status: 200, tier: "D1", asked: { ...NOTHING, queries: 1 } });
  });
});
