import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../src/routes.ts";
import { goodRequests, type Send } from "../support/good-requests.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const send: Send = ({ path, ...wanted }) =>
  exports.default.fetch(new Request(ORIGIN + path, { ...wanted, redirect: "manual" }));

let wanted: Awaited<ReturnType<typeof goodRequests>>;
const admin = { Authorization: `Bearer ${await tokenFor(["admin@*"], { name: "root" })}` };

beforeAll(async () => {
  await freshStorage();
  wanted = await goodRequests(send);
});

/** What changes from one answer to the next. */
const PASSING = new Set(["age", "x-cache", "server-timing", "x-request-id"]);

function lasting(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !PASSING.has(name) && name !== "content-length"));
}

async function headAndGet(path: string, headers: Record<string, string>) {
  const get = await send({ method: "GET", path, headers, body: null });
  const head = await send({ method: "HEAD", path, headers, body: null });
  expect(await head.text()).toBe("");
  expect(head.status).toBe(get.status);
  expect(lasting(head.headers)).toEqual(lasting(get.headers));
  return { get, length: head.headers.get("Content-Length") };
}

describe("HEAD", () => {
  const gets = routes.filter(({ method }) => method === "GET");

  // Each login has tokens of its own, and metrics grow: their lengths are compared where nothing changes between.
  it.each(gets.map((row) => [row.path, row] as const))(
    "of %s has the length of the body that GET has",
    async (path, row) => {
      const { headers, path: asked } = wanted(row);
      const { get, length } = await headAndGet(asked, headers);
      const { byteLength } = await get.arrayBuffer();
      expect(length).toMatch(/^\d+$/);
      if (path === "/metrics") expect(Number(length)).toBeGreaterThan(1_000);
      else expect(length).toBe(String(byteLength));
    },
  );

  it.each([
    ["a 404", `${ASSETS}/nothing`, admin],
    ["a 401", `${ASSETS}/one`, {}],
    ["an unknown path", "/nowhere", {}],
    ["a 405", "/auth/token", {}],
  ])("of %s has the length of the error", async (_, path, headers) => {
    const { get, length } = await headAndGet(path, headers);
    expect(length).toBe(String((await get.arrayBuffer()).byteLength));
  });

  it("of an unchanged asset is 304 without a length", async () => {
    const asset = await send({ method: "GET", path: `${ASSETS}/one`, headers: admin, body: null });
    const tag = asset.headers.get("ETag") ?? "";
    await asset.body?.cancel();
    const { get, length } = await headAndGet(`${ASSETS}/one`, { ...admin, "If-None-Match": tag });
    expect([get.status, length]).toEqual([304, null]);
  });

  it.each([
    ["changes", "/api/edge/v1/changes", { Accept: "text/event-stream" }],
    ["an audit", "/api/edge/v1/audit?format=ndjson", {}],
  ])("of a stream of %s has no length, and ends the stream", async (_, path, headers) => {
    const head = await send({ method: "HEAD", path, headers: { ...admin, ...headers }, body: null });
    expect([head.status, head.headers.get("Content-Length"), await head.text()]).toEqual([200, null, ""]);
  });
});
