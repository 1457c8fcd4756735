import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { D1SetStore } from "../../src/store/d1-set-store.ts";
import { freshStorage, storedRows } from "../support/worker.ts";
import { assetNamed, namespaceNamed } from "../support/names.ts";

const COMMIT = { principal: "tester", at: 1, reason: null, waitUntil: () => undefined };
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
  const store = new D1SetStore(env.DB);
  await store.apply(
    { namespace: DEFAULT, seq: 0, puts: [{ ...PUTS[0]!, name: assetNamed("old") }], deletes: [] },
    COMMIT,
    0,
  );
  const state = await store.state(DEFAULT);
  const set = { namespace: DEFAULT, seq: state?.seq ?? 0, puts: PUTS, deletes: [assetNamed("old")] };
  const before = await storedRows();
  const steps = ["before" as const, ...Array.from({ length: 8 }, (_, index) => index)];
  for (const step of steps) {
    await expect(new D1SetStore(failingAt(step)).apply(set, COMMIT, 0)).rejects.toThrow(
      /killed|no such table/,
    );
    expect([step, await storedRows()]).toEqual([step, before]);
  }
  await expect(new D1SetStore(failingAt("after")).apply(set, COMMIT, 0)).rejects.toThrow(
    /killed|no such table/,
  );
  const after = await storedRows();
  expect(after).not.toBe(before);
  expect((await store.state(DEFAULT))?.assets.map(({ name }) => name)).toEqual(["a", "b"]);
});

it("seqs of a set are its own, one each, and the namespace carries the last", async () => {
  const store = new D1SetStore(env.DB);
  const { result } = await store.apply({ namespace: DEFAULT, seq: 0, puts: PUTS, deletes: [] }, COMMIT, 0);
  expect(result).toEqual({ outcome: "committed", first: 1, last: 2 });
  const { results } = await env.DB.prepare("SELECT seq, name, action FROM revisions ORDER BY seq").all();
  expect(results).toEqual([
    { seq: 1, name: "a", action: "create" },
    { seq: 2, name: "b", action: "create" },
  ]);
  expect((await store.state(DEFAULT))?.seq).toBe(2);
});
