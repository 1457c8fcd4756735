import { beforeEach, describe, expect, it } from "vitest";
import { apiKeyDigest } from "../../src/auth/api-keys.ts";
import { BOUND_MS } from "../../src/cache/admit.ts";
import { UNCONDITIONAL, type AssetWrite } from "../../src/store/asset-store.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "./isolate.ts";

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
  namespace: "default",
  name,
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
  const reading = isolate.reading(freshness);
  const asset = await isolate.assets.get("default", name, reading);
  await isolate.settled();
  return { etag: asset?.etag ?? null, tier: reading.tier, age: reading.ageSeconds };
}

describe("API keys", () => {
  it("a revoked key stops working within the bound, and when no store can tell it is 503, never good and never bad", async () => {
    const digest = await apiKeyDigest("some key");
    await writer.keys.create({ digest, name: "ci", grants: ["view@*"], expiresAt: null }, writer.commit());
    await writer.settled();
    const find = (isolate: Isolate) => isolate.keys.find(digest, isolate.reading());
    expect(await find(reader)).toMatchObject({ revokedAt: null });
    world.kv.dropsPuts = true;
    await writer.keys.revoke("ci", writer.commit());
    world.seconds(BOUND_SECONDS + 2);
    expect((await find(reader))?.revokedAt).not.toBeNull();
    world.databaseDown = true;
    world.seconds(BOUND_SECONDS + 2);
    for (const isolate of [reader, new Isolate(world)])
      await expect(find(isolate)).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("what a request costs", () => {
  it("a hot GET asks neither D1 nor KV", async () => {
    await write("1");
    await seen(reader);
    const [calls, gets] = [world.databaseCalls, world.kv.gets];
    for (let times = 0; times < 10; times += 1) expect((await seen(reader)).tier).toBe("MEMORY");
    expect([world.databaseCalls, world.kv.gets]).toEqual([calls, gets]);
    expect(reader.assets.peek("default", "tool", world.now)?.value.etag).toBe('"1"');
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
