import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"], { name: "root" });
const agent = await tokenFor(["view@default"], { name: "agent-7" });
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

type Line = Record<string, unknown>;
interface Point {
  indexes: string[];
  blobs: string[];
  doubles: number[];
}

interface Sent {
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** A Worker in an isolate of its own, what it logs and which points it writes. */
async function freshIsolate(settings: Record<string, string> = {}) {
  const worker = await coldWorker();
  const lines: Line[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(JSON.parse(text) as Line));
  const points: Point[] = [];
  const ANALYTICS = { writeDataPoint: (point: Point) => void points.push(point) };
  const bindings = { ...env, ...settings, ANALYTICS };
  const send = async (method: string, path: string, token: string | null, { body, headers }: Sent = {}) => {
    const sent = new Headers({ "CF-Connecting-IP": "192.0.2.77", ...headers });
    if (token !== null) sent.set("Authorization", `Bearer ${token}`);
    const context = createExecutionContext();
    const init = body === undefined ? { method, headers: sent } : { method, headers: sent, body };
    const answer = await worker.fetch(new Request(`${ORIGIN}${path}`, init), bindings, context);
    const text = await answer.text();
    await waitOnExecutionContext(context);
    return { status: answer.status, text, headers: answer.headers };
  };
  return { send, lines, points, requests: () => lines.filter(({ event }) => event === "request") };
}

beforeEach(freshStorage);
afterEach(() => void vi.restoreAllMocks());

describe("the log", () => {
  it("has a line for a write, with who, what, how long and what it cost", async () => {
    const { send, requests } = await freshIsolate();
    const body = JSON.stringify(anAsset("one"));
    await send("PUT", `${ASSETS}/one?reason=because`, admin, {
      body,
      headers: { "CF-Ray": "230b030023ae2822-SJC", traceparent: TRACE },
    });
    expect(requests()).toEqual([
      {
        level: "info",
        event: "request",
        requestId: "230b030023ae2822-SJC",
        method: "PUT",
        route: "/api/core/v2/namespaces/:namespace/assets/:name+",
        path: `${ASSETS}/one`,
        principal: "root",
        status: 201,
        cache: null,
        age: 0,
        ms: expect.any(Number) as number,
        d1: expect.any(Number) as number,
        rows: [expect.any(Number), expect.any(Number)],
        traceparent: TRACE,
      },
    ]);
  });

  it("has a line for each refused credential, with the client's address", async () => {
    const { send, requests } = await freshIsolate();
    await send("GET", `${ASSETS}/one`, null);
    await send("GET", `${ASSETS}/one`, `${agent}x`);
    await send("GET", "/api/core/v2/namespaces/other/assets", agent);
    expect(
      requests().map(({ level, status, principal, client }) => [level, status, principal, client]),
    ).toEqual([
      ["warn", 401, null, "192.0.2.77"],
      ["warn", 401, null, "192.0.2.77"],
      ["warn", 403, "agent-7", "192.0.2.77"],
    ]);
  });

  it("has a line for each fault of ours, with its cause and the id that the client was told", async () => {
    const { send, requests } = await freshIsolate();
    await env.DB.prepare("ALTER TABLE meta RENAME TO meta_away").run();
    const answer = await send("GET", `${ASSETS}/one`, admin);
    expect(answer.status).toBe(503);
    const [line] = requests();
    expect(line).toMatchObject({ level: "error", status: 503, principal: "root" });
    expect(line?.["requestId"]).toBe(answer.headers.get("X-Request-Id"));
    expect(line?.["error"]).toContain("no such table: meta");
    expect(answer.text).not.toContain("meta");
  });

  it("has one line in LOG_ONE_IN for reads that went well, from whichever place they were answered", async () => {
    const { send, requests } = await freshIsolate({ LOG_ONE_IN: "10" });
    await send("PUT", `${ASSETS}/one`, admin, { body: JSON.stringify(anAsset("one")) });
    for (let count = 0; count < 40; count += 1) await send("GET", `${ASSETS}/one`, agent);
    const reads = requests().filter(({ method }) => method === "GET");
    expect(reads.length).toBeGreaterThanOrEqual(3);
    expect(reads.length).toBeLessThanOrEqual(4);
    expect(reads.at(-1)).toMatchObject({ status: 200, principal: "agent-7", cache: "MEMORY" });
  });

  it("takes no traceparent that is none, and masks a key in a path", async () => {
    const { send, requests } = await freshIsolate({ LOG_ONE_IN: "1" });
    await send("GET", "/api/edge/v1/keys/sak_0123456789abcdef", admin, {
      headers: { traceparent: "00-not-a-trace" },
    });
    expect(requests()).toHaveLength(1);
    expect(requests()[0]).toMatchObject({ path: "/api/edge/v1/keys/sak_...", status: 404 });
    expect(requests()[0]).not.toHaveProperty("traceparent");
  });
});

describe("the data points of the fleet", () => {
  it("say how many answers one stands for, and what it cost", async () => {
    const { send, points } = await freshIsolate({ LOG_ONE_IN: "5" });
    await send("PUT", `${ASSETS}/one`, admin, { body: JSON.stringify(anAsset("one")) });
    for (let count = 0; count < 20; count += 1) await send("GET", `${ASSETS}/one`, agent);
    const route = "/api/core/v2/namespaces/:namespace/assets/:name+";
    expect(points[0]).toEqual({
      indexes: [route],
      blobs: ["PUT", route, "201", ""],
      doubles: [1, ...Array.from({ length: 8 }, () => expect.any(Number) as number)],
    });
    const reads = points.slice(1);
    expect(reads.length).toBeGreaterThanOrEqual(3);
    for (const { blobs, doubles } of reads) {
      expect(blobs).toEqual(["GET", route, "200", "MEMORY"]);
      expect(doubles[0]).toBe(5);
    }
  });
});

describe("/metrics", () => {
  it("tells what the isolate has counted, to an admin of everything", async () => {
    const { send } = await freshIsolate();
    await send("PUT", `${ASSETS}/one`, admin, { body: JSON.stringify(anAsset("one")) });
    for (let count = 0; count < 5; count += 1) await send("GET", `${ASSETS}/one`, agent);
    await send("BREW", `${ASSETS}/one`, agent).catch(() => undefined);
    await send("GET", "/nowhere", agent);
    expect((await send("GET", "/metrics", agent)).status).toBe(403);
    expect((await send("GET", "/metrics", null)).status).toBe(401);
    const { text, headers } = await send("GET", "/metrics", admin);
    expect(headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const route = "/api/core/v2/namespaces/:namespace/assets/:name+";
    const memory = /requests_total\{method="GET",route="(.*)",status="200",cache="MEMORY"\} (\d+)/.exec(text);
    expect(memory?.[1]).toBe(route);
    expect(Number(memory?.[2])).toBe(5);
    expect(text).toContain(
      `edge_assets_requests_total{method="PUT",route="${route}",status="201",cache=""} 1\n`,
    );
    expect(text).toContain('edge_assets_requests_total{method="",route="",status="404",cache=""} 1\n');
    expect(text).toMatch(/^edge_assets_d1_seconds_count [1-9]/m);
    expect(text).toMatch(/^edge_assets_d1_seconds_bucket\{le="\+Inf"\} [1-9]/m);
    expect(text).toMatch(/^edge_assets_journal_age_seconds \d+$/m);
    expect(text).toMatch(/^edge_assets_kv_left_alone 0$/m);
    expect(text).toMatch(/^edge_assets_memory_assets 1$/m);
  });

  it("is text that Prometheus reads: each sample of a family that was described, once", async () => {
    const { send } = await freshIsolate();
    await send("GET", "/version", null);
    const { text } = await send("GET", "/metrics", admin);
    const described = new Set<string>();
    const seen = new Set<string>();
    expect(text.endsWith("\n")).toBe(true);
    for (const line of text.trimEnd().split("\n")) {
      const type = /^# TYPE (\w+) (?:counter|gauge|histogram)$/.exec(line)?.[1];
      if (type !== undefined) described.add(type);
      if (line.startsWith("#")) continue;
      const sample = /^((\w+?)(?:_bucket|_sum|_count)?(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) -?[\d.]+$/.exec(
        line,
      );
      expect({ line, reads: sample !== null }).toEqual({ line, reads: true });
      expect([...described]).toContain(sample?.[2]);
      expect([...seen]).not.toContain(sample?.[1]);
      seen.add(sample?.[1] ?? "");
    }
  });
});
