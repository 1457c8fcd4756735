import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { allows, parseGrant } from "../../src/auth/grants.ts";
import { coveredRanges } from "../../src/auth/name-ranges.ts";
import { namespaceNamed } from "../support/names.ts";

const DEFAULT = namespaceNamed("default");
const grant = fc
  .tuple(
    fc.constantFrom("default", "*", "other"),
    fc.option(fc.stringMatching(/^[ab/*]{1,5}$/), { nil: null }),
  )
  .map(([namespace, names]) => {
    const parsed = parseGrant(`view@${namespace}${names === null ? "" : `/${names}`}`);
    if (parsed === null) throw new Error("no grant");
    return parsed;
  });
const grants = fc.array(grant, { maxLength: 6 });
const name = fc.stringMatching(/^[ab/]{1,6}$/);

describe("the ranges of names that grants cover", () => {
  it("hold every name that is covered", () => {
    fc.assert(
      fc.property(grants, name, (held, text) => {
        if (!allows(held, { role: "view", namespace: DEFAULT, name: text })) return;
        const holding = coveredRanges(held, DEFAULT).filter(
          ({ from, before }) => from <= text && (before === null || text < before),
        );
        expect(holding).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it("follow each other in order, and do not touch", () => {
    fc.assert(
      fc.property(grants, (held) => {
        const ranges = coveredRanges(held, DEFAULT);
        for (const [index, { from }] of ranges.entries()) {
          const before = ranges[index - 1]?.before;
          expect(index === 0 || (before !== null && before !== undefined && before < from)).toBe(true);
        }
      }),
    );
  });

  it.each([
    [["view@default/http*"], [["http", "http\u007f"]]],
    [["view@default/http*", "edit@*/httpd-*"], [["http", "http\u007f"]]],
    [["view@default/one"], [["one", "one\u0000"]]],
    [
      ["view@default/b*", "view@default/a*"],
      [
        ["a", "a\u007f"],
        ["b", "b\u007f"],
      ],
    ],
    [["view@default/*x"], [["", null]]],
    [["view@other"], []],
  ] as const)("of %j are %j", (texts, ranges) => {
    const held = texts.flatMap((text) => parseGrant(text) ?? []);
    expect(coveredRanges(held, DEFAULT).map(({ from, before }) => [from, before])).toEqual(ranges);
  });
});
