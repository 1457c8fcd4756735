import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LayeredCommits } from "../../src/freshness/last-commits.ts";

const commits = fc.array(fc.tuple(fc.nat(300).map(String), fc.integer({ min: 1, max: 1_000 })), {
  maxLength: 150,
});

function lastOf(all: readonly (readonly [string, number])[]): Map<string, number> {
  const last = new Map<string, number>();
  for (const [key, seq] of all) last.set(key, Math.max(seq, last.get(key) ?? 0));
  return last;
}

describe("last commits that are extended again and again", () => {
  it("are those of one Map, and what was extended stays as it was", () => {
    fc.assert(
      fc.property(commits, fc.array(commits, { maxLength: 5 }), (first, more) => {
        const held = [LayeredCommits.of(first)];
        for (const some of more) held.push(held.at(-1)!.with(some));
        for (const [index, one] of held.entries()) {
          const expected = lastOf([...first, ...more.slice(0, index).flat()]);
          expect(new Map(one)).toEqual(expected);
          expect([...one]).toHaveLength(expected.size);
          expect(one.size).toBe(expected.size);
          for (let key = 0; key <= 300; key += 1)
            expect(one.get(String(key))).toBe(expected.get(String(key)));
        }
      }),
    );
  });
});
