import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/es5/evaluate.ts";
import { CHARACTER } from "../support/characters.ts";
import { runs } from "../support/nightly.ts";

const ENTITY = { name: "a", labels: { zone: "b" }, system: { os: "linux" }, subscriptions: ["c"] };
const STEPS = 10_000;

/** A run's verdict in one word, and that it kept to its steps. */
function outcome(text: string): string {
  let taken = 0;
  const verdict = evaluate(text, ENTITY, { onSteps: (steps) => (taken = steps) });
  expect(taken).toBeLessThanOrEqual(STEPS);
  return "error" in verdict ? verdict.error.kind : typeof verdict.value;
}

const LONG = "var g = 'a'; while (g.length < 30000) g += g; var h = g.slice(0, -1) + 'b';";
const MANY = "var a = [1]; while (a.length < 4000) a = a.concat(a);";

describe("a hostile filter is stopped", () => {
  it("when it never ends", () => {
    const endless = [
      "for (;;) {}",
      "while (true);",
      "do {} while (1)",
      "for (var i = 0; i < 1e9; i++) for (var j = 0; j < 1e9; j++);",
      "x: for (;;) { continue x }",
      "try { for (;;) {} } catch (e) { true }",
      "try { throw 1 } finally { for (;;) {} }",
      "for (;;) { try { throw 1 } catch (e) {} }",
      "function f() { return f() } f()",
      "function f(n) { return [n].map(f) } f(1)",
      "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } fib(40)",
      "var o = { toString: function () { return '' + this } }; '' + o",
      "var a = []; a[0] = a; '' + a",
      "[3, 1, 2].sort(function () { for (;;) {} })",
      "'a'.replace(/a/, function () { for (;;) {} })",
    ];
    for (const text of endless) expect([text, outcome(text)]).toEqual([text, "budget"]);
  });

  it("when it grows", () => {
    const growing = [
      "var s = 'a'; for (;;) s += s",
      "var s = 'ab'; for (;;) s = s.replace(/a/g, s)",
      "var a = []; for (;;) a.push(a)",
      "var a = [1]; for (;;) a = a.concat(a)",
      "new Array(4294967295).join('x')",
      "var a = []; a[4294967294] = 1; a.indexOf(2)",
      "var a = []; a.length = 4294967295; a.sort()",
      "var o = {}; for (var i = 0; ; i++) o[i] = i",
      "for (var i = 0; ; i++) entity['x' + i] = i",
      "for (;;) new RegExp('(a{1,50}){1,20}')",
    ];
    for (const text of growing) expect([text, outcome(text)]).toEqual([text, "budget"]);
  });

  it("when each of its steps is long", () => {
    const onTexts = [
      "g == h",
      "g === h",
      "g < h",
      "+g",
      "g.indexOf('b')",
      "g.lastIndexOf(g.slice(9000) + 'b')",
      "g.split('b' + g.slice(9000))",
      "g.toUpperCase()",
      "g in this",
      "this[g]",
      "[g].indexOf(h)",
      "g.localeCompare(h)",
      "switch (g) { case h: }",
      "for (var k in g);",
      "/a*b/.test(g)",
      "g.replace('b', g)",
      "parseFloat(g)",
      "g.trim()",
    ];
    const onLists = [
      "a.sort()",
      "a.slice()",
      "a.reverse()",
      "a.join()",
      "a.indexOf(2)",
      "a.map(String)",
      "a.unshift(1)",
    ];
    for (const step of onTexts)
      expect([step, outcome(`${LONG} for (;;) { ${step} }`)]).toEqual([step, "budget"]);
    for (const step of onLists)
      expect([step, outcome(`${MANY} for (;;) { ${step} }`)]).toEqual([step, "budget"]);
  });

  it("when its regular expression would backtrack for ever elsewhere", () => {
    const patterns = [
      "(a+)+$",
      "(a|a)*b",
      "(a*)*b",
      "(.*)(.*)(.*)(.*)x",
      "([a-z]+)*[0-9]",
      "(a?){300}a{300}",
    ];
    for (const pattern of patterns) {
      expect([pattern, outcome(`${LONG} /${pattern}/.test(h)`)]).toEqual([pattern, "budget"]);
    }
    expect(outcome("/^(([a-z])+.)+[A-Z]([a-z])+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')")).toBe(
      "boolean",
    );
  });

  it("when it is deep or long", () => {
    const texts = [
      `a${"+a".repeat(999)}`,
      `1${"+1".repeat(999)}`,
      `entity${".x".repeat(990)}`,
      `isNaN${"()".repeat(990)}`,
      `0${"||0".repeat(660)}`,
      `${"(".repeat(999)}1${")".repeat(999)}`,
      "[".repeat(999),
      "a".repeat(2001),
      `${"!".repeat(1999)}1`,
      `${"if(1)".repeat(390)}1`,
      `var f = function () { return f }; f${"()".repeat(900)}`,
    ];
    for (const text of texts) expect(["budget", "syntax", "type", "reference"]).toContain(outcome(text));
    const fine = [
      `1${",1".repeat(999)}`,
      `${"[".repeat(150)}${"]".repeat(150)}`,
      `1${"+1".repeat(300)}`,
      "a".repeat(1900),
    ];
    for (const text of fine) expect(["boolean", "reference"]).toContain(outcome(text));
  });
});

describe("no filter at all", () => {
  const member = fc.constantFrom(
    "constructor",
    "__proto__",
    "prototype",
    "call",
    "apply",
    "bind",
    "caller",
    "callee",
    "arguments",
    "toString",
    "valueOf",
    "__defineGetter__",
    "__lookupGetter__",
    "hasOwnProperty",
    "isPrototypeOf",
    "length",
    "name",
    "os",
    "0",
    "map",
    "exec",
    "source",
  );
  const root = fc.constantFrom(
    "entity",
    "entity.system.os",
    "this",
    "''",
    "1",
    "true",
    "[]",
    "{}",
    "/a/",
    "isNaN",
    "Array",
    "Object",
    "String",
    "RegExp",
    "Math",
    "console",
    "hour",
    "(function () { return arguments })()",
    "(function () {})",
    "new Error('x')",
    "eval",
    "Function",
  );
  const outside = fc.constantFrom(
    "globalThis",
    "self",
    "process",
    "require",
    "WebAssembly",
    "Reflect",
    "Symbol",
    "Proxy",
    "caches",
  );
  const access = fc.oneof(
    member.map((name) => `.${name === "0" ? "length" : name}`),
    member.map((name) => `['${name}']`),
    member.map((name) => `['${name.slice(0, 2)}' + '${name.slice(2)}']`),
    fc.constantFrom(
      "()",
      "('return this')()",
      "(this)",
      "('a')",
      "(entity, 'constructor')",
      "[[]]",
      "(null, ['x'])",
      "(function () { return this })",
    ),
  );
  const chain = fc
    .tuple(root, fc.array(access, { maxLength: 6 }))
    .map(([start, rest]) => `(${start})${rest.join("")}`);

  it("escapes: a chain of members ends in a value of the interpreter or an error", () => {
    fc.assert(
      fc.property(chain, (text) => {
        const probe = `var v = ${text}; typeof v == 'function' ? v('return typeof process + typeof caches')() : v`;
        const verdict = evaluate(probe, ENTITY);
        expect("error" in verdict || typeof verdict.value === "boolean").toBe(true);
        const shown = evaluate(`throw '' + (${text})`, ENTITY);
        const said = "error" in shown ? shown.error.message : "";
        expect(said).not.toMatch(/\[native code\][^]*\[native code\]|objectundefined|evaluate|Machine|=>/);
      }),
      { numRuns: runs(300) },
    );
  });

  it("sees a global of the runtime", () => {
    fc.assert(
      fc.property(outside, (name) => {
        expect(outcome(name)).toBe("reference");
        expect(outcome(`this.${name} === undefined`)).toBe("boolean");
      }),
    );
  });

  it("reaches a constructor or a prototype of anything", () => {
    fc.assert(
      fc.property(
        root,
        fc.constantFrom("constructor", "__proto__"),
        fc.array(access, { maxLength: 3 }),
        (start, name, rest) => {
          expect(["refused", "reference"]).toContain(outcome(`(${start}).${name}${rest.join("")}`));
        },
      ),
      { numRuns: runs(100) },
    );
  });

  it("throws out of the interpreter or exceeds its steps", () => {
    const word = fc.constantFrom(
      ..."entity . system os ( ) [ ] { } ; , + - * / % = == === ! && || ? : < > in instanceof typeof delete new function f a b 1 0 'x' /a/ var if else for while do break continue return throw try catch finally switch case default with this null true eval constructor length push map split replace".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        expect(outcome(words.join(" "))).toBeTypeOf("string");
      }),
      { numRuns: runs(300) },
    );
    fc.assert(
      fc.property(fc.string({ unit: CHARACTER, maxLength: 60 }), (text) => {
        expect(outcome(text)).toBeTypeOf("string");
      }),
      { numRuns: runs(200) },
    );
  });

  it("throws out of the interpreter for facts of any shape", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (facts) => {
        const verdict = evaluate("var n = 0; for (var k in entity) n++; entity.toString() == n", facts);
        expect("error" in verdict ? ["type", "budget"] : ["boolean"]).toContain(
          "error" in verdict ? verdict.error.kind : typeof verdict.value,
        );
      }),
    );
  });
});
