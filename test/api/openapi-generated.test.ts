import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATIONS } from "../support/document.ts";
import { aCopy } from "../support/archive-copy.ts";
import { SHA512 } from "../../src/definitions/examples.ts";
import { anAsset } from "../support/fixtures.ts";
import { REFRESH_TOKEN, requestsTo, type Asked, type Caller } from "../support/generated-requests.ts";
import { runs } from "../support/nightly.ts";
import { oddRequestsTo } from "../support/odd-requests.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

/** Requests of either kind to each operation: a thousand in all, many thousands at night. */
const RUNS = runs(12);

const admin = await tokenFor(["admin@*"], { name: "admin" });
const narrow = await tokenFor(["edit@default/sensu/*", "view@default"], { name: "narrow" });
const viewer = await tokenFor(["view@default"], { name: "viewer" });

let credentials: Readonly<Record<Caller, string | null>>;
let sent = 0;
const succeeded = new Set<string>();

/** Fills a store with assets with a history, an empty namespace, and a key. */
async function fillStore(): Promise<void> {
  await freshStorage();
  const linux = { "entity.system.os": "linux" };
  const tokens = anAsset("tokens", { url: "{{ .labels.region }}", filters: linux });
  for (const name of ["my-secure-asset", "sensu/http-checks", "my-secure-asset"])
    await api("PUT", `${ASSETS}/${name}`, { token: admin, body: anAsset(name) });
  await api("PUT", `${ASSETS}/tokens`, { token: admin, body: tokens });
  await api("PUT", "/api/core/v2/namespaces/team-a", { token: admin, body: {} });
  await api("PUT", `${ASSETS}/copied`, { token: admin, body: anAsset("copied", { sha512: SHA512 }) });
  await api("GET", "/api/edge/v1/archives", { token: admin });
  await aCopy(SHA512);
  const made = await api("POST", "/api/edge/v1/keys", {
    token: admin,
    body: { name: "ci", grants: ["edit@default"] },
  });
  const { key } = await made.json<{ key: string }>();
  credentials = {
    admin: `Bearer ${admin}`,
    narrow: `Bearer ${narrow}`,
    viewer: `Bearer ${viewer}`,
    key: `Key ${key}`,
    basic: `Basic ${btoa(`ci:${key}`)}`,
    // Known when a session has been opened.
    session: null,
    nobody: null,
  };
}

/** A session of its own for a request, since a refresh token is good once. */
async function openSession(): Promise<string> {
  const login = await api("GET", "/auth", { headers: { Authorization: credentials.basic ?? "" } });
  const session = await login.json<{ access_token: string; refresh_token: string }>();
  credentials = { ...credentials, session: `Bearer ${session.access_token}` };
  return session.refresh_token;
}

/** Sends it and tells the status; `api` refuses whatever the document does not describe. */
async function statusOf({ method, path, headers, caller, body }: Asked): Promise<number> {
  sent += 1;
  const refreshToken = caller === "session" ? await openSession() : "";
  const credential = credentials[caller];
  const answer = await api(method, path, {
    headers: credential === null ? headers : { ...headers, Authorization: credential },
    body: typeof body === "string" ? body.replace(REFRESH_TOKEN, refreshToken) : body,
  });
  await answer.body?.cancel();
  return answer.status;
}

describe.each(OPERATIONS.map((placed) => [placed.operation.operationId, placed] as const))(
  "%s",
  (id, placed) => {
    beforeAll(fillStore);

    it("answers requests that are as the document says as it says, and below 500", async () => {
      // The examples are of assets that do not exist yet.
      if (id === "createAsset") await freshStorage();
      const asDescribed = fc.asyncProperty(requestsTo(placed), async (asked) => {
        const status = await statusOf(asked);
        expect(status).toBeLessThan(500);
        if (status < 400) succeeded.add(id);
      });
      await fc.assert(asDescribed, { numRuns: RUNS });
      // Few of the first may be such that they succeed.
      if (!succeeded.has(id)) await fc.assert(asDescribed, { numRuns: 5 * RUNS });
      expect(succeeded).toContain(id);
    });

    it("answers requests that are odd as the document says, and below 500", async () => {
      if (id === "createAsset") await fillStore();
      await fc.assert(
        fc.asyncProperty(oddRequestsTo(placed), async (asked) => {
          expect(await statusOf(asked)).toBeLessThan(500);
        }),
        { numRuns: RUNS },
      );
      expect(sent).toBeGreaterThanOrEqual(RUNS);
    });
  },
);

afterAll(() => {
  expect(sent).toBeGreaterThanOrEqual(2 * RUNS * OPERATIONS.length);
});
