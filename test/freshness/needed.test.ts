import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { Glance } from "../../src/freshness/fresh-reader.ts";
import { JOURNAL_KEY } from "../../src/freshness/journal-keeper.ts";
import { UNCONDITIONAL, type StoredAsset } from "../../src/store/asset-store.ts";
import { loadCommitLog, MAX_CHANGES } from "../../src/store/d1/commit-log.ts";
import { assetId } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";

// Parts of the protocol that other tests do not miss when they are left out: each has a test of its own here.

const BOUND = BOUND_MS / 1000;
const ID = assetId("default", "tool");
let world: World;
let writer: Isolate;
let agent: Isolate;

/** One isolate has written an asset, and another has it in memory, which holds nothing else. */
beforeEach(async () => {
  await freshStorage();
  world = new World();
  writer = new Isolate(world);
  agent = new Isolate(world, { entries: 1 });
  await put("1");
  await seen(agent);
});

async function put(content: string, name = "tool", isolate = writer): Promise<void> {
  const id = assetId("default", name);
  const asset = { namespace: id.namespace, name: id.name, etag: `"${content}"`, definition: content };
  await isolate.assets.put({ ...asset, expressions: null }, UNCONDITIONAL, isolate.commit());
  await isolate.settled();
}

async function seen(isolate: Isolate, name = "tool", freshness: "bounded" | "newest" = "bounded") {
  const found = await isolate.assets.get(assetId("default", name), isolate.reading(freshness));
  await isolate.settled();
  return { etag: found.value?.etag ?? null, tier: found.tier };
}

describe("a journal is dated before the question, not when the answer comes (I1)", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["a read of the log", () => agent.edge.journal.renew()],
    ["a commit", () => put("other", "other", agent)],
  ])("%s that takes 100 s", async (_, ask) => {
    const answer = Promise.withResolvers<void>();
    world.delayed.push(answer.promise);
    const asked = ask();
    // The database has seen the question before it sees the next commit.
    while (world.answered < 1) await new Promise((done) => setTimeout(done, 5));
    world.kv.dropsPuts = true;
    const acknowledgedAt = world.now;
    await put("2");
    world.seconds(100);
    answer.resolve();
    await asked;
    world.now = acknowledgedAt + (BOUND + 2) * 1000;
    expect((await seen(agent)).etag).toBe('"2"');
  });
});

describe("the marks of what was served (I3)", () => {
  it("outlive the memory of it: no older copy of KV is served", async () => {
    const old = world.kv.snapshot();
    world.seconds(2);
    await put("2");
    await put("3", "other");
    world.kv.restore(old);
    expect((await seen(agent, "tool", "newest")).etag).toBe('"2"');
    await seen(agent, "other", "newest");
    expect(agent.assets.memory.size).toBe(1);
    expect((await seen(agent)).etag).toBe('"2"');
  });
});

describe("the fast path's glance", () => {
  let last: Glance<StoredAsset>;
  const peek = () => agent.assets.peek(ID, agent.edge.clock(), last)?.value.etag ?? null;

  beforeEach(() => {
    last = new Glance();
    expect([peek(), peek()]).toEqual(['"1"', '"1"']);
  });

  it("is taken again when another journal is known: what it refutes is not served", async () => {
    world.seconds(2);
    await put("2");
    world.seconds(4);
    await agent.edge.journal.current(agent.edge.clock(), BOUND_MS, agent.waitUntil);
    await agent.settled();
    expect(peek()).toBeNull();
  });

  it("ends with the bound, while nothing else is learned", async () => {
    world.kv.mode = "fails";
    world.databaseDown = true;
    world.seconds(BOUND + 1);
    await agent.edge.journal.current(agent.edge.clock(), BOUND_MS, agent.waitUntil);
    await agent.settled();
    expect(agent.edge.journal.recent(agent.edge.clock())).not.toBeNull();
    expect(peek()).toBeNull();
  });
});

describe("the commit log", () => {
  it("that cannot hold all changes says from where on it is whole", async () => {
    const more = 500;
    const { seq: start } = await loadCommitLog(env.DB, 0);
    const seq = start + MAX_CHANGES + more;
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n(seq) AS (SELECT ?1 + 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?2)
           INSERT INTO revisions (seq, kind, namespace, name, action, principal, at)
           SELECT seq, 'asset', 'default', 'n' || seq, 'create', 'tester', 0 FROM n`,
      ).bind(start, seq),
      env.DB.prepare("UPDATE meta SET seq = ?1").bind(seq),
    ]);
    const log = await loadCommitLog(env.DB, 0);
    expect(log).toMatchObject({ seq, since: seq - MAX_CHANGES });
    expect(log.changes.map(([, change]) => change).sort((a, b) => a - b)).toEqual(
      Array.from({ length: MAX_CHANGES }, (_, index) => log.since + index + 1),
    );
    expect(await loadCommitLog(env.DB, seq - 10)).toMatchObject({ since: seq - 10 });
  });

  it("has each key once, with its last change", async () => {
    for (const [content, name] of [
      ["2", "tool"],
      ["1", "other"],
      ["3", "tool"],
    ])
      await put(content ?? "", name);
    const { changes, seq } = await loadCommitLog(env.DB, 0);
    expect(changes).toEqual([
      [ID.key, seq],
      [assetId("default", "other").key, seq - 1],
    ]);
  });

  it("is dated by the database's clock", async () => {
    const { results } = await env.DB.prepare("SELECT unixepoch('subsec') * 1000 AS at").all<{ at: number }>();
    const { at } = await loadCommitLog(env.DB, 0);
    expect(Number.isInteger(at)).toBe(true);
    expect(at).toBeGreaterThanOrEqual(Math.floor(results[0]?.at ?? Infinity));
  });
});

describe("the session of a read", () => {
  it("is the primary's for the newest and for the log, the nearest replica's for what may be bounded", async () => {
    const sessions = async (work: () => Promise<unknown>) => {
      world.sessions.length = 0;
      await work();
      return [...world.sessions];
    };
    expect(await sessions(() => seen(agent, "tool", "newest"))).toEqual(["first-primary"]);
    expect(await sessions(() => agent.edge.journal.renew())).toEqual(["first-primary"]);
    expect(await sessions(() => seen(agent, "unknown"))).toEqual(["first-unconstrained"]);
    expect(await sessions(() => put("2"))).toEqual([null]);
  });

  it("is the primary's where a replica lags behind what is known (I1)", async () => {
    world.seconds(2);
    const { value } = await agent.assets.get(ID, agent.reading("newest"));
    world.lagging.set("tool", { epoch: await epoch(), g: 1, s: 1, value });
    await put("2");
    world.kv.entries.delete([...world.kv.entries.keys()].find((key) => key.includes("/a/")) ?? "");
    expect(await seen(new Isolate(world))).toEqual({ etag: '"2"', tier: "D1" });
    expect(world.sessions.at(-1)).toBe("first-primary");
  });

  async function epoch(): Promise<string> {
    return (await loadCommitLog(env.DB, 0)).epoch;
  }
});

describe("an isolate that does the cron's work (I8)", () => {
  it("asks D1 at most once a minute, also when it gets no answer", async () => {
    world.kv.entries.delete(JOURNAL_KEY);
    world.databaseDown = true;
    const minutes = 10;
    for (let seconds = 0; seconds < 60 * minutes; seconds += 6) {
      world.seconds(6);
      await agent.edge.journal.current(agent.edge.clock(), BOUND_MS, agent.waitUntil);
      await agent.settled();
    }
    const attempts = world.logged.filter(({ event }) => event === "journal-not-renewed").length;
    expect(attempts).toBeGreaterThan(minutes / 2);
    expect(attempts).toBeLessThanOrEqual(minutes);
  });
});
