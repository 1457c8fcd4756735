import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergePatch, type Json } from "../../src/definitions/merge-patch.ts";
import { differenceLines, mergePatchBetween } from "../../src/history/difference.ts";

const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("a difference", () => {
  it("as a merge patch turns the one into the other", () => {
    fc.assert(
      fc.property(value, value, (from, to) => {
        expect(mergePatch(from, mergePatchBetween(from, to))).toEqual(to);
      }),
    );
  });

  it("between equal values is empty, and has a line otherwise", () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(differenceLines(one, one)).toEqual([]);
      }),
    );
  });

  it("reads each value a few times, however deep it lies", () => {
    let reads = 0;
    const nested = (leaf: Json) => {
      let outer: Json = Object.defineProperty({}, "leaf", {
        enumerable: true,
        get: () => {
          reads += 1;
          return leaf;
        },
      });
      for (let level = 0; level < 100; level += 1) outer = { outer };
      return outer;
    };
    const [from, to] = [nested(1), nested(2)];
    mergePatchBetween(from, to);
    differenceLines(from, to);
    expect(reads).toBeLessThan(10);
  });

  it("names what went and what came by its path", () => {
    const from = {
      url: "a",
      filters: ["x", "y"],
      builds: null,
      metadata: { labels: { "a b": "1" } },
      headers: { A: "1" },
    };
    const to = { url: "b", filters: ["x"], builds: [{ url: "c" }], metadata: {}, headers: { A: "1" } };
    expect(differenceLines(from, to)).toEqual([
      '- url: "a"',
      '+ url: "b"',
      '- filters[1]: "y"',
      '+ builds[0].url: "c"',
      '- metadata.labels."a b": "1"',
    ]);
  });
});
