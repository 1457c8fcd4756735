import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { compareBytes } from "../../src/go-json/json.ts";
import {
  IF_ABSENT,
  UNCONDITIONAL,
  type AssetPage,
  type AssetStore,
  type AssetWrite,
  type PageFrom,
} from "../../src/store/asset-store.ts";
import { runs } from "../support/nightly.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { parseAssetName } from "../../src/identity/names.ts";
import { testCommit, testReading } from "../support/scope.ts";

const COMMIT = testCommit(1_700_000_000_000);
/** Promises hold for whoever may write and so reads the newest. */
const NEWEST = testReading("newest");

function write(namespace: string, name: string, content = "1"): AssetWrite {
  const definition = `{"content":"${content}","name":"${name}"}`;
  const id = assetId(namespace, name);
  return { namespace: id.namespace, name: id.name, etag: `"${content}"`, definition, expressions: null };
}

/** The promises of every asset store. `make` gives an empty one that knows the namespaces default, t, t-1 and t1. */
export function describeAssetStore(kind: string, make: () => Promise<AssetStore>): void {
  describe(`${kind} keeps the promises of an asset store`, () => {
    it("gives back what was put, with the seq of its commit", async () => {
      const store = await make();
      const expressions = { etag: '"x"', definition: "{}" };
      const put = await store.put({ ...write("t", "a/b"), expressions }, UNCONDITIONAL, COMMIT);
      expect(put).toEqual({
        outcome: "committed",
        epoch: expect.any(String),
        seq: expect.any(Number),
        created: true,
      });
      expect((await store.get(assetId("t", "a/b"), NEWEST)).value).toEqual({
        ...write("t", "a/b"),
        expressions,
        seq: put.outcome === "committed" ? put.seq : null,
      });
    });

    it("knows nothing of a name that was never put, of other namespaces and of other cases", async () => {
      const store = await make();
      await store.put(write("t", "a"), UNCONDITIONAL, COMMIT);
      expect((await store.get(assetId("t", "b"), NEWEST)).value).toBeNull();
      expect((await store.get(assetId("default", "a"), NEWEST)).value).toBeNull();
      expect((await store.get(assetId("t", "A"), NEWEST)).value).toBeNull();
    });

    it("replaces, and orders commits by their seq", async () => {
      const store = await make();
      const first = await store.put(write("t", "a", "1"), UNCONDITIONAL, COMMIT);
      const second = await store.put(write("t", "a", "2"), UNCONDITIONAL, COMMIT);
      expect(second).toMatchObject({ outcome: "committed", created: false });
      expect(seqOf(second)).toBeGreaterThan(seqOf(first));
      expect((await store.get(assetId("t", "a"), NEWEST)).value).toMatchObject({
        etag: '"2"',
        seq: seqOf(second),
      });
    });

    it("refuses a namespace that does not exist, whatever the condition", async () => {
      const store = await make();
      expect(await store.put(write("nope", "a"), IF_ABSENT, COMMIT)).toEqual({
        outcome: "namespace-missing",
      });
      expect((await store.get(assetId("nope", "a"), NEWEST)).value).toBeNull();
    });

    it("creates a name once, and again after it was deleted", async () => {
      const store = await make();
      expect(await store.put(write("t", "a", "1"), IF_ABSENT, COMMIT)).toMatchObject({ created: true });
      expect(await store.put(write("t", "a", "2"), IF_ABSENT, COMMIT)).toEqual({
        outcome: "condition-failed",
      });
      expect((await store.get(assetId("t", "a"), NEWEST)).value).toMatchObject({ etag: '"1"' });
      await store.delete(assetId("t", "a"), UNCONDITIONAL, COMMIT);
      expect(await store.put(write("t", "a", "3"), IF_ABSENT, COMMIT)).toMatchObject({ created: true });
    });

    it.each([
      ["the current tag", { match: ['"1"'], noneMatch: null }, true],
      ["a list with the current tag", { match: ['"0"', '"1"'], noneMatch: null }, true],
      ["another tag", { match: ['"0"'], noneMatch: null }, false],
      ["the tag of its expressions", { match: ['"x"'], noneMatch: null }, true],
      ["no tag at all", { match: [], noneMatch: null }, false],
      ["any existing", { match: "*" as const, noneMatch: null }, true],
      ["none existing", { match: null, noneMatch: "*" as const }, false],
      ["not the current tag", { match: null, noneMatch: ['"1"'] }, false],
      ["not another tag", { match: null, noneMatch: ['"0"'] }, true],
      ["both, one of which fails", { match: ['"1"'], noneMatch: ['"1"'] }, false],
    ])("writes and deletes under the condition: %s", async (_, condition, holds) => {
      const store = await make();
      const current = { ...write("t", "a", "1"), expressions: { etag: '"x"', definition: "{}" } };
      const failed = { outcome: "condition-failed" };
      const committed = { outcome: "committed", epoch: expect.any(String) };
      await store.put(current, UNCONDITIONAL, COMMIT);
      const put = await store.put(current, condition, COMMIT);
      expect(put).toEqual(holds ? { ...committed, seq: seqOf(put), created: false } : failed);
      const deleted = await store.delete(assetId("t", "a"), condition, COMMIT);
      expect(deleted).toMatchObject(holds ? { ...committed, seq: seqOf(deleted) } : failed);
      expect((await store.get(assetId("t", "a"), NEWEST)).value).toEqual(
        holds ? null : expect.objectContaining({ etag: '"1"' }),
      );
    });

    it("lets one of many writers with the same condition win", async () => {
      const store = await make();
      await store.put(write("t", "a", "0"), UNCONDITIONAL, COMMIT);
      const condition = { match: ['"0"'], noneMatch: null };
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.put(write("t", "a", `w${index}`), condition, COMMIT)),
      );
      expect(results.filter(({ outcome }) => outcome === "committed")).toHaveLength(1);
    });

    it("deletes what is there and says when nothing is", async () => {
      const store = await make();
      await store.put(write("t", "a"), UNCONDITIONAL, COMMIT);
      expect(await store.delete(assetId("t", "b"), UNCONDITIONAL, COMMIT)).toEqual({ outcome: "absent" });
      const deleted = await store.delete(assetId("t", "a"), UNCONDITIONAL, COMMIT);
      expect(deleted).toMatchObject({ outcome: "committed" });
      expect(await store.delete(assetId("t", "a"), UNCONDITIONAL, COMMIT)).toEqual({ outcome: "absent" });
      expect((await store.get(assetId("t", "a"), NEWEST)).value).toBeNull();
      expect((await store.list(namespaceNamed("t"), null, 10, NEWEST)).value).toEqual({
        assets: [],
        next: null,
        state: seqOf(deleted),
      });
    });

    it("lists a namespace in byte order, and no other that shares its prefix", async () => {
      const store = await make();
      const names = ["b", "B", "b-1", "b.1", "b/x", "b:1", "_u", "a", "c"];
      for (const name of names) await store.put(write("t", name), UNCONDITIONAL, COMMIT);
      await store.put(write("t1", "other"), UNCONDITIONAL, COMMIT);
      const { assets, next } = (await store.list(namespaceNamed("t"), null, 100, NEWEST)).value;
      expect(assets.map(({ name }) => name)).toEqual(["B", "_u", "a", "b", "b-1", "b.1", "b/x", "b:1", "c"]);
      expect(next).toBeNull();
    });

    it("lists the cluster by the one string namespace/name, so t-1 comes before t", async () => {
      const store = await make();
      for (const namespace of ["t1", "t", "t-1"])
        await store.put(write(namespace, "q"), UNCONDITIONAL, COMMIT);
      const first = (await store.list(null, null, 2, NEWEST)).value;
      expect(first.assets.map(({ namespace }) => namespace)).toEqual(["t-1", "t"]);
      expect(first.next).toBe("t/q");
      const rest = (await store.list(null, { key: "t/q", inclusive: false }, 2, NEWEST)).value;
      expect(rest.assets.map(({ namespace }) => namespace)).toEqual(["t1"]);
    });

    it("starts a page after a key, or at it, whether or not it exists", async () => {
      const store = await make();
      for (const name of ["a", "b", "d"]) await store.put(write("t", name), UNCONDITIONAL, COMMIT);
      const names = async (from: PageFrom) =>
        (await store.list(namespaceNamed("t"), from, 10, NEWEST)).value.assets.map(({ name }) => name);
      expect(await names({ key: "b", inclusive: false })).toEqual(["d"]);
      expect(await names({ key: "b", inclusive: true })).toEqual(["b", "d"]);
      expect(await names({ key: "c", inclusive: false })).toEqual(["d"]);
      expect(await names({ key: "z", inclusive: true })).toEqual([]);
    });

    it("joins pages to the whole list, for any names and any limit", async () => {
      const name = fc.stringMatching(/^[\w/.\-:]{1,8}$/).filter((text) => parseAssetName(text) !== null);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(name, { maxLength: 12 }),
          fc.integer({ min: 1, max: 5 }),
          async (names, limit) => {
            const store = await make();
            await Promise.all(names.map((each) => store.put(write("t", each), UNCONDITIONAL, COMMIT)));
            const joined: string[] = [];
            let from: PageFrom | null = null;
            do {
              const page: AssetPage = (await store.list(namespaceNamed("t"), from, limit, NEWEST)).value;
              joined.push(...page.assets.map((asset) => asset.name));
              from = page.next === null ? null : { key: page.next, inclusive: false };
            } while (from !== null);
            expect(joined).toEqual([...names].sort(compareBytes));
          },
        ),
        { numRuns: runs(10) },
      );
    });
  });
}

function seqOf(result: { outcome: string; seq?: number }): number {
  return result.seq ?? Number.NaN;
}
