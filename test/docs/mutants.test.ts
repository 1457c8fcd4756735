import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../scripts/mutants/list.ts";
import { FOLDERS, mutate } from "../../scripts/mutants/mutant.ts";
import { complaintsAbout } from "../../scripts/mutants/report.ts";
import { runtimeOf } from "../../scripts/mutants/runtime.ts";
import { survivorsPage } from "../../scripts/mutants/survivors.ts";

describe("the list of mutants", () => {
  it("has a hundred at least, some of every folder, each with a meaning of its own", () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(100);
    expect(new Set(MUTANTS.map(({ folder }) => folder))).toEqual(new Set(FOLDERS));
    expect(new Set(MUTANTS.map(({ means }) => means)).size).toBe(MUTANTS.length);
  });

  it("names tests that exist, and knows which of them need the Workers runtime", () => {
    const tests = new Set(MUTANTS.flatMap((mutant) => mutant.tests));
    expect([...tests].filter((file) => !existsSync(file))).toEqual([]);
    expect(MUTANTS.filter((mutant) => mutant.tests.length === 0)).toEqual([]);
    expect(runtimeOf("test/auth/grants.test.ts")).toBe("plain");
    expect(runtimeOf("test/freshness/needed.test.ts")).toBe("workers");
  });

  it("has its survivors and their reasons in docs/mutants.md (npm run mutants -- --page)", () => {
    expect(readFileSync("docs/mutants.md", "utf8")).toBe(survivorsPage(MUTANTS));
    expect(MUTANTS.filter(({ missedBefore, survives }) => missedBefore && survives !== null)).toEqual([]);
  });
});

describe("a mutant", () => {
  it("is made where its text stands exactly once", () => {
    expect(mutate("a b c", { find: "b", replace: "$&" })).toBe("a $& c");
    expect(mutate("a b c", { find: "d", replace: "" })).toBeNull();
    expect(mutate("a b b", { find: "b", replace: "" })).toBeNull();
    expect(mutate("aaa", { find: "aa", replace: "" })).toBeNull();
  });
});

describe("the outcome", () => {
  const verdicts = (killed: number, survived: number, missedBefore = false) => {
    const [mutant] = MUTANTS;
    if (mutant === undefined) throw new Error("no mutant");
    const of = (count: number, isKilled: boolean) =>
      Array.from({ length: count }, () => ({
        mutant: { ...mutant, missedBefore },
        killed: isKilled,
        by: "",
        ms: 1,
      }));
    return [...of(killed, true), ...of(survived, false)];
  };

  it("is good when 90 % of a folder are killed and none that was missed before survives", () => {
    expect(complaintsAbout(verdicts(9, 1))).toEqual([]);
    expect(complaintsAbout(verdicts(8, 1))).toEqual(["less than 90 % of the mutants of grants were killed"]);
    expect(complaintsAbout(verdicts(99, 1, true))).toEqual([
      expect.stringContaining("tests have missed this before and miss it again"),
    ]);
  });
});
