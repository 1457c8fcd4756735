import { beforeEach, describe, expect, it } from "vitest";
import { CLOCK_TOLERANCE_MS } from "../../src/freshness/database-time.ts";
import { UNDATED } from "../../src/freshness/journal.ts";
import { JOURNAL_KEY, RECHECK_MS } from "../../src/freshness/journal-keeper.ts";
import { SmallIsolate, SmallWorld } from "./protocol.ts";

let world: SmallWorld;
let isolate: SmallIsolate;

beforeEach(() => {
  world = new SmallWorld();
  isolate = new SmallIsolate(world);
});

const published = () =>
  JSON.parse(world.kv.get(JOURNAL_KEY)?.value ?? "{}") as { asOf?: number; seq?: number };
/** Changes the journal that lies in KV. */
function rewrite(members: object): void {
  world.kv.set(JOURNAL_KEY, { value: JSON.stringify({ ...published(), ...members }), metadata: null });
}

describe("the journal of an isolate", () => {
  it("is read from KV again every five seconds, and is recent until then", async () => {
    await new SmallIsolate(world).edge.journal.renew();
    await isolate.check();
    expect(isolate.edge.journal.held?.seq).toBe(0);
    rewrite({ seq: 5 });
    world.seconds(RECHECK_MS / 1_000 - 1);
    await isolate.check();
    expect([isolate.edge.journal.held?.seq, isolate.edge.journal.recent(world.now)?.seq]).toEqual([0, 0]);
    world.seconds(1);
    expect(isolate.edge.journal.recent(world.now)).toBeNull();
    await isolate.check();
    expect(isolate.edge.journal.recent(world.now)?.seq).toBe(5);
  });

  it("is dated before its log is read", async () => {
    const askedAt = world.now;
    world.slow = 50_000;
    await isolate.edge.journal.renew();
    expect(isolate.edge.journal.held?.asOf).toBe(askedAt);
  });

  it("has another number whenever it is another", async () => {
    const numbers = [isolate.edge.journal.generation];
    await isolate.edge.journal.renew();
    numbers.push(isolate.edge.journal.generation);
    isolate.setBack();
    numbers.push(isolate.edge.journal.generation);
    expect(new Set(numbers).size).toBe(3);
  });

  it("has no date once the clock was set back, is not published then, and has one when the database has answered", async () => {
    await isolate.edge.journal.renew();
    isolate.setBack();
    expect(isolate.edge.journal.held?.asOf).toBe(UNDATED);
    world.puts.length = 0;
    world.seconds(2);
    await isolate.edge.journal.publish();
    expect(world.puts).toEqual([]);
    await isolate.edge.journal.renew();
    expect(isolate.edge.journal.held?.asOf).toBe(world.now);
    expect(world.puts).toEqual([JOURNAL_KEY]);
  });

  it("that another isolate has dated is not believed after the clock was set back, but what it knows is", async () => {
    await isolate.check();
    isolate.setBack();
    await new SmallIsolate(world).edge.journal.renew();
    rewrite({ seq: 9 });
    world.down = true;
    world.seconds(6);
    await isolate.check();
    expect(isolate.edge.journal.held).toMatchObject({ asOf: UNDATED, seq: 9 });
  });

  it("from the future shows that this clock is behind; within the tolerance of two clocks it is believed", async () => {
    await new SmallIsolate(world).edge.journal.renew();
    rewrite({ asOf: world.now + CLOCK_TOLERANCE_MS });
    await isolate.check();
    expect(isolate.edge.journal.held?.asOf).toBe(world.now + CLOCK_TOLERANCE_MS);
    rewrite({ asOf: world.now + 60_000 });
    world.seconds(6);
    world.down = true;
    await isolate.check();
    expect(isolate.edge.journal.held?.asOf).toBe(UNDATED);
  });

  it("is dated in KV by the clock of the database", async () => {
    const ahead = new SmallIsolate(world, { ahead: 3_600_000 });
    await ahead.edge.journal.renew();
    expect(published().asOf).toBe(world.now);
    expect(ahead.edge.journal.held?.asOf).toBe(world.now + 3_600_000);
  });
});

describe("publishing", () => {
  it("of a burst is two puts: the first, and one a second later with what is known by then", async () => {
    await isolate.edge.journal.renew();
    world.seconds(2);
    world.puts.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => isolate.edge.journal.publish()));
    expect(world.puts).toEqual([JOURNAL_KEY, JOURNAL_KEY]);
  });
});

describe("a dead cron", () => {
  it("is done the work of by an isolate, once a minute, and what it finds is published", async () => {
    await new SmallIsolate(world).edge.journal.renew();
    await isolate.check();
    world.seconds(119);
    await isolate.check();
    expect(world.asked).toEqual(["log"]);
    world.down = true;
    const minutes = 5;
    for (let seconds = 0; seconds < 60 * minutes; seconds += 6) {
      world.seconds(6);
      await isolate.check();
    }
    expect(world.asked.length - 1).toBeGreaterThanOrEqual(minutes - 1);
    expect(world.asked.length - 1).toBeLessThanOrEqual(minutes);
    world.down = false;
    world.seconds(60);
    await isolate.check();
    expect(published().asOf).toBe(world.now);
  });
});

describe("the last run of the cron", () => {
  const cronSilences = () => world.logged.filter(({ event }) => event === "cron-silent");

  /** So many seconds, with a look for a newer journal every six. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 6) {
      world.seconds(6);
      await isolate.check();
    }
  }

  it("is its own, whoever has published since", async () => {
    expect(isolate.edge.journal.cronAge).toBeNull();
    await isolate.edge.journal.renew();
    expect(isolate.edge.journal.cronAge).toBeNull();
    await new SmallIsolate(world).edge.journal.renew("cron");
    world.seconds(30);
    await isolate.check();
    await isolate.edge.journal.renew();
    await isolate.commit("a", "1");
    expect(isolate.edge.journal.cronAge).toBe(30_000);
  });

  it("is missed after three minutes, once a minute, also while isolates publish in its place", async () => {
    await new SmallIsolate(world).edge.journal.renew("cron");
    await pass(180);
    expect(cronSilences()).toEqual([]);
    expect(published().asOf).toBeGreaterThan(world.now - 120_000);
    await pass(6);
    expect(cronSilences()).toMatchObject([{ level: "warn", seconds: 186 }]);
    await pass(54);
    expect(cronSilences()).toHaveLength(1);
    await pass(6);
    expect(cronSilences()).toHaveLength(2);
    await new SmallIsolate(world).edge.journal.renew("cron");
    await pass(120);
    expect(cronSilences()).toHaveLength(2);
  });
});
