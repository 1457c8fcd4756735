import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { kvKey } from "../../src/freshness/envelope.ts";
import { pageKind, type PageId } from "../../src/freshness/page-kind.ts";
import { apiKeyKey, assetKey, cacheKey } from "../../src/identity/cache-key.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import { runs } from "../support/nightly.ts";
import { namespaceNamed } from "../support/names.ts";

/** Texts that look like the joints of keys, among others. */
const part = fc.oneof(fc.stringMatching(/^[~/:*01ab%]{0,6}$/), fc.string());

/**
 * Two lists of parts that a careless key makes the same text of: one text, cut at two choices of its slashes, some of
 * which stand escaped in the second.
 */
const piece = fc.tuple(fc.constantFrom("/", "~", "0", "1", "a"), fc.boolean(), fc.boolean(), fc.boolean());
const twoCuts = fc
  .array(piece, { maxLength: 8 })
  .map((pieces): [string[], string[]] => [
    cutAt(pieces.map(([text, cuts]) => [text, cuts])),
    cutAt(pieces.map(([text, , cuts, escaped]) => [text === "/" && escaped ? "~1" : text, cuts])),
  ]);

function cutAt(pieces: readonly (readonly [text: string, cuts: boolean])[]): string[] {
  const parts = [""];
  for (const [text, cuts] of pieces) {
    if (text === "/" && cuts) parts.push("");
    else parts.push((parts.pop() ?? "") + text);
  }
  return parts;
}

describe("a cache key", () => {
  it("is the key of one list of parts only, whatever the parts hold", () => {
    fc.assert(
      fc.property(twoCuts, ([one, other]) => {
        expect(cacheKey(...one) === cacheKey(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("of an asset is that of one namespace and name only, and of no API key", () => {
    fc.assert(
      fc.property(twoCuts, part, ([one, other], digest) => {
        const [namespace = "", ...rest] = one;
        const [otherNamespace = "", ...otherRest] = other;
        const [name, otherName] = [rest.join("/"), otherRest.join("/")];
        const isSame = namespace === otherNamespace && name === otherName;
        expect(assetKey(namespace, name) === assetKey(otherNamespace, otherName)).toBe(isSame);
        expect(assetKey(namespace, name)).not.toBe(apiKeyKey(digest));
      }),
      { numRuns: runs(2_000) },
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
      { numRuns: runs(2_000) },
    );
  });
});

/** A page after the empty key is the first page. */
function startOf({ namespace, from, limit }: PageId): unknown[] {
  return [namespace, from?.inclusive ?? false, from?.key ?? "", limit];
}
