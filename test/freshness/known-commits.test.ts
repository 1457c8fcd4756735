import { describe, expect, it } from "vitest";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { JournalWatch } from "../../src/freshness/journal-watch.ts";
import { CachedNamespaceStore } from "../../src/freshness/cached-namespace-store.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import { assetKey } from "../../src/identity/cache-key.ts";
import type { Namespace } from "../../src/identity/names.ts";
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
  const changes = [[assetKey("team", "tool"), 4]] as const;
  edge.journal.extend({ at: NOW, epoch: "e", seq: 9, since: 2, changes }, NOW);
  return { edge, pass: (ms: number) => void (now += ms) };
}

describe("what is known of commits without asking the database", () => {
  it("is the namespace's last one; of everything the newest, and of a namespace that the journal does not name any before it", async () => {
    const watch = new JournalWatch(anIsolate().edge);
    const known = { epoch: "e", seq: 9 };
    expect(await watch.newest(team, waitUntil)).toEqual({ ...known, last: 4 });
    expect(await watch.newest(null, waitUntil)).toEqual({ ...known, last: 9 });
    expect(await watch.newest(other, waitUntil)).toEqual({ ...known, last: 2 });
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
  /** The store over a database that has these (null: it is down), and how often that was asked. */
  function aStore(edge: Edge, held: { names: readonly string[] | null }) {
    const asked = { times: 0 };
    const refused = () => Promise.reject(new Error("nothing is written"));
    const snapshot = <T>(look: (names: readonly string[]) => T) => {
      asked.times += 1;
      if (held.names === null) throw new DatabaseError("D1_ERROR: down");
      return { epoch: "e", g: 9, s: 9, value: look(held.names) };
    };
    const origin = {
      find: async (name: Namespace) => snapshot((names) => (names.includes(name) ? name : null)),
      page: async () => snapshot((names) => ({ names: names.map(namespaceNamed), more: false })),
      create: refused,
      delete: refused,
    };
    return { store: new CachedNamespaceStore(origin, edge), asked };
  }
  const bounded = () => testReading("bounded");
  const newest = () => testReading("newest");
  const all = { among: null, from: null, limit: 10 };

  it("are those of a copy within the bound, unless the newest are asked for", async () => {
    const held = { names: ["team"] };
    const { store, asked } = aStore(anIsolate().edge, held);
    const found = async (reading: typeof bounded) => [
      (await store.exists(team, reading())).value,
      (await store.page(all, reading())).value.names,
    ];
    expect(await found(bounded)).toEqual([true, ["team"]]);
    held.names = ["other"];
    expect(await found(bounded)).toEqual([true, ["team"]]);
    expect(asked.times).toBe(2);
    expect(await found(newest)).toEqual([false, ["other"]]);
    expect(asked.times).toBe(4);
  });

  it("are the database's past the bound", async () => {
    const { edge, pass } = anIsolate();
    const held = { names: ["team"] };
    const { store } = aStore(edge, held);
    await store.page(all, bounded());
    held.names = ["other"];
    pass(BOUND_MS + 1);
    expect((await store.page(all, bounded())).value).toMatchObject({ names: ["other"] });
  });

  it("are for a day those of a copy while the database is down, and one without a copy is not known to be absent", async () => {
    const { edge, pass } = anIsolate();
    const held: { names: readonly string[] | null } = { names: ["team"] };
    const { store } = aStore(edge, held);
    for (const name of [team, other]) await store.exists(name, bounded());
    await store.page(all, bounded());
    held.names = null;
    pass(BOUND_MS + 1);
    expect(await store.exists(team, bounded())).toMatchObject({ value: true, tier: "STALE" });
    await expect(store.exists(other, bounded())).rejects.toMatchObject({ kind: "unavailable" });
    pass(STALE_MS - BOUND_MS - 1);
    expect((await store.page(all, newest())).value).toMatchObject({ names: ["team"] });
    pass(1);
    await expect(store.page(all, bounded())).rejects.toMatchObject({ kind: "unavailable" });
  });
});
