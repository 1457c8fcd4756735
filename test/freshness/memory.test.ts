import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { pageAnswer } from "../../src/assets/page-answer.ts";
import { assetBytes } from "../../src/freshness/asset-kind.ts";
import { keyBytes } from "../../src/freshness/cached-key-store.ts";
import { HighWater } from "../../src/freshness/high-water.ts";
import { journalBytes } from "../../src/freshness/journal.ts";
import { Memory, type Kept } from "../../src/lib/memory.ts";
import { pageKind } from "../../src/freshness/page-kind.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import { assetId } from "../support/names.ts";

const notAsked = () => Promise.reject(new Error("not asked here"));
const NO_ORIGIN: AssetOrigin = { get: notAsked, list: notAsked, put: notAsked, delete: notAsked };

describe("memory", () => {
  it("forgets what was used longest ago, by number and by bytes", () => {
    const memory = new Memory<string>({ entries: 3, bytes: 100 });
    for (const key of ["a", "b", "c"]) memory.set(key, key, 10);
    memory.get("a");
    memory.set("d", "d", 10);
    expect(["a", "b", "c", "d"].map((key) => memory.get(key)?.value)).toEqual(["a", undefined, "c", "d"]);
    memory.set("e", "e", 85);
    expect(memory.size).toBe(2);
    expect(memory.get("e")?.value).toBe("e");
  });

  it("keeps what is used again and again, and what came last, whatever comes by", () => {
    const [entries, often] = [100, 10];
    const memory = new Memory<number>({ entries, bytes: 1_000 });
    for (let key = 0; key < 1_000; key += 1) {
      memory.set(String(key), key, 1);
      for (let hot = 0; hot < Math.min(key, often); hot += 1)
        expect(memory.get(String(hot))?.value).toBe(hot);
      for (let last = Math.max(0, key - 50); last <= key; last += 1) {
        expect(memory.get(String(last))?.value).toBe(last);
      }
    }
  });

  it("keeps what comes although all that is there was used", () => {
    const memory = new Memory<number>({ entries: 100, bytes: 1_000 });
    for (let key = 0; key < 1_000; key += 100) {
      for (let window = key; window < key + 50; window += 1) memory.set(String(window), window, 1);
      for (let window = key; window < key + 50; window += 1) {
        expect(memory.get(String(window))?.value).toBe(window);
      }
    }
  });

  it("tells whoever holds on to a value when it was let go of, by any way", () => {
    const memory = new Memory<string>({ entries: 2, bytes: 100 });
    const held = ["replaced", "deleted", "crowded out"].map((key) => {
      memory.set(key, key, 10);
      const kept = memory.get(key);
      if (key === "replaced") memory.set(key, "another", 10);
      if (key === "deleted") memory.delete(key);
      return kept;
    });
    for (const key of ["a", "b", "c"]) memory.set(key, key, 10);
    expect(held.map((kept) => kept && memory.use(kept))).toEqual([undefined, undefined, undefined]);
    expect(held.map((kept) => kept && memory.get(kept.key))).toEqual([undefined, undefined, undefined]);
    expect([memory.size, memory.bytes]).toEqual([2, 20]);
  });

  it("stays within its limits and its books are right, whatever is done", () => {
    const actions = fc.array(fc.tuple(fc.constantFrom("get", "set", "delete", "use"), fc.nat(9), fc.nat(60)));
    fc.assert(
      fc.property(actions, (all) => {
        const memory = new Memory<number>({ entries: 4, bytes: 100 });
        /** What was ever looked up, most of it let go of since. */
        const held: Kept<number>[] = [];
        for (const [action, key, bytes] of all) {
          const found = action === "get" ? memory.get(String(key)) : undefined;
          if (found !== undefined) held.push(found);
          if (action === "use") for (const kept of held) expect(memory.use(kept)).toBe(kept.value);
          if (action === "set") memory.set(String(key), bytes, bytes);
          else if (action === "delete") memory.delete(String(key));
        }
        const kept = Array.from({ length: 10 }, (_, key) => memory.get(String(key))?.value).filter(
          (bytes) => bytes !== undefined,
        );
        expect(memory.size).toBe(kept.length);
        expect(memory.bytes).toBe(kept.reduce((sum, bytes) => sum + bytes, 0));
        expect(memory.size).toBeLessThanOrEqual(4);
        expect(memory.bytes).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe("what copies are counted as", () => {
  const wide = "\u4e16".repeat(10_000);
  const narrow = "a".repeat(10_000);
  const { namespace, name } = assetId("default", "one");
  const asset = (definition: string, expressions: string | null = null): StoredAsset => ({
    namespace,
    name,
    seq: 1,
    etag: '"1"',
    definition,
    expressions: expressions === null ? null : { etag: '"2"', definition: expressions },
  });
  const page = (...assets: StoredAsset[]) => pageKind(NO_ORIGIN).bytes({ assets, next: null, state: 1 });

  it("assets: two bytes a character where one lies outside Latin-1, in either form", () => {
    expect(assetBytes(asset(wide)) - assetBytes(asset(narrow))).toBe(10_000);
    expect(assetBytes(asset(narrow, wide)) - assetBytes(asset(narrow))).toBeGreaterThanOrEqual(20_000);
  });

  it("pages: as loaded, and as sent in both forms", async () => {
    for (const text of [narrow, wide, "\u00e9".repeat(10_000)]) {
      const one = { assets: [asset(text, text)], next: null };
      let sent = 0;
      for (const form of ["as-written", "expressions"] as const) {
        const { body } = await pageAnswer(one, { form, byAgent: false }, true);
        sent += body.length - "[]".length;
      }
      expect(page(...one.assets)).toBe(assetBytes(asset(text, text)) + sent);
    }
  });

  it("keys: all their grants", () => {
    const key = { digest: "", name: "", createdBy: "", createdAt: 0, expiresAt: null, revokedAt: null };
    const bytes = (grants: readonly string[]) => keyBytes({ ...key, grants, lastUsed: null });
    const grants = Array.from({ length: 50 }, (_, index) => `view@${"n".repeat(300)}${index}`);
    expect(bytes(grants) - bytes([])).toBeGreaterThan(50 * 300);
  });

  it("journals: all their keys", () => {
    const changes = Array.from({ length: 2_000 }, (_, index) => ["x".repeat(400), index] as const);
    const journal = {
      epoch: "e",
      asOf: 0,
      seq: 0,
      since: 0,
      namespaces: new Map<string, number>(),
      cronAt: null,
    };
    const keys = new Map(changes.map(([key, index]) => [key + index, index]));
    expect(journalBytes({ ...journal, changes: keys })).toBeGreaterThan(2_000 * 400);
  });
});

describe("the high-water mark", () => {
  it("of many long keys stays within its bytes, and is never below what was served", () => {
    const water = new HighWater({ entries: 50_000, bytes: 100_000 });
    const key = (index: number) => String(index).padStart(400, "0");
    for (let index = 0; index < 1_000; index += 1) {
      water.raise(key(index), "e", index + 1);
      expect(water.bytes).toBeLessThanOrEqual(100_000);
    }
    for (let index = 0; index < 1_000; index += 1)
      expect(water.of(key(index), "e")).toBeGreaterThanOrEqual(index + 1);
  });

  it("of a key is never below what was served, however few marks are kept", () => {
    const served = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.nat(50)));
    fc.assert(
      fc.property(served, fc.integer({ min: 1, max: 3 }), (all, max) => {
        const water = new HighWater({ entries: max, bytes: 1_000 });
        const highest = new Map<string, number>();
        for (const [key, s] of all) {
          water.raise(key, "e", s);
          highest.set(key, Math.max(s, highest.get(key) ?? 0));
        }
        for (const [key, s] of highest) expect(water.of(key, "e")).toBeGreaterThanOrEqual(s);
      }),
    );
  });

  it("starts anew with an epoch", () => {
    const water = new HighWater();
    water.raise("a", "e", 9);
    expect(water.of("a", "f")).toBe(0);
    water.raise("a", "f", 1);
    expect(water.of("a", "f")).toBe(1);
  });
});
