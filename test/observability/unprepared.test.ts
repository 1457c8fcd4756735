// A Worker that was deployed by hand, and of which a step is still missing.
import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeApiKey } from "../../src/auth/api-keys.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

type Line = Record<string, unknown>;

const MIGRATE = "npx wrangler d1 migrations apply DB --remote";
const PUT_SECRET = "openssl rand -base64 48 | npx wrangler secret put TOKEN_SECRET";

let lines: Line[];
beforeEach(async () => {
  await freshStorage();
  lines = [];
});
afterEach(() => void vi.restoreAllMocks());

async function answerOf(bindings: Env, method: string, credential: string, body?: object) {
  const worker = await coldWorker();
  vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(JSON.parse(text) as Line));
  const init = {
    method,
    headers: {
      Authorization: credential,
      "CF-Connecting-IP": "192.0.2.79",
      "Content-Type": "application/merge-patch+json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const context = createExecutionContext();
  const answer = await worker.fetch(new Request(`${ORIGIN}${ASSETS}/one`, init), bindings, context);
  await waitOnExecutionContext(context);
  await worker.scheduled(createScheduledController(), bindings).catch(() => undefined);
  return { status: answer.status, text: await answer.text(), retry: answer.headers.get("Retry-After") };
}

const about = (event: string) => lines.filter((line) => line["event"] === event);

it.each(["GET", "PUT", "PATCH", "DELETE"])(
  "%s without tables is 503, and the log names the command that makes them",
  async (method) => {
    const { results } = await env.DB.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
    ).all<{ name: string }>();
    await env.DB.batch(results.map(({ name }) => env.DB.prepare(`DROP TABLE "${name}"`)));
    const body = method === "GET" || method === "DELETE" ? undefined : anAsset("one");
    for (const credential of [
      `Bearer ${await tokenFor(["admin@*"])}`,
      `Key ${makeApiKey(crypto.getRandomValues(new Uint8Array(32)))}`,
    ]) {
      lines = [];
      const { status, text, retry } = await answerOf(env, method, credential, body);
      expect([status, retry]).toEqual([503, "5"]);
      expect(text).not.toContain("wrangler");
      for (const event of ["request", "heartbeat-failed"])
        expect(about(event)).toEqual([
          expect.objectContaining({ level: "error", error: expect.stringContaining(MIGRATE) as string }),
        ]);
    }
  },
);

it("a token without a secret to verify it is 503, and the log names the command that sets one", async () => {
  const { TOKEN_SECRET: _, ...bindings } = env;
  const { status } = await answerOf(bindings, "GET", `Bearer ${await tokenFor(["admin@*"])}`);
  expect(status).toBe(503);
  expect(about("bad-setting")).toEqual([
    expect.objectContaining({ level: "error", message: expect.stringContaining(PUT_SECRET) as string }),
  ]);
  expect(about("request")).toEqual([
    expect.objectContaining({ error: expect.stringContaining(PUT_SECRET) as string }),
  ]);
});
