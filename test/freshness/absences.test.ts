import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { beat } from "../../src/freshness/heartbeat.ts";
import { apiKeyKey } from "../../src/identity/cache-key.ts";
import { UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { D1AssetStore } from "../../src/store/d1/assets.ts";
import { assetId } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";
import { committer } from "../../src/freshness/committing.ts";

let world: World;
let isolate: Isolate;

beforeEach(async () => {
  await freshStorage();
  world = new World();
  isolate = new Isolate(world);
});

async function cron(): Promise<void> {
  await beat(isolate.edge, async () => 0, []);
  await isolate.settled();
}

const digestOf = (index: number) => `${index}`.padStart(64, "0");
const aKey = (digest: string, name = "ci") => ({
  digest,
  name,
  grants: ["view@default"],
  expiresAt: null,
  mayFollow: [],
  mayTakeOver: true,
});

async function callsFor(work: () => Promise<unknown>): Promise<number> {
  const before = world.databaseCalls;
  await work();
  await isolate.settled();
  return world.databaseCalls - before;
}

describe("an unknown key", () => {
  it("costs one query of D1 within the bound, and is known once it is made", async () => {
    await cron();
    const find = async () => (await isolate.keys.find(digestOf(1), isolate.reading())).value;
    expect(await callsFor(async () => expect(await find()).toBeNull())).toBe(1);
    for (let second = 0; second < (2 * BOUND_MS) / 1000; second += 5, world.seconds(5)) {
      if (second % 60 === 0) await cron();
      expect(await callsFor(find)).toBe(0);
    }
    await isolate.keys.create(aKey(digestOf(1)), isolate.commit());
    expect(await find()).toMatchObject({ name: "ci" });
  });

  it("displaces no key that exists, and no mark of what was served, however many there are", async () => {
    await isolate.keys.create(aKey(digestOf(0)), isolate.commit());
    await cron();
    const good = () => isolate.keys.find(digestOf(0), isolate.reading());
    await good();
    const { epoch } = isolate.edge.journal.held ?? { epoch: "" };
    for (let first = 1; first <= 2_050; first += 50) {
      const digests = Array.from({ length: 50 }, (_, offset) => digestOf(first + offset));
      const found = await Promise.all(digests.map((each) => isolate.keys.find(each, isolate.reading())));
      expect(found.every(({ value }) => value === null)).toBe(true);
    }
    await isolate.settled();
    expect(isolate.edge.served.of(apiKeyKey(digestOf(1)), epoch)).toBe(0);
    expect(isolate.edge.served.of(apiKeyKey(digestOf(0)), epoch)).toBeGreaterThan(0);
    expect(await callsFor(good)).toBe(0);
    // The newest are remembered, the oldest are not: their memory is bounded, too.
    expect(await callsFor(() => isolate.keys.find(digestOf(2_050), isolate.reading()))).toBe(0);
    expect(await callsFor(() => isolate.keys.find(digestOf(1), isolate.reading()))).toBe(1);
  });
});

describe("an unknown asset", () => {
  const MIB = 1024 * 1024;

  it("displaces no asset that exists, and takes the place of one that is deleted", async () => {
    const origin = new D1AssetStore(env.DB, committer(isolate.edge));
    const assets = new CachedAssetStore(origin, isolate.edge, { entries: 3, bytes: MIB });
    const tierOf = async (name: string) => {
      const { value, tier } = await assets.get(assetId("default", name), isolate.reading());
      await isolate.settled();
      return [value?.etag ?? null, tier];
    };
    const { namespace, name } = assetId("default", "tool");
    const asset = { namespace, name, etag: '"1"', definition: "{}", expressions: null };
    await assets.put(asset, UNCONDITIONAL, isolate.commit());
    await cron();
    expect(await tierOf("tool")).toEqual(['"1"', "MEMORY"]);
    for (let index = 0; index < 20; index += 1)
      expect(await tierOf(`unknown-${index}`)).toEqual([null, "D1"]);
    expect(await tierOf("unknown-19")).toEqual([null, "MEMORY"]);
    expect(await tierOf("tool")).toEqual(['"1"', "MEMORY"]);
    expect(assets.memory.size).toBe(1);
    await assets.delete(assetId("default", "tool"), UNCONDITIONAL, isolate.commit());
    await isolate.settled();
    expect(assets.memory).toMatchObject({ size: 0, bytes: 0 });
    expect(await tierOf("tool")).toEqual([null, "MEMORY"]);
    await assets.put({ ...asset, etag: '"2"' }, UNCONDITIONAL, isolate.commit());
    await isolate.settled();
    expect(await tierOf("tool")).toEqual(['"2"', "MEMORY"]);
    expect(assets.memory.size).toBe(1);
  });
});
