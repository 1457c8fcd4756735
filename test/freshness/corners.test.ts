import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { beat } from "../../src/freshness/heartbeat.ts";
import { UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { sweepTombstones } from "../../src/store/d1/sweep.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";
import { assetId, namespaceNamed } from "../support/names.ts";

const PAST_BOUND = BOUND_MS / 1000 + 2;
const UNAVAILABLE = { kind: "unavailable" };
let world: World;
let writer: Isolate;
let agent: Isolate;

/** One isolate has written an asset, and another, far away, has it in memory. */
beforeEach(async () => {
  await freshStorage();
  world = new World();
  writer = new Isolate(world);
  agent = new Isolate(world);
  await put("1");
  expect(await seen(agent)).toMatchObject({ etag: '"1"', tier: "KV" });
});

async function put(content: string, name = "tool"): Promise<void> {
  const { namespace, name: checked } = assetId("default", name);
  const asset = { namespace, name: checked, etag: `"${content}"`, definition: content, expressions: null };
  await writer.assets.put(asset, UNCONDITIONAL, writer.commit());
  await writer.settled();
}

async function remove(name = "tool"): Promise<void> {
  await writer.assets.delete(assetId("default", name), UNCONDITIONAL, writer.commit());
  await writer.settled();
}

async function seen(isolate: Isolate, name = "tool", freshness: "bounded" | "newest" = "bounded") {
  const found = await isolate.assets.get(assetId("default", name), isolate.reading(freshness));
  await isolate.settled();
  return { etag: found.value?.etag ?? null, tier: found.tier, age: found.ageSeconds };
}

async function listed(isolate: Isolate, namespace: string | null = "default") {
  const { value, tier } = await isolate.assets.list(
    namespace === null ? null : namespaceNamed(namespace),
    null,
    100,
    isolate.reading(),
  );
  await isolate.settled();
  return { etags: value.assets.map(({ etag }) => etag), tier };
}

describe("absence", () => {
  it("that is over is over within the bound (I1)", async () => {
    expect((await seen(agent, "two")).etag).toBeNull();
    world.kv.dropsPuts = true;
    await put("2", "two");
    world.seconds(PAST_BOUND);
    expect((await seen(agent, "two")).etag).toBe('"2"');
  });

  it("does not rest on tombstones: when they are swept, nothing comes back (I2)", async () => {
    await listed(agent);
    const old = world.kv.snapshot();
    await remove();
    world.seconds(25 * 3_600);
    await beat(writer.edge, (before, seq) => sweepTombstones(env.DB, before, seq), []);
    const { results } = await env.DB.prepare("SELECT name FROM assets").all();
    expect(results).toEqual([]);
    for (const [key, entry] of old) if (!key.startsWith("hb:")) world.kv.entries.set(key, entry);
    const cold = new Isolate(world);
    expect((await seen(cold)).etag).toBeNull();
    expect((await listed(cold)).etags).toEqual([]);
    expect((await listed(agent, null)).etags).toEqual([]);
  });

  it("known within the bound is told while the database is down; known before it is 503 (I5)", async () => {
    await remove();
    world.seconds(6);
    await seen(agent, "two");
    expect((await seen(agent)).etag).toBeNull();
    world.databaseDown = true;
    expect((await seen(agent)).etag).toBeNull();
    world.seconds(PAST_BOUND);
    await expect(seen(agent)).rejects.toMatchObject(UNAVAILABLE);
    await expect(seen(agent, "two")).rejects.toMatchObject(UNAVAILABLE);
  });
});

describe("an outage of the database", () => {
  it("leaves lists, stale and marked, and no empty one for a namespace nobody has listed (I5)", async () => {
    await listed(agent);
    world.databaseDown = true;
    world.seconds(PAST_BOUND);
    expect(await listed(agent)).toEqual({ etags: ['"1"'], tier: "STALE" });
    await expect(listed(agent, "team")).rejects.toMatchObject(UNAVAILABLE);
    await expect(listed(new Isolate(world), null)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("gives whoever asks for the newest the best there is, marked as what it is (I5)", async () => {
    world.databaseDown = true;
    expect(await seen(agent, "tool", "newest")).toMatchObject({ etag: '"1"', tier: "STALE" });
  });

  it("does nothing by halves: a refused write is not seen, the next one is (I5)", async () => {
    world.databaseDown = true;
    await expect(put("2")).rejects.toMatchObject(UNAVAILABLE);
    await expect(remove()).rejects.toMatchObject(UNAVAILABLE);
    expect((await seen(writer)).etag).toBe('"1"');
    world.databaseDown = false;
    expect((await seen(writer, "tool", "newest")).etag).toBe('"1"');
    await put("3");
    expect((await seen(writer)).etag).toBe('"3"');
  });
});

describe("puts in any order", () => {
  it("do not make an isolate forget what it has seen, nor others what the next journal says (I2, I3)", async () => {
    const old = world.kv.snapshot();
    await remove();
    expect((await seen(agent, "tool", "newest")).etag).toBeNull();
    // KV holds an old asset, and an old journal that does not speak against it.
    world.kv.restore(old);
    expect((await seen(agent)).etag).toBeNull();
    await writer.edge.journal.renew();
    expect((await seen(new Isolate(world))).etag).toBeNull();
  });

  it("an answer of the database that is overtaken on its way is not given (I3)", async () => {
    let release = () => undefined as void;
    const arrival = new Promise<void>((done) => {
      release = done;
    });
    world.delayed.push(arrival);
    const slow = agent.assets.get(assetId("default", "tool"), agent.reading("newest"));
    await new Promise((done) => setTimeout(done, 50));
    await put("2");
    expect((await seen(agent, "tool", "newest")).etag).toBe('"2"');
    release();
    expect((await slow).value?.etag).toBe('"2"');
  });
});

describe("a dead cron", () => {
  it("is said in the log, and an isolate does its work, at most once a minute (I8)", async () => {
    for (let seconds = 0; seconds < 600; seconds += 10) {
      world.seconds(10);
      await seen(agent);
    }
    const warnings = world.logged.filter(({ event }) => event === "journal-old");
    expect(warnings.length).toBeGreaterThan(1);
    expect(warnings.length).toBeLessThanOrEqual(10);
    expect((await seen(agent)).tier).toBe("MEMORY");
  });

  it("with KV down as well sends every read to the database: slower, still right (I8)", async () => {
    world.kv.mode = "fails";
    agent.edge.journal.renew = () => Promise.reject(new Error("not today"));
    world.seconds(PAST_BOUND);
    for (const content of ["2", "3"]) {
      await put(content);
      expect(await seen(agent)).toMatchObject({ etag: `"${content}"`, tier: "D1" });
    }
  });
});
