import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget, BudgetExhausted, REQUEST_STEPS, WORK_PER_STEP } from "../../src/es5/budget.ts";
import { chooseBuild } from "../../src/resolve/choose.ts";
import { evaluate, judge, newFacts, prepare } from "../../src/es5/evaluate.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import { Linter } from "../../src/resolve/lint/linter.ts";
import type { Program } from "../../src/es5/parser/ast.ts";
import { Subject } from "../../src/resolve/subject.ts";
import { newFilterReader, parse } from "../support/filters.ts";
import { substituteBuild } from "../../src/resolve/substitute-build.ts";
import { substituteTokens } from "../../src/resolve/tokens.ts";
import { runs } from "../support/nightly.ts";

const ENTITY = { name: "a", labels: { zone: "b" }, system: { os: "linux" }, subscriptions: ["c", "d"] };

/** Steps a filter takes and its verdict in one word. */
function run(text: string): { steps: number; outcome: string } {
  let steps = 0;
  const verdict = evaluate(text, ENTITY, { onSteps: (taken) => (steps = taken) });
  return { steps, outcome: "error" in verdict ? verdict.error.kind : String(verdict.value) };
}

/** A text of exactly this many characters, in few steps. */
function textOf(length: number, unit = "a"): string {
  return `var s='${unit}';while(s.length<${length})s+=s;s=s.slice(0,${length});`;
}

/** A list of exactly this many items, in few steps. */
function listOf(length: number, item = "1"): string {
  return `var a=[${item}];while(a.length<${length})a=a.concat(a);a=a.slice(0,${length});`;
}

describe("a long text", () => {
  const operations = [
    "s+1",
    "+s",
    "-s",
    "s*1",
    "s==1",
    "s<1",
    "s<s+1",
    "s===s.slice(0)",
    "Math.max(s)",
    "Number(s)",
    "isNaN(s)",
    "parseInt(s)",
    "parseFloat(s)",
    "String(s)",
    "[s].join()",
    "[s].indexOf(s.slice(0))",
    "[s,s+1].sort()",
    "entity[s]",
    "s in entity",
    "var o={};o[s]=1",
    "s.charAt(1)",
    "s.indexOf('b')",
    "s.lastIndexOf('b')",
    "s.split('b')",
    "s.split('')",
    "s.toUpperCase()",
    "s.toLowerCase()",
    "s.trim()",
    "s.localeCompare(s+1)",
    "s.concat(s)",
    "s.replace('b','c')",
    "s.replace('a',s)",
    "s.match(/b/)",
    "s.search(/b/)",
    "'a'.replace('a',s)",
    "new RegExp('a',s)",
    "new Error(s)",
    "var a=[];a.length=s",
    "({length:s,push:[].push}).push()",
    "switch(s){case s.slice(0):}",
    "for(var k in new String(s)){break}",
  ];

  it.each(operations)("takes steps in proportion to its length: %s", (operation) => {
    const extra = (length: number) => {
      const whole = run(`${textOf(length)}try{${operation}}catch(e){}`);
      // A text too long for the operation may only end the filter.
      return whole.outcome === "budget" ? Infinity : whole.steps - run(textOf(length)).steps;
    };
    expect(extra(8_000)).toBeGreaterThanOrEqual(Math.floor(8_000 / (8 * WORK_PER_STEP)));
    expect(extra(8_000)).toBeGreaterThan(extra(10) + 20);
  });
});

describe("a long text that is converted character by character", () => {
  it.each([
    "s.trim()",
    "s.trimLeft()",
    "s.trimRight()",
    "s.toLowerCase()",
    "s.toUpperCase()",
    "parseFloat(s)",
    "parseInt(s)",
    "+s",
  ])("takes a step for each 32 of them: %s", (operation) => {
    const blanks = textOf(8_000, "\\u3000");
    expect(run(blanks + operation).steps - run(blanks).steps).toBeGreaterThanOrEqual(8_000 / WORK_PER_STEP);
  });
});

describe("a long list", () => {
  const operations = [
    "a.concat(a)",
    "a.every(isFinite)",
    "a.filter(isFinite)",
    "a.forEach(function(){})",
    "a.indexOf(2)",
    "a.join()",
    "a.map(String)",
    "a.pop()",
    "a.reduce(Math.max)",
    "a.reverse()",
    "a.shift()",
    "a.slice()",
    "a.some(isNaN)",
    "a.sort()",
    "a.splice(1,1)",
    "a.unshift(1)",
    "''+a",
    "a==1",
    "+a",
    "Object.keys(a)",
    "a.propertyIsEnumerable(1)",
    "for(var k in a){break}",
    "a.length=1",
  ];

  it.each(operations)("takes steps in proportion to its length: %s", (operation) => {
    const extra = (length: number) => run(`${listOf(length)}${operation}`).steps - run(listOf(length)).steps;
    expect(extra(800)).toBeGreaterThanOrEqual(800 / 8);
  });
});

describe("a call", () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`).join();

  it.each([
    ["parameters", (count: number) => `(function(${names(count)}){})()`],
    ["variables", (count: number) => `(function(){var ${names(count)}})()`],
    ["functions", (count: number) => `(function(){${"function f(){}".repeat(count)}})()`],
    ["scopes to look through", (count: number) => `${"with({})".repeat(count)}x=1`],
    ["parameters, called by a method", (count: number) => `[1].forEach(function(${names(count)}){})`],
  ])("takes steps for its %s", (_, program) => {
    expect(run(program(100)).steps - run(program(1)).steps).toBeGreaterThanOrEqual(20);
  });
});

describe("a long list in the text of a filter", () => {
  it.each([
    ["of variables", (count: number) => `for(var i=0;i<99;i++){var ${"a,".repeat(count)}a}`, 500],
    ["of items, left at the first", (count: number) => `try{[x${",".repeat(count)}]}catch(e){}`, 40],
    [
      "of cases, left at the first",
      (count: number) => `switch(1){default:break;${"case 1:".repeat(count)}}`,
      10,
    ],
  ])("takes steps in proportion to its length: %s", (_, program, steps) => {
    const [few, many] = [run(program(10)), run(program(200))];
    expect([few.outcome, many.outcome]).not.toContain("syntax");
    expect(many.steps - few.steps).toBeGreaterThanOrEqual(steps);
  });

  it("costs steps for each label that a jump may name, and for each list of labels", () => {
    const nested = (count: number) =>
      `${Array.from({ length: count }, (_, index) => `l${index}:`).join("")}for(var i=0;i<9;i++){continue}`;
    const [few, many] = [run(nested(10)), run(nested(100))];
    expect([few.outcome, many.outcome]).toEqual(["false", "false"]);
    // The labels are ninety statements; that they are looked through again and again comes on top.
    expect(many.steps - few.steps).toBeGreaterThanOrEqual(90 + 100);
  });

  it.each([
    ["statements of a case", (rest: number) => `switch(1){default:break;${";".repeat(rest)}}`],
    ["statements of a block", (rest: number) => `x:{break x;${";".repeat(rest)}}`],
    ["arguments", (rest: number) => `try{isNaN(x${",1".repeat(rest)})}catch(e){}`],
    ["a sequence", (rest: number) => `try{x${",1".repeat(rest)}}catch(e){}`],
  ])("is not copied where it is left at its first: %s", (_, program) => {
    const shallow = parse(program(800));
    if (!("program" in shallow)) throw new Error(shallow.problem);
    const looked = countReads(shallow.program);
    judge({ program: looked.program }, newFacts(ENTITY));
    expect(looked.reads()).toBeLessThan(20);
  });
});

/** The program with all its long lists watched: how many of their elements were read. */
function countReads(program: Program): { program: Program; reads: () => number } {
  let reads = 0;
  const watch = <T>(value: T): T => {
    if (typeof value !== "object" || value === null) return value;
    for (const [key, member] of Object.entries(value)) Reflect.set(value, key, watch(member));
    if (!Array.isArray(value) || value.length < 500) return value;
    return new Proxy(value, {
      get: (list, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) reads += 1;
        return Reflect.get(list, key);
      },
    });
  };
  return { program: watch(program), reads: () => reads };
}

describe("a regular expression", () => {
  it("costs steps to compile, even when it is refused", () => {
    expect(run("try{new RegExp('a**')}catch(e){}").outcome).toBe("false");
    const refused = `${textOf(1_500)}for(;;)try{new RegExp(s+'(')}catch(e){}`;
    expect(run(refused)).toEqual({ steps: 10_000, outcome: "budget" });
    const steps = (source: string) => run(`try{new RegExp('${source}')}catch(e){}`).steps;
    expect(steps(`${"a".repeat(1_000)}**`) - steps("a**")).toBeGreaterThan(100);
    expect(steps("((a{0,30}){0,30})")).toBeGreaterThan(300);
  });
});

describe("a replacement", () => {
  const piece = fc.constantFrom("$&", "$'", "$`", "$1", "$$", "$", "x", "yy", "$0");

  it("is paid for before it is built", () => {
    const grown = run(`${textOf(2_000)}s.replace(/a/g,"$'").length`);
    expect(grown.outcome).toBe("budget");
    // Stopped at the longest text there may be, 65,536 characters, and not after two million.
    const found = run(`${textOf(2_000)}s.match(/a/g).length`);
    expect(grown.steps - found.steps).toBeLessThan(65_536 / 256 + 200);
  });

  it("equals JavaScript's, and costs a step per 256 characters", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.stringMatching(/^[abc]{1,40}$/),
        fc.constantFrom("(a)", "b(c)?", "()", "(a)(b)?", "(c*)"),
        (pieces, text, source) => {
          const template = pieces.join("");
          const expected = text.replace(new RegExp(source), template);
          const call = `${JSON.stringify(text)}.replace(/${source}/,${JSON.stringify(template)})`;
          expect(evaluate(`${call}===${JSON.stringify(expected)}`, ENTITY)).toEqual({ value: true });
        },
      ),
    );
    const long = run(`${textOf(20_000)}s.replace('a','$&$&')`);
    expect(long.steps).toBeGreaterThan(20_000 / 256);
  });
});

describe("the end of a budget", () => {
  it.each([
    "try { for (;;); } catch (e) { true }",
    "try { for (;;); } finally { true }",
    "try { [1].map(function () { for (;;); }) } catch (e) {} true",
    "try { ({ toString: function () { for (;;); } }) + '' } catch (e) {} true",
    "function f() { try { return f() } catch (e) { return true } } f()",
    "try { 'a'.replace('a', function () { for (;;); }) } catch (e) {} true",
    `${textOf(60_000)}for(;;)try{+s}catch(e){}`,
  ])("cannot be caught by the filter: %s", (text) => {
    expect(run(text).outcome).toBe("budget");
  });

  it("leaves the facts complete for the next filter", () => {
    const labels = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`l${index}`, "x"]));
    const subject = new Subject({ labels, system: {} }, new FilterReader(new Budget()));
    expect(subject.verdictOn("for (;;) entity.labels.l1")).toMatchObject({ error: { kind: "budget" } });
    expect(subject.verdictOn("Object.keys(entity.labels).length == 9000")).toEqual({ value: true });
    expect(subject.verdictOn("entity.labels.l8999 == 'x'")).toEqual({ value: true });
  });

  it("is drawn on again when changed facts are rebuilt", () => {
    const labels = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`l${index}`, "x"]));
    const builds = Array.from({ length: 100 }, (_, index) => ({
      filters: [`entity.labels.l1 = ${index}, false`],
    }));
    expect(() => chooseBuild({ builds }, { labels }, "most-specific", new Budget())).toThrow(BudgetExhausted);
  });

  it("is an error that names the budget, and never exceeds it", () => {
    const budget = new Budget(10);
    expect(() => budget.spend(11 * WORK_PER_STEP)).toThrow(
      "the filters take more than 10 evaluation steps, the budget of one request",
    );
    expect([budget.left, budget.taken]).toEqual([0, 10]);
  });

  it("comes at the same number of steps for every program of a kind", () => {
    const part = fc.constantFrom(
      "s+=s;",
      "a.push(s);",
      "a=a.concat(a);",
      "s=s.replace(/a/g,'$&$&');",
      "s.split('');",
      "+s;",
      "try{new RegExp(s+'(')}catch(e){}",
      "(function(a,b,c){var d,e,f})(s,a);",
      "s.toUpperCase();",
      "''+a;",
      "a.sort();",
      "entity.labels[s]=a;",
      "/(a|b)*c/i.test(s);",
      "with({x:s})x;",
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const { steps, outcome } = run(`var s='ab',a=[1,s];for(;;){${parts.join("")}}`);
        expect(outcome).toBe("budget");
        expect(steps).toBeLessThanOrEqual(10_000);
      }),
      { numRuns: runs(60) },
    );
  });
});

describe("the budget of a request", () => {
  const long = (number: number) => `for (var i = ${number}; i < ${number + 700}; i++); false`;
  const builds = Array.from({ length: 100 }, (_, index) => ({ filters: [long(index * 1_000)] }));

  it("covers all platforms and rules of a lint, which reports what it did not check", () => {
    const budget = new Budget();
    const findings = new Linter(budget).lint({ builds });
    expect(budget.taken).toBe(REQUEST_STEPS);
    expect(findings.at(-1)).toEqual({
      rule: "budget",
      where: "builds",
      message: expect.stringContaining("the filters take more than 200000 evaluation steps"),
    });
  });

  it("ends a filter at the step where it ends itself, not after the filter", () => {
    const budget = new Budget(20);
    const facts = newFacts({ system: {} });
    const late = prepare("for (var i = 0; i < 1000; i++); entity.system.os = 'linux'", new Budget());
    expect(() => judge(late, facts, budget)).toThrow(BudgetExhausted);
    expect([facts.changed, budget.left]).toEqual([false, 0]);
    expect(judge(late, facts)).toEqual({ value: true });
    expect(facts.changed).toBe(true);
  });

  it("is not spent to report that one filter takes too long on some machines", () => {
    const slow = "if (entity.system.os == 'windows') for (;;); true";
    const findings = new Linter().lint({ builds: [{ filters: [slow] }, { filters: ["false"] }] });
    expect(findings).toContainEqual({
      rule: "budget",
      where: "builds.0",
      message: expect.stringMatching(
        /^On windows-\S+, .* more a filter of this build takes more than 10000 evaluation steps/,
      ),
    });
  });

  it("covers all definitions that one linter checks", () => {
    const linter = new Linter(new Budget());
    const one = {
      builds: [{ filters: ["entity.system.os == 'linux'"] }, { filters: ["entity.system.os == 'aix'"] }],
    };
    expect(linter.lint({ builds }).at(-1)?.rule).toBe("budget");
    expect(linter.lint(one).map(({ rule }) => rule)).toEqual(["budget"]);
    expect(new Linter(new Budget()).lint(one)).toEqual([]);
  });

  it.each([
    ["names", "a|"],
    ["regular expressions", "/a/|"],
    ["members", ".a"],
    ["numbers", "1|"],
    ["escapes", "'\\n'+"],
    ["line ends", "a\n"],
    ["what is nested too deeply", "("],
    ["tokens that are none", "#"],
    ["comments", "a/**/|"],
  ])("covers the reading of filters that hold nothing but %s", (_, text) => {
    const filters = newFilterReader();
    const read = () => {
      for (let number = 0; number < 1_000; number += 1)
        filters.read(`${number}|${text.repeat(Math.floor(1_980 / text.length))}1`);
    };
    expect(read).toThrow(BudgetExhausted);
  });

  it("suffices to parse the 5,000 ordinary filters of the largest definition", () => {
    const filters = newFilterReader();
    for (let number = 0; number < 5_000; number += 1) {
      const text = `entity.system.os == 'linux' && entity.system.arch == 'amd64' && entity.labels.n != '${number}'`;
      expect(filters.read(text)).toHaveProperty("program");
    }
  });

  it("covers the findings: a lint of unknown names ends too", () => {
    const filters = Array.from({ length: 50 }, (_, index) =>
      Array.from({ length: 200 }, (__, name) => `n${index}x${name}`).join("|"),
    );
    const findings = new Linter().lint({ builds: [{ filters }] });
    expect(findings.length).toBeLessThan(REQUEST_STEPS / 50);
    expect(findings.at(-1)?.rule).toBe("budget");
  });

  it("covers the tokens of a build, however many there are and however long their values", () => {
    const facts = { name: "n".repeat(60_000) };
    const url = `https://e/${"{{.name}}".repeat(1_000)}`;
    expect(() => substituteBuild({ url }, facts)).toThrow(BudgetExhausted);
    expect(() => substituteTokens("{{.none}}".repeat(50_000), {})).toThrow(BudgetExhausted);
    const headers = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`h${at}`, ""]));
    expect(() => substituteBuild({ headers }, facts)).toThrow(BudgetExhausted);
    expect(substituteTokens("{{.name}}".repeat(10), { name: "n" })).toEqual({ text: "n".repeat(10) });
  });
});

describe("an error's message", () => {
  it("is cut to its limit, however long the thrown text is", () => {
    const verdict = evaluate(`${textOf(60_000)}throw s`, ENTITY);
    expect(verdict).toEqual({ error: { kind: "thrown", message: `${"a".repeat(500)}...` } });
  });
});
