import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFaultyWorker, type FaultyWorker } from "../support/harness.ts";
import { runs } from "../support/nightly.ts";

const ASSETS = "/api/core/v2/namespaces/default/assets";
const SHA512 = "0f".repeat(64);
let worker: FaultyWorker;
let agent: Record<string, string>;

beforeAll(async () => {
  worker = await startFaultyWorker();
  agent = { Authorization: `Bearer ${await worker.tokenFor("view@default")}` };
});
afterAll(() => worker.close());
beforeEach(() => worker.kv("works"));

const put = (name: string, url = "https://e/a") =>
  worker.send("PUT", `${ASSETS}/${name}`, { body: JSON.stringify({ url, sha512: SHA512 }) });
const get = (name: string, headers = agent) => worker.send("GET", `${ASSETS}/${name}`, { headers });
const tier = (answer: Response) => answer.headers.get("X-Cache");

describe("the real bundle over a KV that misbehaves", () => {
  it.each(["fails", "slow", "forgets", "old"] as const)(
    "answers every agent with the newest when KV %s",
    async (mode) => {
      await put(`kv-${mode}`, "https://e/1");
      expect((await get(`kv-${mode}`)).status).toBe(200);
      await worker.kv(mode);
      expect((await put(`kv-${mode}`, "https://e/2")).status).toBe(201);
      const read = await get(`kv-${mode}`);
      expect([read.status, await read.text()]).toEqual([200, expect.stringContaining("https://e/2")]);
      expect((await get(`kv-${mode}-unknown`)).status).toBe(404);
      expect((await worker.send("DELETE", `${ASSETS}/kv-${mode}`)).status).toBe(204);
      expect((await get(`kv-${mode}`)).status).toBe(404);
      expect((await worker.send("GET", ASSETS, { headers: agent })).status).toBe(200);
    },
  );

  it("asks it nothing for a hot GET, and puts at most twice for a write", async () => {
    await put("hot");
    for (let times = 0; times < 3; times += 1) await get("hot");
    await new Promise((done) => setTimeout(done, 1_500));
    await worker.kv("works");
    for (let times = 0; times < 20; times += 1) expect(tier(await get("hot"))).toBe("MEMORY");
    expect((await worker.kv("works")).gets).toBe(0);
    await put("hot", "https://e/3");
    await new Promise((done) => setTimeout(done, 1_500));
    expect((await worker.kv("works")).puts).toBeLessThanOrEqual(2);
  });

  it("stops a revoked key", async () => {
    const made = await worker.send("POST", "/api/edge/v1/keys", {
      body: JSON.stringify({ name: "ci", grants: ["view@default"] }),
    });
    const { key } = (await made.json()) as { key: string };
    const headers = { Authorization: `Key ${key}` };
    expect((await worker.send("GET", ASSETS, { headers })).status).toBe(200);
    await worker.kv("old");
    await worker.send("DELETE", "/api/edge/v1/keys/ci");
    expect((await worker.send("GET", ASSETS, { headers })).status).toBe(401);
  });
});

describe("the real bundle while D1 fails", () => {
  it("serves agents what is known, says 503 to the rest, and loses nothing that was acknowledged", async () => {
    await put("known");
    await get("known");
    const listed = await (await worker.send("GET", ASSETS, { headers: agent })).text();
    await worker.databaseDown(true);
    const known = await get("known");
    expect([known.status, tier(known)]).toEqual([200, "MEMORY"]);
    expect(await (await worker.send("GET", ASSETS, { headers: agent })).text()).toBe(listed);
    for (const answer of [
      await get("unknown"),
      await put("refused"),
      await worker.send("DELETE", `${ASSETS}/known`),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(await answer.json()).toEqual({ code: 0, message: expect.not.stringContaining("meta") });
    }
    const health = (await (await worker.send("GET", "/health")).json()) as {
      ClusterHealth: { Healthy: boolean }[];
    };
    expect(health.ClusterHealth[0]?.Healthy).toBe(false);
    expect((await worker.send("GET", "/ready")).status).toBe(503);
    const readiness = await Promise.all(Array.from({ length: 50 }, () => worker.send("GET", "/ready")));
    expect(new Set(readiness.map(({ status }) => status))).toEqual(new Set([503]));
    await worker.databaseDown(false);
    expect((await get("known")).status).toBe(200);
    expect((await get("refused")).status).toBe(404);
    expect((await put("refused")).status).toBe(201);
  });

  it("with KV down too, serves from memory", async () => {
    await put("both");
    await get("both");
    await worker.kv("fails");
    await worker.databaseDown(true);
    expect(tier(await get("both"))).toBe("MEMORY");
    expect((await get("neither")).status).toBe(503);
    await worker.databaseDown(false);
  });
});

/** Assets that each writer of the burst makes. */
const EACH = runs(10);

describe(`a burst of ${20 * EACH} assets by 20 writers`, () => {
  it("has no 5xx, loses none, is readable at once by its writers, and KV's refusals change no answer", async () => {
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let index = 0; index < EACH; index += 1) {
        const name = `burst-${writer}-${index}`;
        expect((await put(name)).status).toBe(201);
        expect((await worker.send("GET", `${ASSETS}/${name}`)).status).toBe(200);
      }
    });
    await Promise.all(writers);
    const all = (await (await worker.send("GET", ASSETS)).json()) as { metadata: { name: string } }[];
    expect(all.filter(({ metadata }) => metadata.name.startsWith("burst-"))).toHaveLength(20 * EACH);
    const seen = await get("burst-7-7");
    expect(seen.status).toBe(200);
  });
});
