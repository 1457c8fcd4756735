import { beforeEach, describe, expect, it } from "vitest";
import fc from "fast-check";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { DatabaseTime } from "../../src/freshness/database-time.ts";
import { Glance } from "../../src/freshness/fresh-reader.ts";
import { JOURNAL_KEY } from "../../src/freshness/journal-keeper.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import { UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { assetId } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";

const PAST_BOUND = BOUND_MS / 1000 + 2;
const HOUR_MS = 3_600_000;
const ID = assetId("default", "tool");
let world: World;

beforeEach(async () => {
  await freshStorage();
  world = new World();
});

async function put(content: string, isolate: Isolate): Promise<void> {
  const { namespace, name } = ID;
  const asset = { namespace, name, etag: `"${content}"`, definition: content, expressions: null };
  world.seconds(2);
  await isolate.assets.put(asset, UNCONDITIONAL, isolate.commit());
  await isolate.settled();
}

async function seen(isolate: Isolate) {
  const found = await isolate.assets.get(ID, isolate.reading());
  await isolate.settled();
  return { etag: found.value?.etag ?? null, tier: found.tier, age: found.ageSeconds };
}

function journalInKv(): { asOf: number } {
  return JSON.parse(world.kv.entries.get(JOURNAL_KEY)?.value ?? "{}") as { asOf: number };
}

describe("the clock of an isolate", () => {
  it("never goes back, whatever its machine's clock does, and goes on at its pace", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -HOUR_MS, max: HOUR_MS })), (steps) => {
        let wall = 1_000_000_000;
        const clock = steadyClock(() => wall);
        let last = clock.now();
        for (const step of steps) {
          wall += step;
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(last);
          wall += 1_000;
          last = clock.now();
          // A step within the jitter is made up for before time goes on.
          expect(last - now).toBeGreaterThanOrEqual(step < 0 && step >= -500 ? 1_000 + step : 1_000);
          expect(last - now).toBeLessThanOrEqual(1_000);
        }
      }),
    );
  });

  it("says that it was set back, but not for the jitter of interleaved requests", () => {
    let wall = 1_000_000;
    const clock = steadyClock(() => wall);
    let times = 0;
    clock.onSetBack(() => (times += 1));
    for (const at of [1_000_100, 1_000_050, 1_000_090, 1_000_200]) {
      wall = at;
      clock.now();
    }
    expect([times, clock.now()]).toEqual([0, 1_000_200]);
    wall -= HOUR_MS;
    clock.now();
    clock.now();
    expect(times).toBe(1);
  });
});

describe("the database's time", () => {
  it("is never taken for later than it is, whatever the answers take on their way", () => {
    const answers = fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(100_000)), { minLength: 1 });
    const error = fc.integer({ min: -HOUR_MS, max: HOUR_MS });
    fc.assert(
      fc.property(answers, error, (all, ahead) => {
        const time = new DatabaseTime();
        let right = 1_000_000_000;
        for (const [there, back, pause] of all) {
          right += pause;
          time.heard(right + there, right + ahead, right + there + back + ahead);
          right += there + back;
          // An own date is no later than the instant it stands for: nothing seems younger than it is.
          expect(time.toOwn(right)).toBeLessThanOrEqual(right + ahead);
          expect(time.toDatabase(time.toOwn(right))).toBe(right);
        }
      }),
    );
  });

  it("says when the clocks turn out to differ, and not because an answer was slow", () => {
    const time = new DatabaseTime();
    expect(time.heard(1_000_000, 990_000, 1_000_100)).toBe(false);
    expect(time.heard(1_000_000 + HOUR_MS, 1_000_000, 1_000_100)).toBe(true);
    expect(time.heard(1_001_000 + HOUR_MS, 1_001_000, 1_001_100)).toBe(false);
    time.lose();
    expect(time.isLost).toBe(true);
    time.heard(1_000_000, 1_000_000, 1_000_100);
    expect(time.isLost).toBe(false);
  });
});

describe("I1 with clocks that are wrong", () => {
  const errors = [-HOUR_MS, -600_000, 0, 600_000, HOUR_MS];
  const pairs = errors.flatMap((writer) => errors.map((reader) => [writer, reader] as const));

  it.each(pairs)("the writer's by %i ms, the reader's by %i ms", async (writerAhead, readerAhead) => {
    const writer = new Isolate(world, { ahead: writerAhead });
    const reader = new Isolate(world, { ahead: readerAhead });
    await put("1", writer);
    expect((await seen(reader)).etag).toBe('"1"');
    expect(journalInKv().asOf).toBeGreaterThan(world.now - 10_000);
    expect(journalInKv().asOf).toBeLessThanOrEqual(world.now);
    world.kv.dropsPuts = true;
    await put("2", writer);
    world.seconds(PAST_BOUND);
    expect((await seen(reader)).etag).toBe('"2"');
  });

  it("one that is set back while its isolate lives: what was overwritten is not served, nor called fresh", async () => {
    const writer = new Isolate(world);
    const reader = new Isolate(world);
    await put("1", writer);
    await seen(reader);
    world.kv.dropsPuts = true;
    await put("2", writer);
    world.seconds(PAST_BOUND);
    reader.ahead = -HOUR_MS;
    for (let minute = 0; minute < 60; minute += 5) {
      expect((await seen(reader)).etag).toBe('"2"');
      expect(reader.assets.peek(ID, reader.edge.clock(), new Glance())?.value.etag ?? '"2"').toBe('"2"');
      world.seconds(300);
    }
  });

  it("one that is set back is no reason to ask the database for ever: it is corrected by the next answer", async () => {
    const writer = new Isolate(world);
    const reader = new Isolate(world);
    await put("1", writer);
    expect((await seen(reader)).tier).toBe("KV");
    world.seconds(60);
    reader.ahead = -HOUR_MS;
    expect((await seen(reader)).tier).toBe("D1");
    world.seconds(6);
    await seen(reader);
    expect((await seen(reader)).tier).toBe("MEMORY");
  });

  it("one that is set back while D1 is silent: known assets are served, marked stale", async () => {
    const writer = new Isolate(world);
    const reader = new Isolate(world);
    await put("1", writer);
    await seen(reader);
    reader.ahead = -HOUR_MS;
    world.databaseHangs = true;
    expect(await seen(reader)).toMatchObject({ etag: '"1"', tier: "STALE" });
  });

  it.each([-HOUR_MS, HOUR_MS])(
    "by %i ms: its isolate lives on memory once D1 has told it the time",
    async (ahead) => {
      const writer = new Isolate(world);
      await put("1", writer);
      const reader = new Isolate(world, { ahead });
      await seen(reader);
      world.seconds(6);
      await seen(reader);
      expect(await seen(reader)).toMatchObject({ tier: "MEMORY" });
      expect(world.logged).toContainEqual(
        expect.objectContaining({ event: "clock-wrong", seconds: Math.round(ahead / 1000) }),
      );
    },
  );
});

describe("a journal from the future", () => {
  it("is not believed, nor is the one held before it, but what it knows of changes refutes copies", async () => {
    const writer = new Isolate(world);
    await put("1", writer);
    const reader = new Isolate(world);
    await seen(reader);
    await put("2", writer);
    const { value, metadata } = world.kv.entries.get(JOURNAL_KEY) ?? { value: "", metadata: null };
    const future = { ...JSON.parse(value), asOf: world.now + HOUR_MS };
    world.kv.entries.set(JOURNAL_KEY, { value: JSON.stringify(future), metadata });
    world.seconds(16);
    world.databaseDown = true;
    for (const [key] of world.kv.entries) if (key.includes("/a/")) world.kv.entries.delete(key);
    await expect(seen(reader)).rejects.toMatchObject({ kind: "unavailable" });
    world.databaseDown = false;
    expect(await seen(reader)).toMatchObject({ etag: '"2"', tier: "D1" });
  });

  it("shows a step back that no request could notice: the journal held is of unknown age", async () => {
    const writer = new Isolate(world);
    const reader = new Isolate(world);
    await put("1", writer);
    await seen(reader);
    const idleSince = world.now;
    world.seconds(50 * 60);
    await writer.edge.journal.renew();
    world.kv.dropsPuts = true;
    await put("2", writer);
    world.now = idleSince + 61 * 60_000;
    reader.ahead = -HOUR_MS;
    expect((await seen(reader)).etag).toBe('"2"');
  });

  it("within the tolerance of two clocks is believed", async () => {
    const writer = new Isolate(world);
    await put("1", writer);
    const reader = new Isolate(world, { ahead: -1_500 });
    expect((await seen(reader)).tier).toBe("KV");
  });
});
