import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { NEW_EPOCH } from "../../scripts/new-epoch.ts";
import { apiKeyDigest } from "../../src/auth/api-keys.ts";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { Glance } from "../../src/freshness/fresh-reader.ts";
import { UNCONDITIONAL, type AssetWrite } from "../../src/store/asset-store.ts";
import { D1AssetStore } from "../../src/store/d1/assets.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";
import { assetId, assetNamed, namespaceNamed } from "../support/names.ts";
import { withoutJournal } from "../support/run-commit.ts";

const BOUND_SECONDS = BOUND_MS / 1000;
let world: World;
let writer: Isolate;
let reader: Isolate;

beforeEach(async () => {
  await freshStorage();
  world = new World();
  writer = new Isolate(world);
  reader = new Isolate(world);
  await writer.edge.journal.renew();
});

const version = (content: string, name = "tool"): AssetWrite => ({
  namespace: namespaceNamed("default"),
  name: assetNamed(name),
  etag: `"${content}"`,
  definition: `{"content":"${content}"}`,
  expressions: null,
});

async function write(content: string, name = "tool"): Promise<void> {
  // The journal is published once a second at the most.
  world.seconds(2);
  await writer.assets.put(version(content, name), UNCONDITIONAL, writer.commit());
  await writer.settled();
}

/** What an isolate answers, and from where. */
async function seen(isolate: Isolate, name = "tool", freshness: "bounded" | "newest" = "bounded") {
  const found = await isolate.assets.get(assetId("default", name), isolate.reading(freshness));
  await isolate.settled();
  return { etag: found.value?.etag ?? null, tier: found.tier, age: found.ageSeconds };
}

describe("I1: a write acknowledged at T is seen by every GET that starts after T + S + 2 s", () => {
  it("whatever KV keeps saying and memory holds", async () => {
    await write("1");
    expect((await seen(reader)).etag).toBe('"1"');
    const old = world.kv.snapshot();
    world.kv.dropsPuts = true;
    await write("2");
    world.kv.restore(old);
    expect(['"1"', '"2"']).toContain((await seen(reader)).etag);
    world.seconds(BOUND_SECONDS + 2);
    expect((await seen(reader)).etag).toBe('"2"');
    expect((await seen(new Isolate(world))).etag).toBe('"2"');
  });

  it("whatever a replica says", async () => {
    await write("1");
    world.lagging.set(
      "tool",
      await new D1AssetStore(env.DB, withoutJournal()).get(assetId("default", "tool"), "primary"),
    );
    await write("2");
    world.kv.entries.clear();
    world.seconds(BOUND_SECONDS + 2);
    await writer.edge.journal.renew();
    expect((await seen(new Isolate(world))).etag).toBe('"2"');
  });

  it("and lists are held to it as assets are", async () => {
    await write("1");
    const names = async (isolate: Isolate) =>
      (await isolate.assets.list(namespaceNamed("default"), null, 10, isolate.reading())).value.assets.map(
        ({ etag }) => etag,
      );
    expect(await names(reader)).toEqual(['"1"']);
    world.kv.dropsPuts = true;
    await write("2");
    world.seconds(BOUND_SECONDS + 2);
    expect(await names(reader)).toEqual(['"2"']);
  });
});

describe("I2: no resurrection", () => {
  it("a late put of what was deleted brings nothing back", async () => {
    await write("1");
    await seen(reader);
    const late = [...world.kv.snapshot()].filter(([key]) => key.includes("/a/"));
    world.seconds(2);
    await writer.assets.delete(assetId("default", "tool"), UNCONDITIONAL, writer.commit());
    await writer.settled();
    world.kv.restore(new Map(late));
    for (const isolate of [writer, new Isolate(world)]) expect((await seen(isolate)).etag).toBeNull();
    world.seconds(BOUND_SECONDS * 2);
    await writer.edge.journal.renew();
    world.kv.restore(new Map(late));
    expect((await seen(new Isolate(world))).etag).toBeNull();
  });

  it("not while the database is down either: what is refuted is 503, not served stale", async () => {
    await write("1");
    const late = [...world.kv.snapshot()].filter(([key]) => key.includes("/a/"));
    world.seconds(2);
    await writer.assets.delete(assetId("default", "tool"), UNCONDITIONAL, writer.commit());
    await writer.settled();
    world.kv.restore(new Map(late));
    world.databaseDown = true;
    await expect(seen(new Isolate(world))).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("I3: one isolate never goes backwards for a key", () => {
  it("after it has served a newer version, no older copy of KV or a replica", async () => {
    await write("1");
    const old = world.kv.snapshot();
    world.lagging.set(
      "tool",
      await new D1AssetStore(env.DB, withoutJournal()).get(assetId("default", "tool"), "primary"),
    );
    await seen(reader);
    await write("2");
    expect((await seen(reader, "tool", "newest")).etag).toBe('"2"');
    world.kv.restore(old);
    for (let times = 0; times < 5; times += 1) {
      world.seconds(10);
      expect((await seen(reader)).etag).toBe('"2"');
    }
  });
});

describe("I4: KV down or slow", () => {
  it.each(["fails", "hangs"] as const)(
    "answers come from memory and D1, and KV is left alone for 10 s, when it %s",
    async (mode) => {
      await write("1");
      await seen(reader);
      world.kv.mode = mode;
      expect((await seen(reader)).tier).toBe("MEMORY");
      expect((await seen(new Isolate(world))).etag).toBe('"1"');
      await write("2");
      world.seconds(BOUND_SECONDS + 2);
      expect((await seen(reader)).etag).toBe('"2"');
      const isolate = new Isolate(world);
      await seen(isolate);
      const asked = world.kv.gets;
      for (let times = 0; times < 5; times += 1) expect((await seen(isolate)).etag).toBe('"2"');
      expect(world.kv.gets).toBe(asked);
    },
  );
});

describe("I5: D1 down", () => {
  it("known assets are served for 24 h, past the bound marked stale; an unknown name is 503; writes are 503", async () => {
    await write("1");
    await seen(reader);
    world.databaseDown = true;
    expect((await seen(reader)).tier).toBe("MEMORY");
    world.seconds(BOUND_SECONDS + 2);
    expect(await seen(reader)).toMatchObject({ etag: '"1"', tier: "STALE" });
    expect((await seen(reader)).age).toBeGreaterThan(BOUND_SECONDS);
    expect(await seen(new Isolate(world))).toMatchObject({ etag: '"1"', tier: "STALE" });
    for (const isolate of [reader, new Isolate(world)]) {
      await expect(seen(isolate, "unknown")).rejects.toMatchObject({
        kind: "unavailable",
        headers: { "Retry-After": "5" },
      });
      await expect(isolate.assets.put(version("2"), UNCONDITIONAL, isolate.commit())).rejects.toMatchObject({
        kind: "unavailable",
      });
    }
    world.seconds(24 * 3_600);
    await expect(seen(reader)).rejects.toMatchObject({ kind: "unavailable" });
    world.databaseDown = false;
    expect((await seen(reader)).etag).toBe('"1"');
  });
});

describe("I6: both down", () => {
  it("memory answers, marked stale; else 503; never an empty list", async () => {
    await write("1");
    await seen(reader);
    const list = (isolate: Isolate) =>
      isolate.assets.list(namespaceNamed("default"), null, 10, isolate.reading());
    expect((await list(reader)).value.assets).toHaveLength(1);
    world.databaseDown = true;
    world.kv.mode = "fails";
    world.seconds(BOUND_SECONDS + 60);
    expect(await seen(reader)).toMatchObject({ etag: '"1"', tier: "STALE" });
    expect((await list(reader)).value.assets).toHaveLength(1);
    const cold = new Isolate(world);
    await expect(seen(cold)).rejects.toMatchObject({ kind: "unavailable" });
    await expect(list(cold)).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("I7: credentials", () => {
  it("a revoked key stops working within the bound; while no store can tell, a live one is found as stale", async () => {
    const digest = await apiKeyDigest("some key");
    const grants = ["view@*"];
    const key = { digest, name: "ci", grants, expiresAt: null, mayFollow: [], mayTakeOver: true };
    await writer.keys.create(key, writer.commit());
    await writer.settled();
    const find = async (isolate: Isolate) => {
      const { value, tier } = await isolate.keys.find(digest, isolate.reading());
      await isolate.settled();
      return { revokedAt: value?.revokedAt, tier };
    };
    expect(await find(reader)).toMatchObject({ revokedAt: null });
    world.databaseDown = true;
    world.seconds(BOUND_SECONDS + 2);
    for (const isolate of [reader, new Isolate(world)])
      expect(await find(isolate)).toEqual({ revokedAt: null, tier: "STALE" });
    world.databaseDown = false;
    world.kv.dropsPuts = true;
    await writer.keys.revoke("ci", [grants], writer.commit());
    world.seconds(BOUND_SECONDS + 2);
    expect((await find(reader)).revokedAt).not.toBeNull();
  });
});

describe("I8: the cron is dead", () => {
  it("answers are right all the same, and isolates write the journal themselves", async () => {
    await write("1");
    world.kv.entries.clear();
    world.seconds(3_600);
    const isolate = new Isolate(world);
    expect(await seen(isolate)).toMatchObject({ etag: '"1"', tier: "D1" });
    expect([...world.kv.entries.keys()].some((key) => key.startsWith("hb:"))).toBe(true);
    world.seconds(6);
    await seen(isolate);
    expect((await seen(isolate)).tier).toBe("MEMORY");
  });
});

describe("I9: D1 restored to an earlier time", () => {
  it("one command starts a new epoch, and nothing of the undone time is served", async () => {
    await write("1");
    const { results } = await env.DB.prepare("SELECT * FROM assets").all();
    await write("undone");
    expect((await seen(reader)).etag).toBe('"undone"');
    await env.DB.batch([
      env.DB.prepare("UPDATE assets SET etag = ?1, definition = ?2, seq = ?3").bind(
        results[0]?.["etag"],
        results[0]?.["definition"],
        results[0]?.["seq"],
      ),
      env.DB.prepare("UPDATE meta SET seq = ?1").bind(results[0]?.["seq"]),
      env.DB.prepare(NEW_EPOCH),
    ]);
    world.seconds(BOUND_SECONDS + 2);
    for (const isolate of [reader, new Isolate(world)]) {
      expect((await seen(isolate)).etag).toBe('"1"');
      world.seconds(1);
      expect((await seen(isolate)).etag).toBe('"1"');
    }
  });
});

describe("what a request costs", () => {
  it("a hot GET asks neither D1 nor KV", async () => {
    await write("1");
    await seen(reader);
    const [calls, gets] = [world.databaseCalls, world.kv.gets];
    for (let times = 0; times < 10; times += 1) expect((await seen(reader)).tier).toBe("MEMORY");
    expect([world.databaseCalls, world.kv.gets]).toEqual([calls, gets]);
    expect(reader.assets.peek(assetId("default", "tool"), world.now, new Glance())?.value.etag).toBe('"1"');
    expect([world.databaseCalls, world.kv.gets]).toEqual([calls, gets]);
  });

  it("a cold place asks KV twice at the most, and D1 not at all", async () => {
    await write("1");
    const [calls, gets] = [world.databaseCalls, world.kv.gets];
    expect((await seen(new Isolate(world))).tier).toBe("KV");
    expect(world.databaseCalls).toBe(calls);
    expect(world.kv.gets - gets).toBeLessThanOrEqual(2);
  });

  it("a write is one batch of D1 and two puts of KV at the most, and puts that fail change no answer", async () => {
    world.seconds(2);
    const [calls, puts] = [world.databaseCalls, world.kv.puts];
    await write("1");
    expect(world.databaseCalls - calls).toBe(1);
    expect(world.kv.puts - puts).toBeLessThanOrEqual(2);
    world.kv.mode = "fails";
    await write("2");
    expect((await seen(writer)).etag).toBe('"2"');
  });

  it("strangers asking for names that never were put nothing in KV", async () => {
    await seen(reader, "never");
    const puts = world.kv.puts;
    for (let index = 0; index < 20; index += 1)
      expect((await seen(reader, `never-${index}`)).etag).toBeNull();
    expect(world.kv.puts).toBe(puts);
  });
});
