import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import type { Route } from "../../src/http/route.ts";
import { routes } from "../../src/routes.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { aroundDatabase } from "../support/around-database.ts";
import { anAsset, servedAsset, SHA512 } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const agent = await tokenFor(["view@default"]);
const KEY = `sak_${"a".repeat(43)}`;

/** Guarded rows that need no database. */
const WITHOUT_DATABASE = new Set(["GET /metrics"]);

/** Bodies with which a row reaches the database. */
function bodyOf({ method, path }: Route<never>): unknown {
  if (method === "GET" || method === "DELETE") return undefined;
  if (path.endsWith("/findings")) return { findings: [] };
  if (path.endsWith("/mirror")) return { mirror: "off" };
  if (path.endsWith("/keys")) return { name: "ci", grants: ["view@default"] };
  if (path.endsWith("/namespaces")) return { name: "team" };
  if (path.endsWith("/namespaces/:namespace")) return { name: "default" };
  if (path.endsWith("/rollback")) return { seq: 1 };
  if (path.endsWith("/resolve")) return { system: { os: "linux" } };
  if (path.endsWith("/rotate")) return undefined;
  return path.includes("core/v2") ? anAsset("nothing") : [anAsset("nothing")];
}

/** A path of the row, in namespace `default`. */
function pathOf({ path }: Route<never>): string {
  return path
    .replace(":namespace", "default")
    .replace(":seq", "1")
    .replace(":digest", SHA512)
    .replaceAll(/:\w+\+?/g, "nothing");
}

/** The whole Worker in an isolate of its own, over a D1 that answers until it is told to hang. */
async function isolate() {
  const worker = await coldWorker();
  let hangs = false;
  const database = aroundDatabase(env.DB, (_call, work) => (hangs ? new Promise(() => undefined) : work()));
  const bindings: Env = { ...env, DB: database };
  return {
    hang(now: boolean) {
      hangs = now;
    },
    beat: () => worker.scheduled(createScheduledController(), bindings),
    async send(method: string, path: string, token: string, body?: unknown): Promise<Response> {
      const headers = {
        Authorization: `Bearer ${token}`,
        "CF-Connecting-IP": "192.0.2.1",
        "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      return worker.fetch(new Request(`${ORIGIN}${path}`, init), bindings, createExecutionContext());
    },
  };
}

beforeAll(freshStorage);

describe("the whole Worker over a D1 that never answers", () => {
  it("answers every row of the route table in time: 503 where it needs D1, and agents what is known", async () => {
    const worker = await isolate();
    expect((await worker.send("PUT", `${ASSETS}/known`, admin, anAsset("known"))).status).toBe(201);
    worker.hang(true);
    const answers = await Promise.all(
      routes.map(async (row) => {
        const { status, headers } = await worker.send(row.method, pathOf(row), admin, bodyOf(row));
        return { row: `${row.method} ${row.path}`, status, retry: headers.get("Retry-After") };
      }),
    );
    const guarded = new Set(
      routes
        .filter(
          ({ access, path }) => access !== "public" && !path.startsWith("/auth") && !path.endsWith("/lint"),
        )
        .map(({ method, path }) => `${method} ${path}`),
    );
    for (const { row, status, retry } of answers) {
      if (!guarded.has(row)) expect([row, status]).not.toEqual([row, 500]);
      else if (WITHOUT_DATABASE.has(row)) expect([row, status]).toEqual([row, 200]);
      else expect([row, status, retry]).toEqual([row, 503, "5"]);
    }
    const known = await worker.send("GET", `${ASSETS}/known`, agent);
    expect([known.status, await known.text()]).toEqual([200, servedAsset("known")]);
    expect((await worker.send("GET", `${ASSETS}/unknown`, agent)).status).toBe(503);
    expect((await worker.send("GET", ASSETS, KEY)).status).toBe(401);
    worker.hang(false);
  });

  it("ends the cron's turn, which fails, and lets the next one do its work", async () => {
    const worker = await isolate();
    worker.hang(true);
    await expect(worker.beat()).rejects.toThrow("did not answer");
    worker.hang(false);
    await worker.beat();
  });
});
