import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { JOURNAL_KEY } from "../../src/freshness/journal-keeper.ts";
import { READ_MS, WRITE_MS } from "../../src/store/deadlines.ts";
import { UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";

const PAST_BOUND = BOUND_MS / 1000 + 2;
const ID = assetId("default", "tool");
let world: World;
let writer: Isolate;
let agent: Isolate;

/** One isolate has written an asset, and another has it in memory. */
beforeEach(async () => {
  await freshStorage();
  world = new World();
  writer = new Isolate(world);
  agent = new Isolate(world);
  await put("1");
  await seen(agent);
});

async function put(content: string, isolate = writer): Promise<void> {
  const { namespace, name } = ID;
  const asset = { namespace, name, etag: `"${content}"`, definition: content, expressions: null };
  await isolate.assets.put(asset, UNCONDITIONAL, isolate.commit());
  await isolate.settled();
}

async function seen(isolate: Isolate, name = "tool", freshness: "bounded" | "newest" = "bounded") {
  const found = await isolate.assets.get(assetId("default", name), isolate.reading(freshness));
  await isolate.settled();
  return { etag: found.value?.etag ?? null, tier: found.tier };
}

/** Virtual milliseconds that some work takes. */
async function taken(work: () => Promise<unknown>): Promise<number> {
  const before = world.now;
  await work();
  return world.now - before;
}

const UNAVAILABLE = { kind: "unavailable", headers: { "Retry-After": "5" } };

describe("a database that never answers", () => {
  it("I5: known assets are served stale within two reads' time, unknown names are 503, lists are neither empty nor late", async () => {
    const list = (isolate: Isolate, namespace = "default") =>
      isolate.assets.list(namespaceNamed(namespace), null, 10, isolate.reading());
    await list(agent);
    world.seconds(PAST_BOUND);
    world.databaseHangs = true;
    expect(
      await taken(async () => expect(await seen(agent)).toEqual({ etag: '"1"', tier: "STALE" })),
    ).toBeLessThanOrEqual(2 * READ_MS);
    expect((await list(agent)).value.assets).toHaveLength(1);
    const cold = new Isolate(world);
    expect(await seen(cold)).toEqual({ etag: '"1"', tier: "STALE" });
    for (const isolate of [agent, cold]) {
      expect(
        await taken(() => expect(seen(isolate, "unknown")).rejects.toMatchObject(UNAVAILABLE)),
      ).toBeLessThanOrEqual(2 * READ_MS);
    }
    await expect(list(new Isolate(world), "team")).rejects.toMatchObject(UNAVAILABLE);
  });

  it("I5: the nearest replica is given up for the primary, which may answer", async () => {
    await writer.edge.journal.renew();
    world.kv.entries.delete([...world.kv.entries.keys()].find((key) => key.includes("/a/")) ?? "");
    world.sessionHangs = "first-unconstrained";
    const cold = new Isolate(world);
    expect(await seen(cold)).toEqual({ etag: '"1"', tier: "D1" });
    expect(world.sessions.slice(-2)).toEqual(["first-unconstrained", "first-primary"]);
  });

  it("I5: who reads the newest gets the copy there is, marked stale, and back to D1 when it answers", async () => {
    world.databaseHangs = true;
    expect(await seen(agent, "tool", "newest")).toEqual({ etag: '"1"', tier: "STALE" });
    world.databaseHangs = false;
    expect(await seen(agent, "tool", "newest")).toEqual({ etag: '"1"', tier: "D1" });
  });

  it("I6: with KV hanging as well, memory answers, stale; else 503", async () => {
    world.seconds(PAST_BOUND);
    world.databaseHangs = true;
    world.kv.mode = "hangs";
    expect(await seen(agent)).toEqual({ etag: '"1"', tier: "STALE" });
    await expect(seen(new Isolate(world))).rejects.toMatchObject(UNAVAILABLE);
  });

  it("I7: a key that cannot be checked is 503, in time", async () => {
    world.databaseHangs = true;
    const find = () => agent.keys.find("0".repeat(64), agent.reading());
    expect(await taken(() => expect(find()).rejects.toMatchObject(UNAVAILABLE))).toBeLessThanOrEqual(
      2 * READ_MS,
    );
  });

  it("a write is 503 after its time and says that its outcome is unknown and how to find out", async () => {
    world.databaseHangs = true;
    const write = async () => {
      for (const refused of [put("2"), writer.assets.delete(ID, UNCONDITIONAL, writer.commit())]) {
        await expect(refused).rejects.toMatchObject({
          ...UNAVAILABLE,
          message: expect.stringMatching(/may or may not have happened: GET .* If-Match/),
        });
      }
    };
    expect(await taken(write)).toBe(2 * WRITE_MS);
    world.databaseHangs = false;
    expect(await seen(writer, "tool", "newest")).toEqual({ etag: '"1"', tier: "D1" });
  });

  it("a write whose connection is lost says the same; one that D1 refuses says that it may be tried again", async () => {
    world.databaseDown = true;
    await expect(put("2")).rejects.toMatchObject({ message: expect.stringContaining("may or may not") });
    world.databaseDown = false;
    await env.DB.prepare("ALTER TABLE meta RENAME TO meta_away").run();
    await expect(put("2")).rejects.toMatchObject({
      kind: "unavailable",
      message: "the database does not answer; try again",
    });
  });
});

describe("a write whose answer comes too late", () => {
  it("is known to the journal once it comes, so that no copy from before it is served", async () => {
    await seen(writer);
    world.databaseIsLate = true;
    const { namespace, name } = ID;
    const asset = { namespace, name, etag: '"late"', definition: "late", expressions: null };
    await expect(writer.assets.put(asset, UNCONDITIONAL, writer.commit())).rejects.toMatchObject(UNAVAILABLE);
    expect((await seenAtOnce(writer)).etag).toBe('"1"');
    world.release();
    await writer.settled();
    expect((await seen(writer)).etag).toBe('"late"');
    expect(JSON.parse(world.kv.entries.get(JOURNAL_KEY)?.value ?? "{}").changes).toContainEqual([ID.key, 2]);
  });

  /** Without waiting for background work, which waits for the database. */
  async function seenAtOnce(isolate: Isolate) {
    const { value } = await isolate.assets.get(ID, isolate.reading());
    return { etag: value?.etag ?? null };
  }
});

describe("the breaker of D1", () => {
  const names = Array.from({ length: 20 }, (_, index) => `unknown-${index}`);

  it("opens after three reads without an answer: the next ones wait for nothing", async () => {
    world.databaseHangs = true;
    for (const name of names.slice(0, 3)) await seen(agent, name).catch(() => undefined);
    expect(agent.deadlines.isOpen).toBe(true);
    const calls = world.databaseCalls;
    for (const name of names) {
      expect(await taken(() => expect(seen(agent, name)).rejects.toMatchObject(UNAVAILABLE))).toBe(0);
    }
    expect(await taken(() => seen(agent, "tool", "newest"))).toBe(0);
    expect(world.databaseCalls).toBe(calls);
  });

  it("lets one read through every ten seconds, and closes with the first answer", async () => {
    world.databaseHangs = true;
    for (const name of names.slice(0, 6)) await seen(agent, name, "newest").catch(() => undefined);
    world.seconds(10);
    const calls = world.databaseCalls;
    for (const name of names.slice(0, 6)) await seen(agent, name, "newest").catch(() => undefined);
    expect(world.databaseCalls).toBe(calls + 1);
    world.databaseHangs = false;
    await expect(seen(agent, "tool", "newest")).resolves.toMatchObject({ tier: "STALE" });
    world.seconds(10);
    for (const name of names) expect(await seen(agent, name, "newest")).toMatchObject({ tier: "D1" });
    expect(agent.deadlines.isOpen).toBe(false);
  });

  it("does not keep writes from being tried, and a write that is answered closes it", async () => {
    world.databaseHangs = true;
    for (const name of names.slice(0, 3)) await seen(agent, name, "newest").catch(() => undefined);
    world.databaseHangs = false;
    expect(agent.deadlines.isOpen).toBe(true);
    await put("2", agent);
    expect(agent.deadlines.isOpen).toBe(false);
    expect(await seen(agent, "tool", "newest")).toEqual({ etag: '"2"', tier: "D1" });
  });

  it("errors do not open the breaker of D1", async () => {
    world.databaseDown = true;
    for (const name of names) await seen(agent, name, "newest").catch(() => undefined);
    world.databaseDown = false;
    expect(await seen(agent, "tool", "newest")).toMatchObject({ tier: "D1" });
  });
});

describe("the breaker of KV", () => {
  const names = Array.from({ length: 20 }, (_, index) => `kv-${index}`);

  it.each(["fails", "hangs"] as const)(
    "opens when KV %s, also as time passes, and lets one read through every ten seconds",
    async (mode) => {
      world.kv.mode = mode;
      for (const name of names.slice(0, 4)) await seen(agent, name);
      for (let window = 0; window < 3; window += 1) {
        const gets = world.kv.gets;
        for (const name of names) {
          world.seconds(0.45);
          await seen(agent, `${window}-${name}`);
        }
        expect(world.kv.gets - gets).toBeLessThanOrEqual(1);
        world.seconds(1);
      }
      expect(agent.edge.kv.isLeftAlone).toBe(true);
    },
  );

  it("closes when KV answers again: every miss of memory asks it", async () => {
    world.kv.mode = "fails";
    for (const name of names.slice(0, 4)) await seen(agent, name);
    world.kv.mode = "works";
    world.seconds(11);
    await seen(agent, "first");
    const gets = world.kv.gets;
    for (const name of names) await seen(agent, `again-${name}`);
    expect(world.kv.gets - gets).toBeGreaterThanOrEqual(names.length);
    expect(agent.edge.kv.isLeftAlone).toBe(false);
  });

  it("a put that hangs is given up: neither the cron nor work after an answer waits for it", async () => {
    world.kv.hangsPuts = true;
    await put("2");
    expect(await writer.edge.journal.renew()).toMatchObject({ published: false });
  });
});
