import { expect, it } from "vitest";
import fc from "fast-check";
import { scanAssets, type Wanted } from "../../src/assets/scan.ts";
import { allows, parseGrant } from "../../src/auth/grants.ts";
import { NameMatcher } from "../../src/auth/name-matcher.ts";
import { ALL_NAMES, coveredRanges } from "../../src/auth/name-ranges.ts";
import { Meter } from "../../src/lib/meter.ts";
import { UNCONDITIONAL, type AssetStore, type PageFrom } from "../../src/store/asset-store.ts";
import { JUST_READ, withValue } from "../../src/store/reading.ts";
import { MemoryAssetStore } from "../support/memory-asset-store.ts";
import { runs } from "../support/nightly.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { testReading } from "../support/scope.ts";

const DEFAULT = namespaceNamed("default");
const READING = testReading("newest");

it("pages of a scan join to all assets that the grants cover, in order, whatever the limit and the budget", async () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[ab/]{1,5}$/), { maxLength: 40 });
  const globs = fc.array(fc.stringMatching(/^[ab/*]{1,4}$/), { minLength: 1, maxLength: 4 });
  const budgets = fc.constantFrom(0, 100, 1_000_000);
  await fc.assert(
    fc.asyncProperty(
      names,
      globs,
      fc.integer({ min: 1, max: 7 }),
      budgets,
      async (stored, held, limit, budget) => {
        const store = new MemoryAssetStore(["default"]);
        for (const text of stored) {
          const { namespace, name } = assetId("default", text);
          const asset = { namespace, name, etag: '"1"', definition: "{}", expressions: null };
          await store.put(asset, UNCONDITIONAL);
        }
        const grants = held.flatMap((glob) => parseGrant(`view@default/${glob}`) ?? []);
        const covers = (name: string) => allows(grants, { role: "view", namespace: DEFAULT, name });
        const joined: string[] = [];
        let from: PageFrom | null = null;
        do {
          const meter = new Meter(budget);
          const matcher = new NameMatcher(grants, meter);
          const wanted: Wanted = {
            ranges: coveredRanges(grants, DEFAULT),
            accepts: ({ name }) => matcher.allows({ role: "view", namespace: DEFAULT, name }),
            meter,
          };
          const { value: page } = await scanAssets(store, DEFAULT, from, limit, wanted, READING);
          expect(page.assets.length).toBeLessThanOrEqual(limit);
          joined.push(...page.assets.map(({ name }) => name));
          from = page.next === null ? null : { key: page.next, inclusive: false };
        } while (from !== null);
        expect(joined).toEqual(stored.filter(covers).sort((a, b) => (a < b ? -1 : 1)));
      },
    ),
    { numRuns: runs(300) },
  );
});

it("a list filled from several pages is as stale and as old as the least current of them", async () => {
  const { namespace } = assetId("default", "a");
  const served = [
    { tier: "STALE", ageSeconds: 900, next: "a" },
    { tier: "MEMORY", ageSeconds: 4, next: "b" },
    { tier: "D1", ageSeconds: 0, next: null },
  ] as const;
  let pages = 0;
  const wanted = { ranges: [ALL_NAMES], accepts: () => true, meter: new Meter(1_000) };
  const list: AssetStore["list"] = async () => {
    const page = served[pages];
    if (page === undefined) throw new Error("there is no such page");
    pages += 1;
    return withValue(page, { assets: [], next: page.next, state: 1 });
  };
  const found = await scanAssets({ list }, namespace, null, 10, wanted, testReading("bounded"));
  expect([pages, found.tier, found.ageSeconds]).toEqual([3, "STALE", 900]);
});

it("a scan that finds nothing among very many assets reads a bounded number of them and hands back a cursor", async () => {
  const { namespace } = assetId("default", "any");
  let read = 0;
  const store: Pick<AssetStore, "list"> = {
    async list(_namespace, _from, limit) {
      const assets = Array.from({ length: limit }, (_, index) => {
        const { name } = assetId("default", `tool-${String(read + index).padStart(6, "0")}`);
        return { namespace, name, seq: 1, etag: '"1"', definition: "{}", expressions: null };
      });
      read += limit;
      return withValue(JUST_READ, { assets, next: assets.at(-1)?.name ?? null, state: 1 });
    },
  };
  const wanted = { ranges: [ALL_NAMES], accepts: () => false, meter: new Meter(1_000_000) };
  const page = await scanAssets(store, namespace, null, 100, wanted, testReading("bounded"));
  expect(page.value).toEqual({ assets: [], next: "tool-004999", isNextHidden: true });
  expect(read).toBe(5_000);
});
