import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { kvKey } from "../../src/cache/envelope.ts";
import { pageKind, type PageId } from "../../src/cache/page-kind.ts";
import { apiKeyKey, assetKey, cacheKey } from "../../src/identity/cache-key.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import { namespaceNamed } from "../support/names.ts";

/** Texts that look like the joints of keys, among others. */
const part = fc.oneof(fc.stringMatching(/^[~/:*01ab%]{0,6}$/), fc.string());
const lists = fc.array(part, { maxLength: 5 });

describe("a cache key", () => {
  it("is the key of one list of parts only, whatever the parts hold", () => {
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        // Of no part and of one empty part the text is the same; every key has a first part that is not empty.
        const [a, b] = [
          ["x", ...one],
          ["x", ...other],
        ];
        expect(cacheKey(...a) === cacheKey(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is never shared by an asset and an API key, nor by two assets, whatever they are named", () => {
    fc.assert(
      fc.property(part, part, part, part, (namespace, name, otherNamespace, otherName) => {
        expect(assetKey(namespace, name)).not.toBe(apiKeyKey(otherName));
        const isSame = namespace === otherNamespace && name === otherName;
        expect(assetKey(namespace, name) === assetKey(otherNamespace, otherName)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of a page in KV is that of one scope, state, limit and start only", () => {
    const kind = pageKind({} as AssetOrigin);
    const page = fc.record({
      namespace: fc.constantFrom(null, ...["all", "l", "10", "after", "a"].map(namespaceNamed)),
      from: fc.option(fc.record({ key: part, inclusive: fc.boolean() }), { nil: null }),
      limit: fc.integer({ min: 1, max: 11 }),
    });
    const place = fc.tuple(page, fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(place, place, ([one, s], [other, t]) => {
        const isSame = s === t && JSON.stringify(startOf(one)) === JSON.stringify(startOf(other));
        expect(kvKey(kind, one, "e", s) === kvKey(kind, other, "e", t)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** A page after the empty key is the first page. */
function startOf({ namespace, from, limit }: PageId): unknown[] {
  return [namespace, from?.inclusive ?? false, from?.key ?? "", limit];
}
