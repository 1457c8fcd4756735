import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findAll, findMatch } from "../../src/es5/regexp/match.ts";
import { compilePattern, patternProblem } from "../../src/es5/regexp/program.ts";
import { UNLIMITED } from "../support/filters.ts";
import { runs } from "../support/nightly.ts";

const PLAIN = { ignoreCase: false, multiline: false };

function match(pattern: string, text: string, flags = PLAIN): (string | undefined)[] | null {
  const slots = findMatch(compilePattern(pattern, flags), text, 0, () => {});
  if (slots === null) return null;
  return Array.from({ length: slots.length / 2 }, (_, group) => {
    const start = slots[2 * group] ?? -1;
    return start < 0 ? undefined : text.slice(start, slots[2 * group + 1]);
  });
}

const atom = fc.constantFrom(
  ..."a b . [ab] [^a] (a) (a|b) (?:ab) (?:a|) \\d \\W ^ $ (a*) a+ a*? b{2,3} b?? \\b (a|ab)(c|bcd) (?:a|b)+".split(
    " ",
  ),
);

describe("the matcher", () => {
  it("finds what JavaScript finds, capture groups included", () => {
    fc.assert(
      fc.property(fc.array(atom, { maxLength: 5 }), fc.stringMatching(/^[abcd1 ]{0,10}$/), (atoms, text) => {
        const pattern = atoms.join("");
        const expected = new RegExp(pattern).exec(text);
        expect(match(pattern, text)).toEqual(expected === null ? null : [...expected]);
      }),
      { numRuns: runs(500) },
    );
  });

  it("ignores case by flag, also for a part of the pattern", () => {
    expect(match("LINUX", "linux", { ignoreCase: true, multiline: false })).toEqual(["linux"]);
    expect(match("(?i)LIN(?-i)ux", "linux")).toEqual(["linux"]);
    expect(match("(?i:L)INUX", "linux")).toBeNull();
    expect(match("[^A]", "a", { ignoreCase: true, multiline: false })).toBeNull();
  });

  it("anchors to lines only with the flag m", () => {
    expect(match("^b$", "a\nb")).toBeNull();
    expect(match("^b$", "a\nb", { ignoreCase: false, multiline: true })).toEqual(["b"]);
    expect(match("a.b", "a\nb")).toBeNull();
    expect(match("(?s)a.b", "a\nb")).toEqual(["a\nb"]);
  });

  it("supports escapes, classes and characters beyond the basic plane", () => {
    expect(match("\\x41\\u0042\\cJ\\/\\-", "AB\n/-")).toEqual(["AB\n/-"]);
    expect(match("[A-Z]+[\\d_-]+", "xAB1_-2")).toEqual(["AB1_-2"]);
    expect(match("^.$", "\u{1f600}")).toEqual(["\u{1f600}"]);
    expect(match("\\s", "\v")).toBeNull();
    expect(match("(?P<os>lin|win)", "windows")).toEqual(["win", "win"]);
  });

  it("counts matches as Go does: an empty one right after another is none", () => {
    const all = findAll(compilePattern("a*", PLAIN), "baac", Infinity, () => {});
    expect(all).toEqual([
      [0, 0],
      [1, 3],
      [4, 4],
    ]);
  });
});

describe("the cost of a match", () => {
  it("is bounded by the text times the pattern, whatever the pattern", () => {
    for (const pattern of ["(a+)+$", "(a|a)*b", "(a*)*b", "(.*.*.*.*)*x", "((a?){20})a{20}$", "(x+x+)+y"]) {
      let work = 0;
      const program = compilePattern(pattern, PLAIN);
      const text = "a".repeat(1000) + "x".repeat(1000);
      findMatch(program, text, 0, (more) => {
        work += more;
      });
      expect(work).toBeLessThan(4 * text.length * program.steps.length);
    }
  });

  it("is charged before the work is done", () => {
    const program = compilePattern("(a*)*b", PLAIN);
    let left = 1000;
    const spend = (work: number) => {
      left -= work;
      if (left < 0) throw new RangeError("enough");
    };
    expect(() => findMatch(program, "a".repeat(100_000), 0, spend)).toThrow("enough");
  });

  it("includes compilation, which refuses a pattern that is too large", () => {
    expect(() => compilePattern("(?:a{30}){30}".repeat(30), PLAIN)).toThrow(RangeError);
    expect(patternProblem("(a{1000}){2}", UNLIMITED)).toBe("invalid repeat count: `{2}`");
    expect(patternProblem("(".repeat(2000) + ")".repeat(2000), UNLIMITED)).toMatch(
      /^expression nests too deeply/,
    );
  });
});
