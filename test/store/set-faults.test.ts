import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { Spent } from "../../src/observability/spent.ts";
import { deadlined } from "../../src/store/d1/deadlined.ts";
import { D1SetStore } from "../../src/store/d1/sets.ts";
import { Deadlines } from "../../src/store/deadlines.ts";
import { freshStorage, storedRows } from "../support/worker.ts";
import { assetNamed, namespaceNamed } from "../support/names.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { testCommit } from "../support/scope.ts";

const COMMIT = testCommit();
const DEFAULT = namespaceNamed("default");
const PUTS = ["a", "b"].map((name) => ({
  namespace: DEFAULT,
  name: assetNamed(name),
  etag: `"${name}"`,
  definition: `{"name":"${name}"}`,
  expressions: null,
}));

beforeEach(freshStorage);

/** D1 that dies at the nth statement of a batch, or just before or after the batch. */
function failingAt(step: number | "before" | "after"): D1Database {
  const fail = () => {
    throw new Error("the process was killed");
  };
  const proxied = {
    prepare: (sql: string) => env.DB.prepare(sql),
    async batch(statements: D1PreparedStatement[]) {
      if (step === "before") fail();
      const broken = env.DB.prepare("SELECT * FROM no_such_table");
      const results = await env.DB.batch(statements.map((each, index) => (index === step ? broken : each)));
      if (step === "after") fail();
      return results;
    },
  };
  return proxied as unknown as D1Database;
}

it("an apply that dies at any step leaves all of it or nothing", async () => {
  const store = new D1SetStore(env.DB, withoutJournal());
  await store.apply(
    { namespace: DEFAULT, seq: 0, puts: [{ ...PUTS[0]!, name: assetNamed("old") }], deletes: [] },
    COMMIT,
  );
  const state = await store.state(DEFAULT, []);
  const set = { namespace: DEFAULT, seq: state?.seq ?? 0, puts: PUTS, deletes: [assetNamed("old")] };
  const before = await storedRows();
  const steps = ["before" as const, ...Array.from({ length: 7 }, (_, index) => index)];
  for (const step of steps) {
    await expect(new D1SetStore(failingAt(step), withoutJournal()).apply(set, COMMIT)).rejects.toThrow(
      /killed|no such table/,
    );
    expect([step, await storedRows()]).toEqual([step, before]);
  }
  await expect(new D1SetStore(failingAt("after"), withoutJournal()).apply(set, COMMIT)).rejects.toThrow(
    /killed|no such table/,
  );
  const after = await storedRows();
  expect(after).not.toBe(before);
  expect(await store.names(DEFAULT, "", 10)).toEqual(["a", "b"]);
});

it("seqs of a set are its own, one each, and the namespace carries the last", async () => {
  const store = new D1SetStore(env.DB, withoutJournal());
  const result = await store.apply({ namespace: DEFAULT, seq: 0, puts: PUTS, deletes: [] }, COMMIT);
  expect(result).toEqual({ outcome: "committed", first: 1, last: 2 });
  const { results } = await env.DB.prepare("SELECT seq, name, action FROM revisions ORDER BY seq").all();
  expect(results).toEqual([
    { seq: 1, name: "a", action: "create" },
    { seq: 2, name: "b", action: "create" },
  ]);
  expect(await store.state(DEFAULT, [assetNamed("b"), assetNamed("c")])).toEqual({
    seq: 2,
    assets: [{ name: "b", etag: '"b"', createdBy: "tester" }],
  });
});

it("seqs go on over the groups that a set of more than one bound parameter is cut into", async () => {
  const store = new D1SetStore(env.DB, withoutJournal());
  const filler = "x".repeat(400_000);
  const puts = Array.from({ length: 10 }, (_, index) => ({
    ...PUTS[0]!,
    name: assetNamed(`n${index}`),
    etag: `"${index}"`,
    definition: `{"name":"n${index}","filler":"${filler}"}`,
  }));
  const result = await store.apply({ namespace: DEFAULT, seq: 0, puts, deletes: [] }, COMMIT);
  expect(result).toEqual({ outcome: "committed", first: 1, last: 10 });
  const { results } = await env.DB.prepare("SELECT seq, name FROM revisions ORDER BY seq").all();
  expect(results).toEqual(puts.map(({ name }, index) => ({ seq: index + 1, name })));
});

it("seqs go on over the groups of deletes, after those of the puts", async () => {
  const count = 6_000;
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
     SELECT 'default', printf('%05d', i) || ?1, 0, 0, '"e"', '{}', 'tester', 0, 0 FROM n`,
  )
    .bind("x".repeat(250))
    .run();
  const store = new D1SetStore(env.DB, withoutJournal());
  const deletes = await store.names(DEFAULT, "", count);
  expect(deletes).toHaveLength(count);
  const result = await store.apply({ namespace: DEFAULT, seq: 0, puts: PUTS, deletes }, COMMIT);
  expect(result).toEqual({ outcome: "committed", first: 1, last: count + 2 });
  const seqs = await env.DB.prepare(
    "SELECT COUNT(DISTINCT seq) AS n, MIN(seq) AS low, MAX(seq) AS high FROM assets WHERE deleted = 1",
  ).first();
  expect(seqs).toEqual({ n: count, low: 3, high: count + 2 });
  expect(await store.names(DEFAULT, "", count)).toEqual(["a", "b"]);
});

it("a set brings back what was deleted, in both forms, and loses against what was written since", async () => {
  const store = new D1SetStore(env.DB, withoutJournal());
  const [a] = PUTS;
  if (a === undefined) throw new Error("no put");
  const both = { ...a, expressions: { etag: '"x"', definition: "[]" } };
  const outcomes = [
    await store.apply({ namespace: DEFAULT, seq: 0, puts: [a], deletes: [] }, COMMIT),
    await store.apply({ namespace: DEFAULT, seq: 1, puts: [], deletes: [a.name] }, COMMIT),
    await store.apply({ namespace: DEFAULT, seq: 1, puts: [both], deletes: [] }, COMMIT),
    await store.apply({ namespace: DEFAULT, seq: 2, puts: [both], deletes: [] }, COMMIT),
  ];
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["committed", "committed", "changed", "committed"]);
  const row = await env.DB.prepare(
    "SELECT seq, created_seq, deleted, expressions_etag, expressions FROM assets",
  ).all();
  expect(row.results).toEqual([
    { seq: 3, created_seq: 3, deleted: 0, expressions_etag: '"x"', expressions: "[]" },
  ]);
});

it("definitions are read in the order of the names while they fit, and no further", async () => {
  const store = new D1SetStore(env.DB, withoutJournal());
  const puts = ["c", "a", "b"].map((name) => ({
    ...PUTS[0]!,
    name: assetNamed(name),
    definition: JSON.stringify({ name, filler: "é".repeat(100) }),
  }));
  await store.apply({ namespace: DEFAULT, seq: 0, puts, deletes: [] }, COMMIT);
  const names = ["b", "none", "c", "a"].map(assetNamed);
  const size = new TextEncoder().encode(puts[0]?.definition).byteLength;
  const read = async (bytes: number) => [...(await store.definitions(DEFAULT, names, bytes)).keys()].sort();
  expect(await read(size - 1)).toEqual([]);
  expect(await read(2 * size)).toEqual(["b", "c"]);
  expect(await read(3 * size)).toEqual(["a", "b", "c"]);
});

it("a set reads rows in proportion to its own size, however large the namespace is", async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
     INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
     SELECT 'default', printf('n%05d', i), 0, 0, '"x"', '{}', 'x', 0 FROM n`,
  ).run();
  const spent = new Spent();
  const deadlines = new Deadlines(Date.now, runtimeTimer);
  const store = new D1SetStore(
    deadlined(env.DB, deadlines, (call) => spent.queried(call)),
    withoutJournal(),
  );
  const deletes = ["n01000", "n02000"].map(assetNamed);
  await store.apply({ namespace: DEFAULT, seq: 0, puts: PUTS, deletes }, COMMIT);
  expect(spent.rowsRead).toBeGreaterThan(0);
  expect(spent.rowsRead).toBeLessThan(100);
  const { results } = await env.DB.prepare("SELECT seq, name, action FROM revisions ORDER BY seq").all();
  expect(results).toEqual([
    { seq: 1, name: "a", action: "create" },
    { seq: 2, name: "b", action: "create" },
    { seq: 3, name: "n01000", action: "delete" },
    { seq: 4, name: "n02000", action: "delete" },
  ]);
});
