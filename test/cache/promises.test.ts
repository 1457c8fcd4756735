import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/cache/admit.ts";
import { NEW_EPOCH } from "../../src/store/new-epoch.ts";
import { newReading } from "../../src/store/reading.ts";
import { EdgeWorld } from "../support/edge-world.ts";

const PAST_BOUND = BOUND_MS / 1_000 + 2;
const UNAVAILABLE = expect.objectContaining({
  kind: "unavailable",
  headers: expect.objectContaining({ "Retry-After": expect.any(String) }),
});

/** One isolate writes, another, far away, has the asset in memory. */
async function warmed() {
  const world = await EdgeWorld.fresh();
  const [writer, agent] = [world.isolate(), world.isolate()];
  await writer.put("one", "v1");
  await writer.beat();
  expect(await agent.get("one")).toMatchObject({ content: "v1" });
  return { world, writer, agent };
}

describe("I1: a write is seen by every GET that starts S + 2 s after it", () => {
  it("whatever KV does: it sticks to what it was", async () => {
    const { world, writer, agent } = await warmed();
    world.kv.stick();
    await writer.put("one", "v2");
    expect((await agent.get("one")).content).toBe("v1");
    world.pass(PAST_BOUND);
    expect((await agent.get("one")).content).toBe("v2");
    expect((await world.isolate().get("one")).content).toBe("v2");
    expect((await agent.list()).contents).toEqual(["v2"]);
  });

  it("whatever a replica does: it never catches up", async () => {
    const { world, writer } = await warmed();
    const far = world.isolate();
    world.kv.mode = "down";
    await far.get("one");
    world.database.lagging = true;
    await writer.put("one", "v2");
    world.kv.mode = "well";
    world.pass(PAST_BOUND);
    await writer.beat();
    world.database.reads = [];
    expect((await world.isolate().get("one")).content).toBe("v2");
  });

  it("and mostly much sooner: as soon as the journal is seen", async () => {
    const { world, writer, agent } = await warmed();
    await writer.put("one", "v2");
    world.pass(6);
    await agent.get("one");
    expect((await agent.get("one")).content).toBe("v2");
  });

  it("for a name that was absent, and for one that was deleted", async () => {
    const { world, writer, agent } = await warmed();
    expect((await agent.get("two")).content).toBeNull();
    world.kv.stick();
    await writer.put("two", "v1");
    await writer.delete("one");
    world.pass(PAST_BOUND);
    expect((await agent.get("two")).content).toBe("v1");
    expect((await agent.get("one")).content).toBeNull();
  });
});

describe("I2: nothing comes back from the dead", () => {
  it("when puts arrive late and in the wrong order", async () => {
    const { world, writer, agent } = await warmed();
    const late: (() => void)[] = [];
    world.kv.held = late;
    await writer.put("one", "v2");
    await writer.delete("one");
    expect((await agent.get("one", "newest")).content).toBeNull();
    world.kv.held = null;
    for (const arrive of late.toReversed()) arrive();
    // KV now holds an old asset and an old journal that does not speak against it.
    expect((await agent.get("one")).content).toBeNull();
    await writer.beat();
    expect((await world.isolate().get("one")).content).toBeNull();
    world.pass(3_600);
    expect((await world.isolate().get("one")).content).toBeNull();
  });

  it("when the tombstone has been swept and KV still holds the asset", async () => {
    const { world, writer } = await warmed();
    world.kv.stick();
    await writer.delete("one");
    world.pass(25 * 3_600);
    await writer.beat();
    const { results } = await env.DB.prepare("SELECT name FROM assets").all();
    expect(results).toEqual([]);
    expect((await world.isolate().get("one")).content).toBeNull();
    expect((await world.isolate().list()).contents).toEqual([]);
  });

  it("when the database is down", async () => {
    const { world, writer } = await warmed();
    const agent = world.isolate();
    await agent.get("one");
    await writer.delete("one");
    world.pass(6);
    await agent.get("two");
    world.database.down = true;
    await expect(agent.get("one")).resolves.toMatchObject({ content: null });
    world.pass(PAST_BOUND);
    await expect(agent.get("one")).rejects.toEqual(UNAVAILABLE);
  });
});

describe("I3: an isolate never goes backwards for a key", () => {
  it("after it has served the newest, older copies are refused though they are within the bound", async () => {
    const { world, writer, agent } = await warmed();
    world.kv.stick();
    await writer.put("one", "v2");
    expect((await agent.get("one", "newest")).content).toBe("v2");
    world.database.lagging = true;
    expect((await agent.get("one")).content).toBe("v2");
    world.kv.mode = "down";
    expect((await agent.get("one")).content).toBe("v2");
  });

  it("an answer of the database that is overtaken on its way is not given", async () => {
    const { world, writer, agent } = await warmed();
    const { get } = world.database;
    let release = () => undefined as void;
    const arrival = new Promise<void>((done) => {
      release = done;
    });
    world.database.get = async (...asked) => {
      const snapshot = await get(...asked);
      world.database.get = get;
      await arrival;
      return snapshot;
    };
    const slow = agent.get("one", "newest");
    await new Promise((done) => setTimeout(done, 50));
    await writer.put("one", "v2");
    expect((await agent.get("one", "newest")).content).toBe("v2");
    release();
    expect((await slow).content).toBe("v2");
  });
});

describe("I4: KV down or slow changes speed, not truth", () => {
  it.each(["down", "slow"] as const)(
    "%s: memory answers, then the database, in the same bound",
    async (mode) => {
      const { world, writer, agent } = await warmed();
      world.kv.mode = mode;
      expect(await agent.get("one")).toMatchObject({ content: "v1", tier: "MEMORY" });
      await writer.put("one", "v2");
      world.pass(PAST_BOUND);
      expect(await agent.get("one")).toMatchObject({ content: "v2", tier: "D1" });
      expect(await world.isolate().get("one")).toMatchObject({ content: "v2", tier: "D1" });
    },
  );

  it("and is left alone for a while", async () => {
    const { world } = await warmed();
    const agent = world.isolate();
    world.kv.mode = "down";
    for (let times = 0; times < 5; times += 1) {
      world.pass(6);
      await agent.get("one");
    }
    expect(world.kv.gets).toBeGreaterThan(2);
    const before = world.kv.gets;
    for (let times = 0; times < 50; times += 1) await agent.get(`name-${times}`);
    expect(world.kv.gets).toBe(before);
    world.kv.mode = "well";
    world.pass(11);
    await agent.get("one");
    expect(world.kv.gets).toBeGreaterThan(before);
  });
});

describe("I5: the database down", () => {
  it("known assets are served within the bound as ever, past it marked, for a day", async () => {
    const { world, agent } = await warmed();
    await agent.list();
    world.database.down = true;
    expect(await agent.get("one")).toMatchObject({ content: "v1", tier: "MEMORY" });
    world.pass(PAST_BOUND);
    expect(await agent.get("one")).toEqual({ content: "v1", tier: "STALE", age: PAST_BOUND });
    expect(await agent.list()).toEqual({ contents: ["v1"], tier: "STALE" });
    // Also where no one has asked before: KV holds the asset and the last journal.
    expect(await world.isolate().get("one")).toMatchObject({ content: "v1", tier: "STALE" });
    // Whoever asks for the newest gets the best there is, marked as what it is.
    expect(await agent.get("one", "newest")).toMatchObject({ content: "v1", tier: "STALE" });
    world.pass(24 * 3_600);
    await expect(agent.get("one")).rejects.toEqual(UNAVAILABLE);
  });

  it("an unknown name is 503, never 404; also one whose absence was known long ago", async () => {
    const { world, agent } = await warmed();
    expect((await agent.get("two")).content).toBeNull();
    world.database.down = true;
    await expect(agent.get("three")).rejects.toEqual(UNAVAILABLE);
    world.pass(PAST_BOUND);
    await expect(agent.get("two")).rejects.toEqual(UNAVAILABLE);
    await expect(agent.list("team")).rejects.toEqual(UNAVAILABLE);
  });

  it("writes are 503 and change nothing, and the next write after it is seen", async () => {
    const { world, writer } = await warmed();
    world.database.down = true;
    await expect(writer.put("one", "v2")).rejects.toEqual(UNAVAILABLE);
    await expect(writer.delete("one")).rejects.toEqual(UNAVAILABLE);
    expect((await writer.get("one")).content).toBe("v1");
    world.database.down = false;
    expect((await writer.get("one", "newest")).content).toBe("v1");
    await writer.put("one", "v2");
    expect((await writer.get("one")).content).toBe("v2");
  });
});

describe("I6: KV and the database down", () => {
  it("memory answers, marked stale; what it does not know is 503, never 404 and never an empty list", async () => {
    const { world, agent } = await warmed();
    await agent.list();
    world.database.down = true;
    world.kv.mode = "down";
    world.pass(PAST_BOUND);
    expect(await agent.get("one")).toMatchObject({ content: "v1", tier: "STALE" });
    expect(await agent.list()).toEqual({ contents: ["v1"], tier: "STALE" });
    const cold = world.isolate();
    await expect(cold.get("one")).rejects.toEqual(UNAVAILABLE);
    await expect(cold.list()).rejects.toEqual(UNAVAILABLE);
    await expect(cold.list(null)).rejects.toEqual(UNAVAILABLE);
  });
});

describe("I7: credentials", () => {
  it("a revocation is seen within the bound, and past it no store is 503, never a stale yes", async () => {
    const { world, writer, agent } = await warmed();
    const digest = "ab".repeat(32);
    const reading = () => newReading("bounded", world.waitUntil);
    await writer.keys.create(
      { digest, name: "agent-7", grants: ["view@*"], expiresAt: null },
      writer.commit(),
    );
    await world.settle();
    world.pass(6);
    expect(await agent.keys.find(digest, reading())).toMatchObject({ name: "agent-7", revokedAt: null });
    world.kv.stick();
    await writer.keys.revoke("agent-7", writer.commit());
    await world.settle();
    world.pass(PAST_BOUND);
    expect(await agent.keys.find(digest, reading())).toMatchObject({ revokedAt: expect.any(Number) });
    world.pass(PAST_BOUND);
    world.database.down = true;
    await expect(agent.keys.find(digest, reading())).rejects.toEqual(UNAVAILABLE);
  });
});

describe("I8: the cron is dead", () => {
  it("an isolate says so and does its work, at most once a minute", async () => {
    const { world, agent } = await warmed();
    for (let seconds = 0; seconds < 600; seconds += 10) {
      world.pass(10);
      await agent.get("one");
    }
    const warnings = world.logged.filter(({ event }) => event === "journal-old");
    expect(warnings.length).toBeGreaterThan(1);
    expect(warnings.length).toBeLessThanOrEqual(10);
    expect((await agent.get("one")).tier).toBe("MEMORY");
  });

  it("and when that fails too every read goes to the database: slower, still right", async () => {
    const { world, writer, agent } = await warmed();
    world.kv.mode = "down";
    agent.edge.journal.renew = () => Promise.reject(new Error("not today"));
    await writer.put("one", "v2");
    world.pass(PAST_BOUND);
    for (const content of ["v2", "v3"]) {
      await writer.put("one", content);
      expect(await agent.get("one")).toMatchObject({ content, tier: "D1" });
    }
  });
});

describe("I9: the database restored to an earlier time", () => {
  it("a new epoch makes every copy of the lost commits void, also those whose seq comes again", async () => {
    const { world, writer, agent } = await warmed();
    const restore = await backup();
    await writer.put("one", "lost");
    await writer.put("two", "lost too");
    world.pass(6);
    for (const isolate of [agent, world.isolate()]) {
      await isolate.get("one");
      expect((await isolate.get("one")).content).toBe("lost");
      expect((await isolate.get("two")).content).toBe("lost too");
    }
    await restore();
    await env.DB.prepare(NEW_EPOCH).run();
    world.pass(PAST_BOUND);
    for (const isolate of [agent, writer, world.isolate()]) {
      expect((await isolate.get("one")).content).toBe("v1");
      expect((await isolate.get("two")).content).toBeNull();
      expect((await isolate.list()).contents).toEqual(["v1"]);
    }
    await writer.put("one", "v3");
    world.pass(6);
    await agent.get("one");
    expect((await agent.get("one")).content).toBe("v3");
  });
});

/** What D1 holds now, and how to bring it back, as Time Travel does. */
async function backup(): Promise<() => Promise<void>> {
  const tables = ["meta", "namespaces", "assets", "revisions"];
  const copies = tables.map((table) => env.DB.prepare(`CREATE TABLE old_${table} AS SELECT * FROM ${table}`));
  await env.DB.batch(copies);
  return async () => {
    const back = tables.flatMap((table) => [
      env.DB.prepare(`DELETE FROM ${table}`),
      env.DB.prepare(`INSERT INTO ${table} SELECT * FROM old_${table}`),
    ]);
    await env.DB.batch(back);
  };
}
