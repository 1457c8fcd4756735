import { beforeEach, describe, expect, it } from "vitest";
import fc from "fast-check";
import { routes } from "../../src/routes.ts";
import { anAsset } from "../support/fixtures.ts";
import { runs } from "../support/nightly.ts";
import { aNamespace, api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const agent = await tokenFor(["view@*"]);
const SECRET = "Bearer a-secret-of-the-archive";

beforeEach(async () => {
  await freshStorage();
  for (const name of ["http-checks", "sensu/http-checks"]) {
    const body = anAsset(name, { headers: { Authorization: SECRET } });
    expect((await api("PUT", `${ASSETS}/${name}`, { token: admin, body })).status).toBe(201);
  }
});

/** Texts of a path's namespace that can name none, encoded. */
const NO_NAMESPACES = [
  "default%2Fsensu",
  "*",
  "%2A",
  "a%20b",
  "default%00",
  "%252F",
  "x".repeat(129),
  "__proto__",
  "constructor",
  "default%3Fa",
  "%C3%A9",
];

const withNamespace = routes.filter(({ path }) => path.includes(":namespace"));

describe("a path whose namespace can name none", () => {
  it.each(withNamespace.map((row) => [`${row.method} ${row.path}`, row] as const))(
    "is 404 on reads and 400 on writes: %s",
    async (_, { method, path }) => {
      for (const namespace of NO_NAMESPACES) {
        const place = path.replace(":namespace", namespace).replaceAll(/:\w+\+?/g, "http-checks");
        const answer = await api(method, place, {
          token: admin,
          ...(method === "GET" || method === "DELETE" ? {} : { body: {} }),
        });
        expect([namespace, answer.status]).toEqual([namespace, method === "GET" ? 404 : 400]);
      }
    },
  );

  it("shows nothing of another namespace that its text joins into", async () => {
    const narrow = await tokenFor(["view@*/http*"]);
    const real = `${ASSETS}/sensu%2Fhttp-checks`;
    const forged = "/api/core/v2/namespaces/default%2Fsensu/assets/http-checks";
    // In memory for everybody who may read it.
    for (let times = 0; times < 2; times += 1)
      expect((await api("GET", real, { token: agent })).status).toBe(200);
    for (let times = 0; times < 2; times += 1) {
      expect((await api("GET", real, { token: narrow })).status).toBe(403);
      const answer = await api("GET", forged, { token: narrow });
      expect([answer.status, await answer.text()]).toEqual([404, '{"message":"not found","code":2}']);
    }
  });

  it("does not make the asset its text joins into absent for others", async () => {
    const real = `${ASSETS}/sensu%2Fhttp-checks`;
    expect((await api("GET", real, { token: agent })).status).toBe(200);
    const headers = { "Cache-Control": "no-cache" };
    const forged = "/api/core/v2/namespaces/default%2Fsensu/assets/http-checks";
    expect((await api("GET", forged, { token: agent, headers })).status).toBe(404);
    expect((await api("GET", real, { token: agent })).status).toBe(200);
  });

  it("keeps no list in the place of the whole cluster's", async () => {
    for (const namespace of ["*", "%2A"]) {
      const answer = await api("GET", `/api/core/v2/namespaces/${namespace}/assets`, { token: agent });
      expect([answer.status, await answer.text()]).toEqual([404, '{"message":"not found","code":2}']);
    }
    const all = await api("GET", "/api/core/v2/assets", { token: agent });
    expect(await all.json()).toHaveLength(2);
  });
});

describe("one path", () => {
  it("has one meaning on the fast path and on the slow one, whatever its text", async () => {
    await aNamespace("team");
    const piece = fc.constantFrom(
      ..."default team sensu http-checks / %2F %2f . .. %2E %2e%2E * %2A : %3A %25 %00 ~ ; ? # %".split(" "),
      "",
    );
    const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
    const path = fc.oneof(
      fc.tuple(text, text).map(([namespace, name]) => `/api/core/v2/namespaces/${namespace}/assets/${name}`),
      text.map((name) => `${ASSETS}/${name}`),
      fc
        .tuple(text, text)
        .map(([namespace, name]) => `/api/edge/v1/namespaces/${namespace}/assets/${name}/resolve?os=linux`),
      text.map((name) => `/api/edge/v1/namespaces/default/assets/${name}/resolve?os=linux`),
      fc
        .tuple(text, text)
        .map(([namespace, names]) => `/api/edge/v1/namespaces/${namespace}/resolve?os=linux&names=${names}`),
    );
    await fc.assert(
      fc.asyncProperty(path, async (asked) => {
        // Any Cache-Control leaves the fast path; this one asks for no newer answer.
        const slow = await seen(asked, { "Cache-Control": "max-age=0" });
        await seen(asked);
        expect(await seen(asked)).toEqual(slow);
      }),
      { numRuns: runs(80) },
    );
  });
});

async function seen(path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const answer = await api("GET", path, { token: agent, headers });
  return [answer.status, await answer.text()];
}

describe("names that a URL cannot reach", () => {
  it.each([".", ".."])("%s names no asset and no namespace: 400 wherever one is made", async (name) => {
    const message = expect.stringContaining(`the name ${name} cannot be reached by a URL and is refused`);
    const edge = "/api/edge/v1/namespaces/default";
    const attempts: [string, string, unknown][] = [
      ["POST", ASSETS, anAsset(name)],
      ["POST", "/api/core/v2/namespaces", { name }],
      ["POST", `${edge}/apply`, [anAsset(name)]],
      ["POST", `${edge}/plan`, [anAsset(name)]],
    ];
    for (const [method, path, body] of attempts) {
      const answer = await api(method, path, { token: admin, body });
      expect([path, answer.status, await answer.json()]).toEqual([path, 400, { message, code: 1 }]);
    }
  });
});
