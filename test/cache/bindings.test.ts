import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { countedBindings, type Asked } from "../support/counted-bindings.ts";
import { anAsset, servedAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const agent = await tokenFor(["view@default"]);
const editor = await tokenFor(["edit@default"], { name: "tester" });
const NOTHING: Asked = { queries: 0, batches: 0, kvGets: 0, kvPuts: 0 };
const PATH = `${ASSETS}/one`;

/** The whole Worker in an isolate that has just started, and what its last request asked of the bindings. */
async function coldIsolate() {
  vi.resetModules();
  const { default: worker } = await import("../../src/index.ts");
  const asked = { ...NOTHING };
  const bindings = countedBindings(asked);
  const send = async (method: string, path: string, token: string, body?: unknown) => {
    Object.assign(asked, NOTHING);
    const headers = { Authorization: `Bearer ${token}`, "CF-Connecting-IP": "192.0.2.1" };
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
