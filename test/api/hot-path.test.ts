import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512, SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@default"]);
const agent = await tokenFor(["view@default"]);
const RESOLVE = "/api/edge/v1/namespaces/default/assets/team%2Ftool/resolve?os=linux";

beforeEach(async () => {
  await freshStorage();
  for (const name of ["one", "team/tool", "team/tool:1.0"]) {
    await api("PUT", `${ASSETS}/${encodeURIComponent(name)}`, { token: editor, body: anAsset(name) });
  }
});

const VARYING = new Set(["age", "x-cache", "server-timing"]);

async function seen(path: string, token: string, headers: Record<string, string> = {}) {
  const answer = await api("GET", path, { token, headers });
  const kept = [...answer.headers].filter(([name]) => !VARYING.has(name));
  return {
    status: answer.status,
    headers: kept,
    body: await answer.text(),
    tier: answer.headers.get("X-Cache"),
  };
}

describe("a GET answered from memory", () => {
  it.each([`${ASSETS}/one`, `${ASSETS}/team/tool`, `${ASSETS}/team%2Ftool%3A1.0`, RESOLVE])(
    "says of %s what the whole way says",
    async (path) => {
      const whole = await seen(path, agent, { "Cache-Control": "no-cache" });
      expect(whole.tier).toBe("D1");
      await seen(path, agent);
      const hot = await seen(path, agent);
      expect(hot).toEqual({ ...whole, tier: "MEMORY" });
      const etag = whole.headers.find(([name]) => name === "etag")?.[1] ?? "";
      const unchanged = await seen(path, agent, { "If-None-Match": etag });
      expect([unchanged.status, unchanged.body, unchanged.tier]).toEqual([304, "", "MEMORY"]);
    },
  );

  it("changes with the asset, and is gone with it", async () => {
    for (const path of [`${ASSETS}/one`, `${ASSETS}/one`]) await seen(path, agent);
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { sha512: OTHER_SHA512 }) });
    expect((await seen(`${ASSETS}/one`, agent)).body).toContain(OTHER_SHA512);
    await api("DELETE", `${ASSETS}/one`, { token: editor });
    expect((await seen(`${ASSETS}/one`, agent)).status).toBe(404);
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
    expect((await seen(`${ASSETS}/one`, agent)).body).toContain(SHA512);
  });

  it("is resolved again once it has changed, for a build under its new tag", async () => {
    const sha512Of = async () => (JSON.parse((await seen(RESOLVE, agent)).body) as { sha512: string }).sha512;
    for (const digest of [OTHER_SHA512, SHA512, OTHER_SHA512]) {
      const body = anAsset("team/tool", { sha512: digest });
      await api("PUT", `${ASSETS}/team%2Ftool`, { token: editor, body });
      await seen(`${ASSETS}/team/tool`, agent);
      expect([await sha512Of(), await sha512Of(), await sha512Of()]).toEqual([digest, digest, digest]);
      expect((await seen(RESOLVE, agent)).tier).toBe("MEMORY");
    }
  });

  it("is not for who asks for the newest, also with a credential that may only view", async () => {
    for (let times = 0; times < 3; times += 1) await seen(`${ASSETS}/one`, agent);
    expect((await seen(`${ASSETS}/one`, agent, { "Cache-Control": "no-cache" })).tier).toBe("D1");
  });

  it("is for a principal who may read that name, with a token that has not expired", async () => {
    const path = `${ASSETS}/one`;
    const [elsewhere, otherNames] = await Promise.all([
      tokenFor(["view@other"]),
      tokenFor(["view@default/team/*"]),
    ]);
    for (let times = 0; times < 2; times += 1) {
      await seen(path, agent);
      expect((await seen(path, elsewhere)).status).toBe(403);
      expect((await seen(path, otherNames)).status).toBe(403);
      expect((await seen(`${ASSETS}/team/tool`, otherNames)).status).toBe(200);
    }
    const short = await tokenFor(["view@default"], { ttl: 3 });
    for (let times = 0; times < 2; times += 1) expect((await seen(path, short)).status).toBe(200);
    await expect.poll(async () => (await seen(path, short)).status, { timeout: 20_000 }).toBe(401);
  });

  it("is not for a principal who may write, who reads the newest", async () => {
    for (let times = 0; times < 2; times += 1) {
      expect((await seen(`${ASSETS}/one`, editor)).tier).toBe("D1");
      await seen(`${ASSETS}/one`, agent);
      expect((await seen(`${ASSETS}/one`, agent)).tier).toBe("MEMORY");
    }
  });

  it("knows no odd path", async () => {
    for (const path of [`${ASSETS}/one`, RESOLVE, RESOLVE]) await seen(path, agent);
    for (const path of [
      RESOLVE.replace("%2F", "/"),
      `${ASSETS}/one/`,
      `${ASSETS}/one?filters=both`,
      `${ASSETS}/one%E0%A4`,
      `${ASSETS}/`,
      "/api/core/v2/namespaces/default/assetsX/one",
    ]) {
      expect((await seen(path, agent)).status).toBeGreaterThanOrEqual(400);
    }
    expect((await seen(`${ASSETS}/o%6Ee`, agent)).status).toBe(200);
  });

  it.each([
    ["/api/core/v2/namespaces//assets/one", 301],
    [RESOLVE.replace("default", ""), 301],
    [RESOLVE.replace("%2F", "/"), 404],
  ])(
    "says of %s, which is no path, what the slow path says, with any credential: %i",
    async (path, status) => {
      expect((await api("GET", path)).status).toBe(status);
    },
  );

  it("gives Go clients their form of map filters", async () => {
    const body = anAsset("map", { filters: { "entity.system.os": "linux" } });
    await api("PUT", `${ASSETS}/map`, { token: editor, body });
    for (let times = 0; times < 2; times += 1) {
      expect((await seen(`${ASSETS}/map`, agent)).body).toContain('{"entity.system.os":"linux"}');
      const go = await seen(`${ASSETS}/map`, agent, { "User-Agent": "sensuctl/6.12.0" });
      expect(go.body).toContain("[\"entity.system.os == 'linux'\"]");
    }
  });
});
