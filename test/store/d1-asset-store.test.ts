import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { PAGE_BYTES, STORED_BYTES, UNCONDITIONAL, type WriteCondition } from "../../src/store/asset-store.ts";
import { D1AssetStore } from "../../src/store/d1/assets.ts";
import { sweepTombstones } from "../../src/store/d1/sweep.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { testCommit } from "../support/scope.ts";

const store = new D1AssetStore(env.DB, withoutJournal());
const COMMIT = testCommit();

const committed = { outcome: "committed", epoch: expect.any(String) };

beforeEach(freshStorage);

/** Puts an asset with two forms whose tags are `"<content>"` and `"<content>-x"`. */
async function put(content: string, condition: WriteCondition = UNCONDITIONAL, namespace = "default") {
  const { namespace: checked, name } = assetId(namespace, "tool");
  const expressions = { etag: `"${content}-x"`, definition: `[${content}]` };
  const asset = { namespace: checked, name, etag: `"${content}"`, definition: content, expressions };
  return store.put(asset, condition, COMMIT);
}
async function remove(condition: WriteCondition = UNCONDITIONAL) {
  return store.delete(assetId("default", "tool"), condition, COMMIT);
}
async function revisions() {
  const { results } = await env.DB.prepare(
    "SELECT seq, action, definition FROM revisions ORDER BY seq",
  ).all();
  return results;
}
const namespaceSeq = () => env.DB.prepare("SELECT seq FROM namespaces WHERE name = 'default'").first("seq");

describe("a write", () => {
  it("is a commit with a revision, and moves its namespace on", async () => {
    expect(await put("1")).toEqual({ ...committed, seq: 1, created: true });
    expect(await put("2")).toEqual({ ...committed, seq: 2, created: false });
    expect(await remove()).toEqual({ ...committed, seq: 3 });
    expect(await namespaceSeq()).toBe(3);
    expect(await put("3")).toEqual({ ...committed, seq: 4, created: true });
    expect(await namespaceSeq()).toBe(4);
    expect(await revisions()).toEqual([
      { seq: 1, action: "create", definition: "1" },
      { seq: 2, action: "update", definition: "2" },
      { seq: 3, action: "delete", definition: null },
      { seq: 4, action: "create", definition: "3" },
    ]);
    expect(await store.get(assetId("default", "tool"), "primary")).toMatchObject({
      s: 4,
      value: { definition: "3" },
    });
  });

  it("that fails leaves nothing: no revision, and the namespace where it was", async () => {
    await put("1");
    expect(await put("2", { match: ['"none"'], noneMatch: null })).toEqual({ outcome: "condition-failed" });
    expect(await put("2", UNCONDITIONAL, "nowhere")).toEqual({ outcome: "namespace-missing" });
    expect(await remove({ match: ['"none"'], noneMatch: null })).toEqual({ outcome: "condition-failed" });
    expect(await revisions()).toHaveLength(1);
    expect(await namespaceSeq()).toBe(1);
    await remove();
    expect(await remove()).toEqual({ outcome: "absent" });
    expect(await revisions()).toHaveLength(2);
  });

  it.each<[string, WriteCondition, string, string]>([
    ["If-Match: *", { match: "*", noneMatch: null }, "committed", "condition-failed"],
    ["If-None-Match: *", { match: null, noneMatch: "*" }, "condition-failed", "committed"],
    ["If-Match of its tag", { match: ['"1"'], noneMatch: null }, "committed", "condition-failed"],
    [
      "If-Match of its other form's tag",
      { match: ['"1-x"'], noneMatch: null },
      "committed",
      "condition-failed",
    ],
    ["If-None-Match of its tag", { match: null, noneMatch: ['"1"'] }, "condition-failed", "committed"],
    [
      "If-None-Match of its other form's",
      { match: null, noneMatch: ['"1-x"'] },
      "condition-failed",
      "committed",
    ],
    ["If-None-Match of another", { match: null, noneMatch: ['"2"'] }, "committed", "committed"],
  ])("with %s is decided by what is there, and a deleted asset is not", async (_, condition, there, gone) => {
    await put("1");
    expect((await put("1", condition)).outcome).toBe(there);
    await remove();
    expect((await put("1", condition)).outcome).toBe(gone);
  });
});

describe("a deleted asset", () => {
  it("is read as an absence with the commit of its delete, and not listed", async () => {
    await put("1");
    await remove();
    expect(await store.get(assetId("default", "tool"), "primary")).toMatchObject({ g: 2, s: 2, value: null });
    expect(await store.get(assetId("default", "never"), "primary")).toMatchObject({
      g: 2,
      s: null,
      value: null,
    });
    expect((await store.list(null, null, 10, "primary")).value?.assets).toEqual([]);
  });
});

async function insert(name: string, members: { seq: number; at: number; deleted: number; size?: number }) {
  const { seq, at, deleted, size = 1 } = members;
  await env.DB.prepare(
    `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
     VALUES ('default', ?1, ?2, ?2, '"e"', ?3, 'tester', ?4, ?5)`,
  )
    .bind(name, seq, "x".repeat(size), at, deleted)
    .run();
}

describe("sweeping tombstones", () => {
  it("deletes those from before a time whose commit a journal knows, and nothing that lives", async () => {
    await insert("swept", { seq: 3, at: 99, deleted: 1 });
    await insert("young", { seq: 2, at: 100, deleted: 1 });
    await insert("unknown", { seq: 4, at: 1, deleted: 1 });
    await insert("alive", { seq: 1, at: 1, deleted: 0 });
    expect(await sweepTombstones(env.DB, 100, 3)).toBe(1);
    const { results } = await env.DB.prepare("SELECT name FROM assets ORDER BY name").all<{ name: string }>();
    expect(results.map(({ name }) => name)).toEqual(["alive", "unknown", "young"]);
  });

  it("takes a thousand at a time", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1002)
       INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
       SELECT 'default', 'n' || i, 1, 1, '"e"', '{}', 'tester', 0, 1 FROM n`,
    ).run();
    expect([await sweepTombstones(env.DB, 1, 1), await sweepTombstones(env.DB, 1, 1)]).toEqual([1_000, 2]);
  });
});

describe("a page of assets", () => {
  const size = STORED_BYTES - 100_000;
  const fit = Math.floor(PAGE_BYTES / size);

  it("holds what fits its bytes, the rest being on the next", async () => {
    for (let index = 0; index < fit + 2; index += 1)
      await insert(`a${index}`, { seq: index + 1, at: 0, deleted: 0, size });
    const first = (await store.list(null, null, 100, "primary")).value;
    expect(first?.assets).toHaveLength(fit);
    const from = { key: first?.next ?? "", inclusive: false };
    const second = (await store.list(null, from, 100, "primary")).value;
    expect(second?.assets.map(({ name }) => name)).toEqual([`a${fit}`, `a${fit + 1}`]);
    expect(second?.next).toBeNull();
  });

  it("has assets of any size in their order, as they were written", async () => {
    const sizes = [1, 450_000, 1_800_000, 5, 499_000, 499_000, 20, 700_000, 700_000, 3];
    const contents = sizes.map(
      (length, index) => `{"${index}":"${"é".repeat(index % 2)}${"x".repeat(length)}"}`,
    );
    for (const [index, content] of contents.entries()) {
      const { namespace, name } = assetId("default", `tool-${index}`);
      const expressions = content.length < 100 ? { etag: `"${index}-x"`, definition: "[😀]" } : null;
      const asset = { namespace, name, etag: `"${index}"`, definition: content, expressions };
      await store.put(asset, UNCONDITIONAL, COMMIT);
    }
    const { value } = await store.list(namespaceNamed("default"), null, 100, "primary");
    expect(value?.next).toBeNull();
    expect(value?.assets.map(({ definition }) => definition)).toEqual(contents);
    expect(value?.assets[3]).toEqual({
      namespace: "default",
      name: "tool-3",
      seq: 4,
      etag: '"3"',
      definition: contents[3],
      expressions: { etag: '"3-x"', definition: "[😀]" },
    });
    expect(value?.assets[1]?.expressions).toBeNull();
  });

  it("ends without a cursor, and starts at a name or after it", async () => {
    for (const [index, name] of ["a", "b", "c"].entries())
      await insert(name, { seq: index + 1, at: 0, deleted: 0 });
    const names = async (key: string, inclusive: boolean, limit = 10) => {
      const { value } = await store.list(
        assetId("default", "a").namespace,
        { key, inclusive },
        limit,
        "primary",
      );
      return [value?.assets.map(({ name }) => name), value?.next];
    };
    expect(await names("", false, 2)).toEqual([["a", "b"], "b"]);
    expect(await names("", false, 3)).toEqual([["a", "b", "c"], null]);
    expect(await names("b", false)).toEqual([["c"], null]);
    expect(await names("b", true)).toEqual([["b", "c"], null]);
  });
});
