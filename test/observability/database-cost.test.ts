import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { routes } from "../../src/routes.ts";
import { deadlined } from "../../src/store/d1/deadlined.ts";
import { Deadlines } from "../../src/store/deadlines.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { aroundDatabase, type Around } from "../support/around-database.ts";
import { goodRequests, type Wanted } from "../support/good-requests.ts";
import { freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

type Line = Record<string, unknown>;

let worker: typeof import("../../src/index.ts").default;
let wanted: Awaited<ReturnType<typeof goodRequests>>;
const lines: Line[] = [];
/** What D1 itself has said of each call since the start. */
const truth = { calls: 0, read: 0, written: 0 };
const admin = { Authorization: `Bearer ${await tokenFor(["admin@*"])}` };

const counting: Around = async (_, work) => {
  truth.calls += 1;
  const answer = await work();
  for (const { meta } of [answer].flat() as D1Result[]) {
    truth.read += meta.rows_read;
    truth.written += meta.rows_written;
  }
  return answer;
};
const bindings = { ...env, DB: aroundDatabase(env.DB, counting), LOG_ONE_IN: "1" };

/** The answer with its whole body, when all work that its request has started is done. */
async function send({ method, path, headers, body }: Wanted): Promise<Response> {
  const context = createExecutionContext();
  const init = { method, headers, body, redirect: "manual" as const };
  const answer = await worker.fetch(new Request(ORIGIN + path, init), bindings, context);
  const bytes = await answer.arrayBuffer();
  await waitOnExecutionContext(context);
  return new Response([204, 304].includes(answer.status) ? null : bytes, answer);
}

/** What D1 has said of the calls that this work makes. */
async function costOf(work: () => Promise<unknown>) {
  const before = { ...truth };
  await work();
  return {
    calls: truth.calls - before.calls,
    rows: [truth.read - before.read, truth.written - before.written],
  };
}

/** Rows read by a run of the checker that may check nothing: it looks whether there is something to announce. */
const CHECKER_ROWS = 1;

function withoutChecker([read = 0, written = 0]: readonly number[], rows: number): number[] {
  return [read - rows, written];
}

beforeAll(async () => {
  await freshStorage();
  worker = await coldWorker();
  vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(JSON.parse(text) as Line));
  await worker.scheduled(createScheduledController(), bindings);
  wanted = await goodRequests(send);
});
afterAll(() => void vi.restoreAllMocks());

describe("the log line of a request", () => {
  const asking = new Set<string>();

  it.each(routes.map((row) => [`${row.method} ${row.path}`, row] as const))(
    "to %s has the rows of every query that it made",
    async (name, row) => {
      lines.length = 0;
      const cost = await costOf(async () => {
        expect((await send(wanted(row))).status).toBeLessThan(400);
      });
      // The checker that this one starts after the answer is no part of the request.
      const checkerRows = row.path.endsWith("/archives/check") ? CHECKER_ROWS : 0;
      const line = lines.find(({ event }) => event === "request");
      expect(line?.["route"]).toBe(row.path);
      expect(line?.["rows"]).toEqual(withoutChecker(cost.rows, checkerRows));
      expect(typeof line?.["d1"]).toBe(cost.calls > 0 ? "number" : "undefined");
      if (cost.calls > 0) asking.add(name);
    },
  );

  it("covers all but what memory answers, and what needs no database", () => {
    const silent = routes.map(({ method, path }) => `${method} ${path}`).filter((name) => !asking.has(name));
    expect(silent).toEqual([
      "GET /auth/test",
      "GET /",
      "GET /version",
      "GET /ready",
      "GET /openapi.json",
      "GET /docs",
      "GET /docs/:file",
      "GET /favicon.ico",
    ]);
  });

  it.each([
    ["an audit as lines", "/api/edge/v1/audit?format=ndjson"],
    ["an editor's list", "/api/core/v2/assets"],
  ])("has the rows of %s", async (_, path) => {
    lines.length = 0;
    const cost = await costOf(() => send({ method: "GET", path, headers: admin, body: null }));
    expect(cost.calls).toBeGreaterThan(0);
    expect(lines.find(({ event }) => event === "request")?.["rows"]).toEqual(cost.rows);
  });

  it("has the rows of a stream of changes, once its client has gone", async () => {
    lines.length = 0;
    const headers = { ...admin, Accept: "text/event-stream" };
    const cost = await costOf(async () => {
      const context = createExecutionContext();
      const url = `${ORIGIN}/api/edge/v1/changes?since=0`;
      const reader = (await worker.fetch(new Request(url, { headers }), bindings, context)).body?.getReader();
      for (let text = ""; !text.includes("event: change");)
        text += new TextDecoder().decode((await reader?.read())?.value);
      expect(lines).toEqual([]);
      await reader?.cancel();
      await waitOnExecutionContext(context);
    });
    expect(cost.calls).toBeGreaterThan(0);
    expect(lines.find(({ event }) => event === "request")).toMatchObject({ status: 200, rows: cost.rows });
  });
});

it("the heartbeat's line has the rows of the journal and of every chore", async () => {
  lines.length = 0;
  const cost = await costOf(() => worker.scheduled(createScheduledController(), bindings));
  const line = lines.find(({ event }) => event === "heartbeat");
  expect(cost.rows[0]).toBeGreaterThan(0);
  // The checker comes after the chores.
  const rows = withoutChecker(cost.rows, CHECKER_ROWS);
  expect(line).toMatchObject({ rows, d1: expect.any(Number) as number });
  expect(line?.["databaseBytes"]).toBeGreaterThan(0);
});

it("/metrics counts every query, that of the cron and of work after answers too", async () => {
  const text = await (await send({ method: "GET", path: "/metrics", headers: admin, body: null })).text();
  const value = (name: string) => Number(new RegExp(`^edge_assets_${name} (\\S+)$`, "m").exec(text)?.[1]);
  expect(value("d1_seconds_count")).toBe(truth.calls);
  expect(value('d1_rows_total\\{kind="read"\\}')).toBe(truth.read);
  expect(value('d1_rows_total\\{kind="written"\\}')).toBe(truth.written);
});

it("ways to run SQL whose cost D1 does not say are refused", () => {
  const database = deadlined(env.DB, new Deadlines(Date.now, runtimeTimer));
  expect(() => database.exec("SELECT 1")).toThrow(TypeError);
  expect(() => database.dump()).toThrow(TypeError);
  expect(() => database.prepare("SELECT 1").raw()).toThrow(TypeError);
});
