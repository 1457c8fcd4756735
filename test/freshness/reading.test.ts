import { beforeEach, describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { extendJournal, MAX_JOURNAL_CHANGES } from "../../src/freshness/journal.ts";
import { JOURNAL_KEY } from "../../src/freshness/journal-keeper.ts";
import { SmallIsolate, SmallWorld } from "./protocol.ts";

const BOUND = BOUND_MS / 1_000;
let world: SmallWorld;
let writer: SmallIsolate;
let agent: SmallIsolate;

/** One isolate has written a text, and another has it in memory. */
beforeEach(async () => {
  world = new SmallWorld();
  writer = new SmallIsolate(world);
  agent = new SmallIsolate(world);
  await writer.commit("a", "1");
  expect((await agent.read("a")).slice(0, 2)).toEqual(["1", "KV"]);
});

/** Another writer commits, and KV keeps what it had. */
async function commitUnheard(name: string, value: string | null): Promise<void> {
  world.commit(name, value);
}

describe("a copy", () => {
  it("in memory is served without a question, and no longer than the bound", async () => {
    expect((await agent.read("a")).slice(0, 2)).toEqual(["1", "MEMORY"]);
    expect(world.asked).toEqual(["log"]);
    await commitUnheard("a", "2");
    world.seconds(BOUND + 1);
    expect((await agent.read("a")).slice(0, 2)).toEqual(["2", "D1"]);
  });

  it("in memory or KV that the journal refutes is not served", async () => {
    const old = new Map(world.kv);
    world.seconds(2);
    await writer.commit("a", "2");
    for (const [key, entry] of old) if (!key.startsWith("hb:")) world.kv.set(key, entry);
    world.seconds(4);
    await agent.check();
    expect((await agent.read("a")).slice(0, 2)).toEqual(["2", "D1"]);
    for (const [key, entry] of old) if (!key.startsWith("hb:")) world.kv.set(key, entry);
    expect((await new SmallIsolate(world).read("a"))[0]).toBe("2");
  });

  it("from before all that the journal knows is not served", async () => {
    const { journal } = agent.edge;
    const changes = Array.from(
      { length: MAX_JOURNAL_CHANGES + 1 },
      (_, index) => [`n${index}`, index + 9] as const,
    );
    const log = { at: world.now, epoch: "e", seq: 5_000, since: 0, changes };
    journal.learn(extendJournal(null, log, world.now));
    expect(journal.held?.since).toBeGreaterThanOrEqual(9);
    expect((await agent.read("a")).slice(0, 2)).toEqual(["1", "D1"]);
  });

  it("is not served to who asks for the newest, who is answered by the primary", async () => {
    world.asked.length = 0;
    await commitUnheard("a", "2");
    expect((await agent.read("a", "newest")).slice(0, 2)).toEqual(["2", "D1"]);
    expect(world.asked).toEqual(["primary"]);
  });

  it("is dated before the question, so its age counts the time that the answer took", async () => {
    world.slow = 100_000;
    await agent.read("a", "newest");
    world.slow = 0;
    const [, tier, age] = await agent.read("a");
    expect([tier, age]).toEqual(["MEMORY", 100]);
  });

  it("is dated in KV by the clock of the database, so its age is the same for every isolate", async () => {
    const ahead = new SmallIsolate(world, { ahead: 3_600_000 });
    await ahead.commit("b", "1");
    world.seconds(50);
    const journal = [...world.kv].find(([key]) => key.startsWith("hb:"));
    const dated = [...world.kv].find(([key]) => key.endsWith("/b"))?.[1].metadata;
    expect(dated).toMatchObject({ t: world.now - 50_000 });
    expect(journal?.[1].value).toContain(`"asOf":${world.now - 50_000}`);
  });

  it("of a name that never was is not put in KV, and of one that was deleted it is", async () => {
    const keysOf = () => [...world.kv.keys()].filter((key) => !key.startsWith("hb:"));
    const before = keysOf();
    expect((await agent.read("unknown"))[0]).toBeNull();
    expect(keysOf()).toEqual(before);
    world.kv.clear();
    world.commit("a", null);
    expect((await agent.read("a", "newest"))[0]).toBeNull();
    const cold = new SmallIsolate(world);
    await cold.edge.journal.renew();
    expect((await cold.read("a"))[0]).toBeNull();
    expect(keysOf()).toHaveLength(1);
  });

  it("that D1 gave one isolate is in KV for the next", async () => {
    const entry = [...world.kv.keys()].find((key) => !key.startsWith("hb:")) ?? "";
    world.kv.delete(entry);
    expect((await new SmallIsolate(world).read("a")).slice(0, 2)).toEqual(["1", "D1"]);
    expect((await new SmallIsolate(world).read("a")).slice(0, 2)).toEqual(["1", "KV"]);
  });

  it("of a replica is served when it is current, and otherwise the primary is asked", async () => {
    world.lagging = world.snapshot("a");
    world.seconds(2);
    await writer.commit("a", "2");
    world.kv.delete([...world.kv.keys()].find((key) => !key.startsWith("hb:")) ?? "");
    world.asked.length = 0;
    expect((await new SmallIsolate(world).read("a"))[0]).toBe("2");
    expect(world.asked).toEqual(["nearest", "primary"]);
    world.lagging = null;
    world.asked.length = 0;
    await new SmallIsolate(world, { kind: { encode: () => null } }).read("b");
    expect(world.asked).toEqual(["nearest"]);
  });
});

describe("what was served", () => {
  it("is remembered when memory has let go of it: nothing older follows", async () => {
    const old = new Map(world.kv);
    const small = new SmallIsolate(world, { entries: 1 });
    world.commit("a", "2");
    world.commit("b", "1");
    expect((await small.read("a", "newest"))[0]).toBe("2");
    await small.read("b", "newest");
    for (const [key, entry] of old) world.kv.set(key, entry);
    expect((await small.read("a"))[0]).toBe("2");
  });

  it("is what this isolate has committed, whatever KV brings late", async () => {
    const old = new Map(world.kv);
    const small = new SmallIsolate(world, { entries: 1 });
    await small.check();
    world.commit("a", "2");
    const { epoch, seq: s } = world;
    await small.reader.committed("a", { epoch, s, g: s, readAt: world.now, tombstone: false, value: "2" });
    await small.read("b", "newest");
    for (const [key, entry] of old) world.kv.set(key, entry);
    world.commit("b", "1");
    await small.read("b", "newest");
    expect((await small.read("a"))[0]).toBe("2");
  });

  it("is not displaced in memory by an older answer that comes late", async () => {
    const late = world.snapshot("a");
    world.commit("a", "2");
    expect((await agent.read("a", "newest"))[0]).toBe("2");
    const { epoch, g } = late;
    await agent.reader.committed("a", { epoch, s: g, g, readAt: 0, tombstone: false, value: "1" });
    expect((await agent.read("a")).slice(0, 2)).toEqual(["2", "MEMORY"]);
  });

  it("makes an older answer of the database be asked for again", async () => {
    const late = world.snapshot("a");
    const answers = [late];
    const small = new SmallIsolate(world, {
      entries: 1,
      kind: { load: async (name) => answers.shift() ?? world.snapshot(name) },
    });
    world.commit("a", "2");
    world.commit("b", "1");
    answers.length = 0;
    expect((await small.read("a", "newest"))[0]).toBe("2");
    await small.read("b", "newest");
    answers.push(late);
    expect((await small.read("a", "newest"))[0]).toBe("2");
  });
});

describe("while the database is down", () => {
  it("what is known is served stale, and what is unknown, refuted or kept for no longer than the bound is not", async () => {
    const brief = new SmallIsolate(world, { kind: { staleMs: 0 } });
    await brief.read("a");
    await writer.commit("b", "1");
    await agent.read("b");
    const copies = new Map([...world.kv].filter(([key]) => !key.startsWith("hb:")));
    world.seconds(2);
    await writer.commit("b", "2");
    for (const [key, entry] of copies) world.kv.set(key, entry);
    world.down = true;
    world.seconds(BOUND + 1);
    expect((await agent.read("a")).slice(0, 2)).toEqual(["1", "STALE"]);
    expect((await agent.read("unknown"))[1]).toBe("error");
    expect((await agent.read("b"))[1]).toBe("error");
    expect((await brief.read("a"))[1]).toBe("error");
  });

  it("what its kind keeps for no time past the bound is not served, also when its copy is of this instant", async () => {
    const brief = new SmallIsolate(world, { kind: { staleMs: 0 } });
    const journal = world.kv.get(JOURNAL_KEY);
    if (journal === undefined) throw new Error("no journal");
    world.commit("b", "1");
    world.seconds(BOUND + 1);
    await writer.edge.journal.renew();
    expect((await writer.read("b")).slice(0, 2)).toEqual(["1", "D1"]);
    world.kv.set(JOURNAL_KEY, journal);
    world.down = true;
    expect((await agent.read("b")).slice(0, 2)).toEqual(["1", "STALE"]);
    expect((await brief.read("b"))[1]).toBe("error");
  });

  it("an absence is not served, and does not keep the copy in KV from being", async () => {
    expect((await agent.read("b"))[0]).toBeNull();
    world.seconds(2);
    await writer.commit("b", "1");
    world.down = true;
    world.seconds(BOUND + 1);
    expect((await agent.read("b")).slice(0, 2)).toEqual(["1", "STALE"]);
    world.kv.clear();
    expect((await agent.read("unknown"))[1]).toBe("error");
  });
});

describe("a credential, past the bound while the database is down,", () => {
  const HOUR_MS = 3_600_000;
  const credential = { isCredential: true, staleMs: HOUR_MS };
  let gate: SmallIsolate;

  beforeEach(async () => {
    gate = new SmallIsolate(world, { kind: credential });
    await gate.read("a");
  });

  function outage(): void {
    world.down = true;
    world.seconds(BOUND + 1);
  }

  /** Another isolate, which reaches the database, deletes the text; what KV has of the text stays. */
  async function revoke(): Promise<void> {
    const copies = new Map([...world.kv].filter(([key]) => !key.startsWith("hb:")));
    world.down = false;
    await writer.commit("a", null);
    for (const [key, entry] of copies) world.kv.set(key, entry);
    world.down = true;
  }

  it("is served stale, to the isolate that has it and from KV to one that has not", async () => {
    outage();
    for (const isolate of [gate, new SmallIsolate(world, { kind: credential })])
      expect(await isolate.read("a")).toEqual(["1", "STALE", BOUND + 1]);
  });

  it("is served for as long as its kind says, counted when the database has failed to answer", async () => {
    outage();
    world.now += HOUR_MS - 1_000 * (BOUND + 1);
    expect((await gate.read("a"))[1]).toBe("STALE");
    world.slow = 1;
    expect((await gate.read("a"))[1]).toBe("error");
  });

  it("is judged by the journal in KV, which is read again although it was read a moment ago", async () => {
    outage();
    await gate.check();
    await revoke();
    expect((await gate.read("a"))[1]).toBe("error");
  });

  it("is judged by the journal in KV also when KV was left alone", async () => {
    outage();
    world.kvDown = true;
    for (let times = 0; times < 4; times += 1) await gate.edge.kv.get("k", 30);
    world.kvDown = false;
    expect((await gate.read("a"))[1]).toBe("STALE");
    await revoke();
    world.seconds(5);
    expect(gate.edge.kv.isLeftAlone).toBe(true);
    expect((await gate.read("a"))[1]).toBe("error");
  });

  it("is served where KV fails too, and the journal is asked for once in five seconds", async () => {
    outage();
    world.kvDown = true;
    await gate.read("a");
    world.gets.length = 0;
    for (let times = 0; times < 5; times += 1) expect((await gate.read("a"))[1]).toBe("STALE");
    expect(world.gets).toEqual([]);
    world.seconds(5);
    await gate.read("a");
    expect(world.gets.length).toBeGreaterThan(0);
  });

  it("is not served once the clock was set back, until the database has answered", async () => {
    outage();
    gate.setBack();
    agent.setBack();
    expect([(await gate.read("a"))[1], (await agent.read("a"))[1]]).toEqual(["error", "STALE"]);
    world.down = false;
    await gate.edge.journal.renew();
    world.down = true;
    expect((await gate.read("a"))[0]).toBe("1");
  });
});

describe("a restore", () => {
  it("is noticed by who reads the primary: the journal of the undone time is replaced", async () => {
    world.epoch = "f";
    world.seconds(1);
    await agent.read("a", "newest");
    await agent.settled();
    expect(agent.edge.journal.held?.epoch).toBe("f");
  });
});

describe("the fast path", () => {
  it("serves what memory holds while the journal is recent, and asks nothing", async () => {
    world.asked.length = 0;
    expect([agent.peek("a"), agent.peek("a"), agent.peek("b")]).toEqual(["1", "1", null]);
    world.seconds(4);
    expect(agent.peek("a")).toBe("1");
    world.seconds(1);
    expect(agent.peek("a")).toBeNull();
    expect(world.asked).toEqual([]);
  });

  it("ends with the bound", async () => {
    expect(agent.peek("a")).toBe("1");
    // Nothing else is learned meanwhile: another journal would make the copy be judged again.
    world.kv.clear();
    world.down = true;
    world.seconds(BOUND + 1);
    await agent.check();
    expect(agent.edge.journal.recent(world.now)).not.toBeNull();
    expect(agent.peek("a")).toBeNull();
  });

  it("does not serve what a newer journal refutes, nor by a journal of unknown age", async () => {
    expect(agent.peek("a")).toBe("1");
    world.commit("a", "2");
    await agent.edge.journal.renew();
    expect(agent.peek("a")).toBeNull();
    expect((await agent.read("a"))[0]).toBe("2");
    expect(agent.peek("a")).toBe("2");
    agent.setBack();
    expect(agent.peek("a")).toBeNull();
  });
});
