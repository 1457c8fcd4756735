import { describe, expect, it } from "vitest";
import { Budget, BudgetExhausted } from "../../src/es5/budget.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import { chooseBuild, chooseFor, reportsOnAll, type Choice, type Rule } from "../../src/resolve/choose.ts";
import { Subject } from "../../src/resolve/subject.ts";

const LINUX = "entity.system.os == 'linux'";
const AMD64 = "entity.system.arch == 'amd64'";
const DEBIAN = "entity.system.platform_family == 'debian'";
const MACHINE = { name: "a", system: { os: "linux", arch: "amd64", platform_family: "debian" } };

function builds(...filters: (string[] | null)[]) {
  return { builds: filters.map((list) => ({ url: "u", filters: list })) };
}

function settled(choice: Choice): number | string | null {
  if (choice.outcome === "chosen") return choice.index;
  return choice.outcome === "none" ? null : choice.error.message;
}

function choose(asset: Parameters<typeof chooseBuild>[0], entity: unknown = MACHINE, rule: Rule = "first") {
  return settled(chooseBuild(asset, entity, rule));
}

describe("the build an agent takes", () => {
  it("is the first whose filters are all true", () => {
    expect(choose(builds([LINUX, "false"], [LINUX, AMD64], [LINUX]))).toBe(1);
    expect(choose(builds(["false"], []))).toBe(1);
    expect(choose(builds(["false"], null))).toBe(1);
    expect(choose(builds(["false"], [""]))).toBeNull();
  });

  it("is the one with the most filters under the rule of 7.x, the first of them on a tie", () => {
    const asset = builds([LINUX], [LINUX, AMD64], [LINUX, DEBIAN], ["false", LINUX, AMD64]);
    expect(choose(asset)).toBe(0);
    expect(choose(asset, MACHINE, "most-specific")).toBe(1);
  });

  it("is the asset itself where there are no builds, and only there (T264, T265)", () => {
    expect(choose({ filters: [LINUX] })).toBe(0);
    expect(choose({ filters: null, builds: null })).toBe(0);
    expect(choose({ filters: ["false"], builds: [] })).toBeNull();
    expect(choose({ filters: ["false"], ...builds([LINUX]) })).toBe(0);
    expect(choose({ filters: [LINUX], ...builds(["false"]) })).toBeNull();
  });
});

describe("a filter that fails", () => {
  const missing = "TypeError: Cannot access member 'os' of undefined";

  it("stops the whole asset in 6.x, unless a build before it matched", () => {
    expect(choose(builds(["nope"], [LINUX]))).toBe("ReferenceError: 'nope' is not defined");
    expect(choose(builds([LINUX], ["nope"]))).toBe(0);
    expect(choose(builds([LINUX]), { name: "proxy" })).toBe(missing);
    expect(choose({ filters: [LINUX] }, { name: "proxy" })).toBe(missing);
  });

  it("rules out its build in 7.x", () => {
    expect(choose(builds(["nope", LINUX], [LINUX]), MACHINE, "most-specific")).toBe(1);
    expect(choose(builds([LINUX]), { name: "proxy" }, "most-specific")).toBeNull();
  });

  it("is not reached behind one that is false", () => {
    expect(choose(builds(["false", "nope"], [LINUX]))).toBe(1);
  });
});

describe("the reports of a choice", () => {
  it("name each filter looked at, its verdict, and the builds not looked at", () => {
    const { reports } = chooseBuild(builds([LINUX, "false", AMD64], [LINUX], [AMD64]), MACHINE);
    expect(reports).toEqual([
      {
        index: 0,
        matches: false,
        filters: [
          { filter: LINUX, verdict: { value: true } },
          { filter: "false", verdict: { value: false } },
        ],
      },
      { index: 1, matches: true, filters: [{ filter: LINUX, verdict: { value: true } }] },
      { index: 2, matches: null, filters: [] },
    ]);
  });

  it("name the filter that failed and why", () => {
    expect(chooseBuild(builds([LINUX], ["return 1"]), { system: { os: "x" } })).toMatchObject({
      outcome: "error",
      index: 1,
      filter: "return 1",
      error: { kind: "syntax", message: "(anonymous): Line 1:1 Illegal return statement" },
    });
  });
});

describe("filters of one asset", () => {
  it("see what an earlier one of their build assigned, and nothing of another build's", () => {
    const assigns = "entity.system.os = 'windows'";
    const isWindows = "entity.system.os == 'windows'";
    expect(choose(builds([isWindows]))).toBeNull();
    expect(choose(builds([isWindows], [assigns, isWindows]))).toBe(1);
    expect(choose(builds([assigns, "false"], [isWindows], [LINUX]))).toBe(2);
  });

  it("share one budget, and none is chosen when it ends", () => {
    const long = (index: number) => [`for (var i = ${index}; i < ${index + 700}; i++); false`];
    const budget = new Budget();
    const many = Array.from({ length: 100 }, (_, index) => long(index));
    expect(() => chooseBuild(builds(...many, []), MACHINE, "most-specific", budget)).toThrow(BudgetExhausted);
    expect(budget.taken).toBe(budget.steps);
    expect(choose(builds(...many.slice(0, 10), []), MACHINE, "most-specific")).toBe(10);
  });

  it("stop the asset under either rule when one takes too long: it says nothing about its build", () => {
    const endless = builds(["for (;;);"], []);
    for (const rule of ["first", "most-specific"] as const)
      expect(chooseBuild(endless, MACHINE, rule)).toMatchObject({
        outcome: "error",
        index: 0,
        error: { kind: "budget", message: "more than 10000 evaluation steps" },
      });
  });
});

describe("the reports on all builds", () => {
  const reports = (asset: Parameters<typeof chooseBuild>[0], budget = new Budget(), rule: Rule = "first") => {
    const subject = new Subject(MACHINE, new FilterReader(budget));
    return reportsOnAll(subject, asset, chooseFor(subject, asset, rule)).map(({ matches }) => matches);
  };

  it("hold a verdict on those after the one that is taken, or that stopped the asset", () => {
    expect(reports(builds([LINUX], ["false"], [LINUX, AMD64]))).toEqual([true, false, true]);
    expect(reports(builds(["nope"], [LINUX], ["false"]))).toEqual([false, true, false]);
    expect(reports(builds([LINUX], ["nope"]), new Budget(), "most-specific")).toEqual([true, false]);
  });

  it("leave out what the budget does not reach, which changes no choice", () => {
    const long = Array.from({ length: 40 }, (_, index) => [
      `for (var i = ${index}; i < ${index + 700}; i++); false`,
    ]);
    const found = reports(builds([LINUX], ...long), new Budget(20_000));
    expect([found.length, found[0], found[1], found.at(-1)]).toEqual([41, true, false, null]);
  });
});
