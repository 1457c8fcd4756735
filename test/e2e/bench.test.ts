// The benchmark's own rules: its client takes no answer for another, and a promise missed is shown as missed.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { carryOut, type Plan } from "../../scripts/bench/load/client.ts";
import { judge, type Promised } from "../../scripts/bench/promises.ts";
import { withFigures } from "../../scripts/bench/page.ts";
import type { Results } from "../../scripts/bench/results.ts";
import { exceeds, type Measured } from "../../scripts/bench/rows/measure.ts";
import { complaints, report, withGrowth } from "../../scripts/bench/rows/report.ts";
import { scaled } from "../../scripts/bench/rows/store.ts";
import { median, ratio } from "../../scripts/bench/statistics.ts";

let server: Server | undefined;
afterEach(() => server?.close());

/** A plan against a server that answers each request in these parts, one after the other. */
async function planAgainst(parts: readonly string[], more: Partial<Plan> = {}): Promise<Plan> {
  server = createServer((socket: Socket) => {
    socket.setNoDelay(true);
    socket.on("data", async () => {
      for (const part of parts) {
        socket.write(part);
        await new Promise((done) => setTimeout(done, 5));
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const requests = ["GET / HTTP/1.1\r\n\r\n"];
  const usual = { port, connections: 2, requests, from: 0, status: 200, head: null, seconds: 20, count: 6 };
  return { ...usual, ...more };
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-Cache: MEMORY\r\n\r\n";

it("reads answers that come in parts, heads and bodies alike", async () => {
  const parts = [HEAD.slice(0, 20), HEAD.slice(20), "01234", "56789"];
  const sent = await carryOut(await planAgainst(parts, { head: "X-Cache: MEMORY" }));
  expect(sent).toMatchObject({ requests: 6, bytes: 6 * (HEAD.length + 10) });
});

it("fails at an answer of another status", async () => {
  const plan = await planAgainst([`${HEAD}0123456789`], { status: 304 });
  await expect(carryOut(plan)).rejects.toThrow("the status is not 304");
});

it("fails at an answer of another tier, also where the body names the right one", async () => {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nX-Cache: KV";
  await expect(carryOut(await planAgainst([answer], { head: "X-Cache: KV" }))).rejects.toThrow(
    'the answer has no "X-Cache: KV"',
  );
});

it("compares figures of the same round, so that a slow round does not count", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([1, 2, 3, 4])).toBe(2.5);
  expect(ratio([90, 9, 80], [100, 10, 100])).toBe(0.9);
});

const RESULTS: Results = {
  date: "2026-11-25",
  commit: "0",
  machine: { cpu: "any", cores: 2, memoryGiB: 8, system: "any", load: 0 },
  versions: { workerd: "1" },
  effort: { rounds: 1, seconds: 1, warmUp: 1 },
  dataInMemory: true,
  bundles: {},
  measured: [],
  calls: [],
  memory: [],
  coldStarts: [],
};

it("shows a promise missed as missed, and one without figures as not measured", () => {
  const promise = (found: number | null): Promised => ({ says: "any", found: () => found, atLeast: 0.85 });
  expect(judge(promise(0.85), RESULTS)).toBe("kept");
  expect(judge(promise(0.849), RESULTS)).toBe("missed");
  expect(judge(promise(null), RESULTS)).toBe("not measured");
});

it("writes figures between the marks of the page and nowhere else", () => {
  const readme = "before\n<!-- bench: x -->\nold\n<!-- /bench -->\nafter\n";
  const written = withFigures(readme, RESULTS);
  expect(written).toMatch(/^before\n<!-- bench: x -->\n[^]*\n<!-- \/bench -->\nafter\n$/);
  expect(written).toContain("2026-11-25");
  expect(written).not.toContain("old");
});

it("a statement may read ten rows for each that it returns or changes, and a constant", () => {
  const cost = { sql: "SELECT 1", rowsRead: 130, rowsReturned: 2, rowsChanged: 1 };
  expect(exceeds(cost, 100)).toBe(false);
  expect(exceeds({ ...cost, rowsRead: 131 }, 100)).toBe(true);
});

it("names each statement that reads more than it may, once", () => {
  const cost = { sql: "SELECT\n  1", rowsRead: 5_000, rowsReturned: 1, rowsChanged: 0 };
  const figures = {
    ms: 1,
    cpuMs: null,
    statements: 2,
    rowsRead: 5_000,
    rowsUsed: 1,
    ratio: 5_000,
  };
  const measured: Measured[] = [
    { name: "GET", ...figures, exceeding: [cost, cost] },
    { name: "PUT", ...figures, exceeding: [] },
  ];
  expect(complaints(measured)).toEqual([
    "GET: reads 5,000 rows, over 10 times the 1 it returns and the 0 it changes: SELECT 1",
  ]);
  const written = withGrowth(
    "a\n<!-- growth: x -->\nold\n<!-- /growth -->\nb\n",
    report(scaled(1), measured),
  );
  expect(written).toMatch(/^a\n<!-- growth: x -->\n\n20,000 namespaces, .*1,020,000 commits/);
  expect(written).toMatch(/\| PUT \| [^\n]*\n\n<!-- \/growth -->\nb\n$/);
});
