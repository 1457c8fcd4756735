import { describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { JournalWatch } from "../../src/freshness/journal-watch.ts";
import { JournaledNamespaceStore } from "../../src/freshness/journaled-namespace-store.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import { namespaceNamed } from "../support/names.ts";
import { testReading } from "../support/scope.ts";
import { DatabaseError } from "../../src/store/deadlines.ts";

const NOW = 1_800_000_000_000;
const [team, other] = ["team", "other"].map(namespaceNamed) as [
  ReturnType<typeof namespaceNamed>,
  ReturnType<typeof namespaceNamed>,
];
const waitUntil = () => undefined;

/** An isolate whose journal, known at `NOW`, is all that it can learn: KV and the database do not answer. */
function anIsolate() {
  let now = NOW;
  const edge: Edge = edgeOf({
    kv: {
      getWithMetadata: async () => ({ value: null, metadata: null }),
      put: async () => undefined,
    },
    readLog: async () => Promise.reject(new Error("D1_ERROR: down")),
    clock: { now: () => now, onSetBack: () => undefined },
    timer: (_ms, ring) => {
      const handle = setTimeout(ring, 0);
      return () => clearTimeout(handle);
    },
    log: () => undefined,
  });
  edge.journal.extend({ at: NOW, epoch: "e", seq: 9, since: 0, changes: [], namespaces: { team: 4 } }, NOW);
  return { edge, pass: (ms: number) => void (now += ms) };
}

describe("what is known of commits without asking the database", () => {
  it("is the namespace's last one; of everything, and of a namespace that may just have been deleted, the newest", async () => {
    const watch = new JournalWatch(anIsolate().edge);
    const known = { epoch: "e", seq: 9 };
    expect(await watch.newest(team, waitUntil)).toEqual({ ...known, last: 4 });
    expect(await watch.newest(null, waitUntil)).toEqual({ ...known, last: 9 });
    expect(await watch.newest(other, waitUntil)).toEqual({ ...known, last: 9 });
  });

  it("is nothing past the bound", async () => {
    const { edge, pass } = anIsolate();
    pass(BOUND_MS);
    expect(await new JournalWatch(edge).newest(team, waitUntil)).not.toBeNull();
    pass(1);
    expect(await new JournalWatch(edge).newest(team, waitUntil)).toBeNull();
  });
});

describe("namespaces", () => {
  /** The store, and how often the database was asked. */
  function aStore(edge: Edge, names: readonly string[] | null) {
    const asked = { times: 0 };
    const refused = () => Promise.reject(new Error("nothing is written"));
    const origin = {
      names: async () => {
        asked.times += 1;
        if (names === null) throw new DatabaseError("D1_ERROR: down");
        return names.map(namespaceNamed);
      },
      create: refused,
      delete: refused,
    };
    return { store: new JournaledNamespaceStore(origin, edge), asked };
  }
  const bounded = () => testReading("bounded");
  const newest = () => testReading("newest");

  it("are the journal's within the bound, unless the newest are asked for", async () => {
    const { store, asked } = aStore(anIsolate().edge, ["other", "team"]);
    expect((await store.names(bounded())).value).toEqual(["team"]);
    expect(asked.times).toBe(0);
    expect((await store.names(newest())).value).toEqual(["other", "team"]);
    expect(asked.times).toBe(1);
  });

  it("are the database's past the bound", async () => {
    const { edge, pass } = anIsolate();
    pass(BOUND_MS + 1);
    expect((await aStore(edge, ["other"]).store.names(bounded())).value).toEqual(["other"]);
  });

  it("are for a day those of the journal while the database is down, and one that it lacks is not known to be absent", async () => {
    const { edge, pass } = anIsolate();
    const { store } = aStore(edge, null);
    pass(BOUND_MS + 1);
    expect(await store.exists(team, bounded())).toMatchObject({ value: true, tier: "STALE" });
    await expect(store.exists(other, bounded())).rejects.toMatchObject({ kind: "unavailable" });
    pass(STALE_MS - BOUND_MS - 1);
    expect((await store.names(newest())).value).toEqual(["team"]);
    pass(1);
    await expect(store.names(bounded())).rejects.toMatchObject({ kind: "unavailable" });
  });
});
