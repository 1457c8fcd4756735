import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { edgeOf } from "../../src/freshness/edge.ts";
import { healthOf } from "../../src/freshness/health.ts";
import { loadCommitLog } from "../../src/store/d1/commit-log.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { countedBindings } from "../support/counted-bindings.ts";
import { freshStorage, ORIGIN } from "../support/worker.ts";
import { CommandedKv } from "../support/isolate.ts";

afterEach(() => void vi.restoreAllMocks());

it("any number of GETs of /health and /ready in five seconds is one query of D1 and two reads of KV", async () => {
  await freshStorage();
  const worker = await coldWorker();
  let now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now);
  const asked = { queries: 0, batches: 0, kvGets: 0, kvPuts: 0 };
  const bindings = countedBindings(asked);
  const ask = async (path: string) => {
    const context = createExecutionContext();
    const answer = await worker.fetch(new Request(ORIGIN + path), bindings, context);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(path === "/ready" ? '"database":true' : '"Healthy":true');
    await waitOnExecutionContext(context);
  };
  const flood = () => Promise.all(Array.from({ length: 40 }, (_, at) => ask(at % 2 ? "/ready" : "/health")));
  await flood();
  await flood();
  expect(asked).toEqual({ queries: 1, batches: 0, kvGets: 2, kvPuts: 0 });
  now += 5_000;
  await flood();
  expect(asked).toEqual({ queries: 2, batches: 0, kvGets: 4, kvPuts: 0 });
});

/** A health whose clock passes while it sleeps, over a database that answers what the test says. */
function sleepingHealth(answers: Promise<unknown>[]) {
  let now = 1_800_000_000_000;
  const kv = new CommandedKv();
  const edge = edgeOf({
    kv,
    readLog: (since) => loadCommitLog(env.DB, since),
    clock: { now: () => now, onSetBack: () => undefined },
    timer: (ms, ring) => {
      // Others run between two looks.
      const handle = setTimeout(() => {
        now += ms;
        ring();
      }, 0);
      return () => clearTimeout(handle);
    },
    log: () => undefined,
  });
  let asked = 0;
  const health = healthOf(edge, { askDatabase: () => answers[asked++] ?? Promise.resolve(), faults: [] });
  return { health, asked: () => asked, pass: (ms: number) => void (now += ms) };
}

const ignore = () => undefined;

it("a database that fails is reported, and again asked after five seconds", async () => {
  const { health, pass } = sleepingHealth([Promise.reject(new Error("D1_ERROR"))]);
  expect((await health.report(ignore)).database).toBe(false);
  expect((await health.report(ignore)).database).toBe(false);
  pass(5_000);
  expect((await health.report(ignore)).database).toBe(true);
});

it("a check that ends with its request is made again by one that waits for it", async () => {
  const never = new Promise<never>(() => undefined);
  const { health, asked } = sleepingHealth([never]);
  void health.report(ignore);
  const answers = await Promise.all([health.report(ignore), health.report(ignore)]);
  expect(answers.map(({ database }) => database)).toEqual([true, true]);
  expect(asked()).toBeLessThanOrEqual(2);
});

it("while a check is under way, the last report answers", async () => {
  let answer: (value: unknown) => void = ignore;
  const slow = new Promise((done) => (answer = done));
  const { health, asked, pass } = sleepingHealth([Promise.resolve(), slow]);
  await health.report(ignore);
  pass(5_000);
  const started = health.report(ignore);
  expect((await health.report(ignore)).database).toBe(true);
  answer(1);
  await started;
  expect(asked()).toBe(2);
});
