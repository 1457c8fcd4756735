import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { beforeAll, expect, it } from "vitest";
import type fresh from "../../src/index.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@default"]);
const EDGE = "/api/edge/v1/namespaces/default";
const LINTED = anAsset("linted", { url: "http://e/x" });
let worker: typeof fresh;

/** An isolate of its own, since one keeps the settings that it began with. */
beforeAll(async () => {
  await freshStorage();
  worker = await coldWorker();
});

async function send(method: string, path: string, body: unknown): Promise<Response> {
  const context = createExecutionContext();
  const headers = { Authorization: `Bearer ${editor}` };
  const init = { method, headers, body: JSON.stringify(body) };
  const strict = { ...env, LINT: "strict" };
  const answer = await worker.fetch(new Request(`${ORIGIN}${path}`, init), strict, context);
  await waitOnExecutionContext(context);
  return answer;
}

it.each([
  ["PUT", `${ASSETS}/linted`, LINTED],
  ["POST", ASSETS, LINTED],
  ["POST", `${EDGE}/plan`, [LINTED]],
  ["POST", `${EDGE}/apply`, [LINTED]],
])(
  "%s %s refuses findings where the deployment is strict, though the request does not ask for it",
  async (method, path, body) => {
    const answer = await send(method, path, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining("lint: url: ") });
  },
);
