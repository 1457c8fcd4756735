import { describe, expect, it } from "vitest";
import { AssetService, type Pace } from "../../src/assets/service.ts";
import { UNCONDITIONAL, type AssetStore, type WriteCondition } from "../../src/store/asset-store.ts";
import { MemoryAssetStore } from "../support/memory-asset-store.ts";
import { assetId } from "../support/names.ts";
import { testCommit } from "../support/scope.ts";
import { newFilterReader } from "../support/filters.ts";

const ID = assetId("default", "one");
const LABEL = { metadata: { labels: { a: "b" } } };

/** A service over one asset, in a time that passes only while the service waits. */
function service(change: (store: MemoryAssetStore) => Partial<AssetStore>) {
  const store = new MemoryAssetStore(["default"]);
  let now = 0;
  const waits: number[] = [];
  const pace: Pace = {
    clock: () => now,
    timer(ms, ring) {
      waits.push(ms);
      now += ms;
      queueMicrotask(ring);
      return () => undefined;
    },
  };
  const changed = change(store);
  const assets = new AssetService(
    {
      get: (id, reading) => changed.get?.(id, reading) ?? store.get(id),
      list: (namespace, from, limit) => store.list(namespace, from, limit),
      put: (asset, condition, commit) =>
        changed.put?.(asset, condition, commit) ?? store.put(asset, condition),
      delete: (id, condition) => store.delete(id, condition),
    },
    pace,
  );
  const definition = '{"url":"https://e/a","sha512":"","metadata":{"name":"one","namespace":"default"}}';
  const asset = { namespace: ID.namespace, name: ID.name, etag: '"1"', definition, expressions: null };
  return {
    waits,
    patch: async (condition: WriteCondition = UNCONDITIONAL) => {
      await store.put(asset, UNCONDITIONAL);
      const sha512 = "0f".repeat(64);
      return assets.patch(ID, { ...LABEL, sha512 }, newFilterReader(), testCommit(), condition);
    },
  };
}

const alwaysOvertaken = () => ({ put: async () => ({ outcome: "condition-failed" as const }) });

describe("a patch that other writers keep overtaking", () => {
  it("is unavailable once eight seconds are over, and says that nothing was written", async () => {
    const { patch, waits } = service(alwaysOvertaken);
    await expect(patch()).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("nothing was written"),
      headers: { "Retry-After": "1" },
    });
    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(8_000);
    expect(waited).toBeLessThan(10_000);
  });

  it("waits for a random while between two attempts", async () => {
    const { patch, waits } = service(alwaysOvertaken);
    await expect(patch()).rejects.toThrow("nothing was written");
    expect(new Set(waits).size).toBe(waits.length);
  });

  it("fails its condition at once when it has one", async () => {
    const { patch, waits } = service(alwaysOvertaken);
    await expect(patch({ match: ['"1"'], noneMatch: null })).rejects.toMatchObject({
      kind: "preconditionFailed",
    });
    expect(waits).toEqual([]);
  });

  it("succeeds when the others are done", async () => {
    let overtaken = 5;
    const { patch, waits } = service((store) => ({
      async put(asset, condition) {
        if ((overtaken -= 1) >= 0) return { outcome: "condition-failed" };
        return store.put(asset, condition);
      },
    }));
    expect(JSON.parse((await patch()).stored.definition).metadata.labels).toEqual({ a: "b" });
    expect(waits).toHaveLength(5);
  });
});

describe("a patch while the database does not answer", () => {
  it("is unavailable: nothing is decided by a stale copy, neither a condition nor that nothing changes", async () => {
    const { patch } = service((store) => ({
      get: async (id) => ({ ...(await store.get(id)), tier: "STALE" }),
    }));
    for (const condition of [UNCONDITIONAL, { match: ['"2"'], noneMatch: null }])
      await expect(patch(condition)).rejects.toMatchObject({ kind: "unavailable" });
  });
});
