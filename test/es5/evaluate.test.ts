import { describe, expect, it } from "vitest";
import { evaluate, judge, newFacts, type Verdict } from "../../src/es5/evaluate.ts";
import { newFilterReader } from "../support/filters.ts";

const ENTITY = {
  name: "web-1",
  labels: { zone: "pci", rack: "7", constructor: "Acme" },
  subscriptions: ["linux", "web"],
  system: { os: "linux", arch: "arm", arm_version: 7, platform: "debian", platform_version: "12.5" },
};

/** Verdicts by expression, in short: the value, or the error's text. */
function verdicts(expressions: string[], entity: unknown = ENTITY): Record<string, boolean | string> {
  return Object.fromEntries(expressions.map((text) => [text, short(evaluate(text, entity))]));
}

function short(verdict: Verdict): boolean | string {
  return "value" in verdict ? verdict.value : `${verdict.error.kind}: ${verdict.error.message}`;
}

/** Expects each of the expressions to come to the value. */
function allAre(value: boolean, expressions: string[]) {
  return Object.fromEntries(expressions.map((text) => [text, value]));
}

describe("a filter's verdict", () => {
  it("is the truth of its last statement's value", () => {
    const table = {
      "entity.system.os == 'linux'": true,
      "entity.system.os": true,
      "entity.system.nothing": false,
      "": false,
      ";": false,
      "'0'": true,
      NaN: false,
      "[]": true,
      "{}": false,
      "1; 0": false,
      "0; 1;": true,
      "true; var x": true,
      "true; {}": false,
      "true; if (false) 1": true,
      "if (true) 0; else 1": false,
      "var s = 0; for (var i = 0; i < 3; i++) s += i; s == 3": true,
      "for (;;) { true; break }": true,
      "switch (1) { case 1: true; break }": false,
      "switch (2) { case 1: 0; default: 1 }": true,
      "try { nope } catch (e) { true }": true,
      "try { 1 } finally { 0 }": true,
      "f(); function f() { return false }": false,
      "x: { true; break x }": false,
    };
    expect(verdicts(Object.keys(table))).toEqual(table);
  });

  it("compares and calculates as ES5 does", () => {
    const yes = [
      "1 == '1'",
      "'' == 0",
      "null == undefined",
      "[] == false",
      "[7] == 7",
      "'b' > 'a'",
      "'10' < '9'",
      "!('10' < 9)",
      "1 + '1' == 11",
      "'3' * '4' == 12",
      "7 % 4 == 3",
      "-7 % 4 == -3",
      "~5 == -6",
      "1 << 4 == 16",
      "-1 >>> 28 == 15",
      "5 & 4",
      "typeof null == 'object'",
      "typeof nope == 'undefined'",
      "typeof isNaN == 'function'",
      "void 0 == null",
      "!NaN",
      "NaN != NaN",
      "0.1 + 0.2 != 0.3",
      "010 == 8",
      "0x1f == 31",
      "(1, 2) == 2",
      "true + true == 2",
      "var i = 5; i++ == 5 && i == 6 && --i == 5",
      "var a = 1; (a += 2) == 3",
      "'x' in {x: 1}",
      "!('x' in {})",
      "'length' in []",
      "[1] instanceof Array",
      "!({} instanceof Array)",
      "/x/ instanceof RegExp",
      "delete entity.name && entity.name == undefined",
      "entity == '[object Object]'",
      "'' + [1, [2, 3]] == '1,2,3'",
      "({valueOf: function () { return 4 }}) + 1 == 5",
      "1e21 + '' == '1e+21'",
      "' 12 ' == 12",
      "'0x10' == 16",
      "String(1e-7) == '1e-7'",
      "Number('') === 0",
      "isNaN(Number('1x'))",
      "Number('inf') == Infinity",
    ];
    expect(verdicts(yes)).toEqual(allAre(true, yes));
  });

  it("groups chained comparisons to the right, as otto does", () => {
    const table = { "1 < 2 < 3": false, "3 > 2 > 1": true, "3 > (2 > 1)": true, "(3 > 2) > 1": false };
    expect(verdicts(Object.keys(table))).toEqual(table);
  });

  it("can use the strings, numbers and arrays of ES5", () => {
    const yes = [
      "entity.system.platform_version.split('.')[0] == '12'",
      "parseInt('12.5') >= 12",
      "parseInt('0x1f') == 31",
      "parseInt('z', 36) == 35",
      "parseFloat('7.9.2009') == 7.9",
      "isNaN(parseFloat('abc'))",
      "isFinite('3')",
      "'Linux'.toLowerCase() == 'linux'",
      "'abc'.charAt(1) == 'b'",
      "'abc'[2] == 'c'",
      "'abc'.charCodeAt(0) == 97",
      "'abcabc'.indexOf('c') == 2",
      "'abcabc'.indexOf('c', 3) == 5",
      "'abcabc'.lastIndexOf('a') == 3",
      "'abc'.slice(-2) == 'bc'",
      "'abc'.substring(2, 0) == 'ab'",
      "'abc'.substr(-2, 1) == 'b'",
      "' a '.trim() == 'a'",
      "'a'.concat('b', 1) == 'ab1'",
      "'a-b-c'.split('-', 2).length == 2",
      "'abc'.split('').join('+') == 'a+b+c'",
      "''.split('').length == 0",
      "'a1b2'.split(/\\d/).length == 3",
      "'linux'.replace('lin', 'x') == 'xux'",
      "'aXbX'.replace(/x/gi, '-') == 'a-b-'",
      "'ab'.replace(/(a)(b)/, '$2$1') == 'ba'",
      "'ab'.replace(/b/, function (m, at) { return m + at }) == 'ab1'",
      "'linux'.search(/n/) == 2",
      "'linux'.match(/i(n)/)[1] == 'n'",
      "'linux'.match(/z/) === null",
      "'a1b22'.match(/\\d+/g).join() == '1,22'",
      "'b'.localeCompare('a') == 1",
      "/^lin/.test(entity.system.os)",
      "/^LIN/i.test('linux')",
      "/(\\d+)\\.(\\d+)/.exec('v12.5')[2] == 5",
      "/a/g.global && !/a/.global",
      "new RegExp('^' + entity.system.os).test('linux')",
      "RegExp('a|b').source == 'a|b'",
      "String(/a/gi) == '/a/gi'",
      "[3, 1, 2].sort().join() == '1,2,3'",
      "[1, 10, 9].sort(function (a, b) { return b - a })[0] == 10",
      "[1, 2].concat(3, [4]).length == 4",
      "['linux', 'web'].indexOf(entity.subscriptions[1]) == 1",
      "entity.subscriptions.indexOf('web') >= 0",
      "[1, 2, 3].reverse()[0] == 3",
      "[1, 2, 3].slice(1).join() == '2,3'",
      "var a = [1, 2, 3]; a.splice(1, 1)[0] == 2 && a.length == 2",
      "var a = [1]; a.push(2) == 2 && a.pop() == 2",
      "var a = [1, 2]; a.shift() == 1 && a.unshift(0) == 2",
      "[1, 2].map(function (x) { return x * 2 })[1] == 4",
      "entity.subscriptions.some(function (s) { return s == 'web' })",
      "[2, 4].every(function (x) { return x % 2 == 0 })",
      "[1, 2, 3].filter(function (x) { return x > 1 }).length == 2",
      "[1, 2, 3].reduce(function (a, b) { return a + b }) == 6",
      "Array.isArray(entity.subscriptions)",
      "var a = []; a[3] = 1; a.length == 4",
      "var a = [1, 2]; a.length = 1; a[1] === undefined",
      "Math.max(1, 5, 3) == 5",
      "Math.floor(-1.5) == -2",
      "Math.round(2.5) == 3",
      "Math.PI > 3",
      "(12.345).toFixed(1) == '12.3'",
      "(255).toString(16) == 'ff'",
      "Object.keys(entity.labels).length == 3",
      "entity.hasOwnProperty('name')",
      "!entity.hasOwnProperty('metadata')",
      "String.fromCharCode(97, 98) == 'ab'",
      "var n = 0; for (var k in {a: 1, b: 2}) n++; n == 2",
      "(function () { return arguments.length })(1, 2) == 2",
      "function P(x) { this.x = x } new P(4).x == 4 && new P(1) instanceof P",
      "try { throw new TypeError('x') } catch (e) { e.name == 'TypeError' && e.message == 'x' }",
      "with (entity.system) { os == 'linux' && arch == 'arm' }",
      "(function fact(n) { return n ? n * fact(n - 1) : 1 })(5) == 120",
    ];
    expect(verdicts(yes)).toEqual(allAre(true, yes));
  });

  it("can use the hour and the weekday of a time, in UTC", () => {
    const yes = [
      "hour(0) == 0",
      "hour(3600) == 1",
      "hour(86399) == 23",
      "hour(-1) == 23",
      "hour('3600') == 0",
      "weekday(0) == 4",
      "weekday(259200) == 0",
      "weekday(-86400) == 3",
    ];
    expect(verdicts(yes)).toEqual(allAre(true, yes));
  });

  it("cannot depend on the time or on chance, only on the asset and the facts", () => {
    for (const text of [
      "new Date()",
      "Date.now()",
      "Math.random() < 1",
      "JSON.parse('1')",
      "encodeURI('a')",
      "escape('a')",
    ]) {
      expect(evaluate(text, ENTITY)).toMatchObject({ error: { kind: "refused" } });
    }
  });

  it("never finds an object of the facts equal to itself, as in otto", () => {
    const table = {
      "entity.system == entity.system": false,
      "var s = entity.system; s == s": true,
      "entity == entity": true,
    };
    expect(verdicts(Object.keys(table))).toEqual(table);
  });

  it("ignores an undefined name in the middle of a loop, as otto does", () => {
    const table = {
      "var i = 0; while (i < 1) { i++; nope; true }": true,
      "var i = 0; while (i < 1) { i++; nope }": "reference: ReferenceError: 'nope' is not defined",
    };
    expect(verdicts(Object.keys(table))).toEqual(table);
  });

  it("sees what an earlier filter wrote to the same facts", () => {
    const facts = newFacts(ENTITY);
    expect(judge(newFilterReader().read("entity.system.os == 'windows'"), facts)).toEqual({ value: false });
    expect(facts.changed).toBe(false);
    expect(judge(newFilterReader().read("entity.system.os = 'windows'"), facts)).toEqual({ value: true });
    expect(facts.changed).toBe(true);
    expect(judge(newFilterReader().read("entity.system.os == 'windows'"), facts)).toEqual({ value: true });
    expect(ENTITY.system.os).toBe("linux");
  });
});

describe("an error of a filter", () => {
  it("is worded as Sensu's evaluator words it", () => {
    const table = {
      nope: "reference: ReferenceError: 'nope' is not defined",
      "System.OS == 'linux'": "reference: ReferenceError: 'System' is not defined",
      "entity.OS in ('macos', 'linux')": "type: TypeError",
      "entity.metadata.name": "type: TypeError: Cannot access member 'name' of undefined",
      "null['a' + 1]": "type: TypeError: Cannot access member 'a1' of null",
      "entity.name()": "type: TypeError: 'name' is not a function",
      "nope()": "reference: ReferenceError: 'nope' is not defined",
      "1()": "type: TypeError: 1 is not a function",
      "'a'.startsWith('a')": "type: TypeError: 'startsWith' is not a function",
      "new Array(-1)": "range: RangeError",
      "(1).toFixed(21)": "range: RangeError: toFixed() precision must be between 0 and 20",
      "new RegExp('(')": "type: TypeError: Invalid regular expression: Unterminated group",
      "new RegExp('a**')":
        "syntax: SyntaxError: Invalid regular expression: invalid nested repetition operator: `**`",
      "throw 'no'": "thrown: no",
      "throw new Error('no')": "thrown: Error: no",
      "throw {a: 1}": "thrown: [object Object]",
      "return true": "syntax: (anonymous): Line 1:1 Illegal return statement",
    };
    expect(verdicts(Object.keys(table))).toEqual(table);
  });

  it("is not reached behind an operand that is false", () => {
    const table = { "entity.system.os == 'linux' || nope": true, "entity.system.os == 'x' && nope": false };
    expect(verdicts(Object.keys(table))).toEqual(table);
    expect(evaluate("entity.system.os == 'linux'", { name: "proxy" })).toEqual({
      error: { kind: "type", message: "TypeError: Cannot access member 'os' of undefined" },
    });
  });
});

describe("what a filter does not get", () => {
  it("is refused by name, and cannot be caught", () => {
    const expressions = [
      "eval('1')",
      "Function('return 1')()",
      "entity.constructor",
      "entity.labels['__proto__']",
      "''.constructor",
      "(function () {}).prototype",
      "isNaN.prototype",
      "(function () { return arguments.callee })()",
      "try { eval('1') } catch (e) { true }",
      "typeof eval",
      "Object.create(null)",
      "({get a() { return 1 }})",
      "this.constructor",
      "entity['const' + 'ructor']",
      "[].constructor.constructor('return 1')()",
      "isNaN.caller",
      "isNaN.arguments",
    ];
    const kinds = expressions.map((text) => {
      const verdict = evaluate(text, { labels: {} });
      return [text, "error" in verdict ? verdict.error.kind : verdict.value];
    });
    expect(Object.fromEntries(kinds)).toEqual(
      Object.fromEntries(expressions.map((text) => [text, "refused"])),
    );
  });

  it("excludes the way to a constructor, but no label by that name", () => {
    expect(verdicts(["entity.labels.constructor == 'Acme'"])).toEqual({
      "entity.labels.constructor == 'Acme'": true,
    });
  });

  it("does not carry over from one filter to the next", () => {
    const facts = newFacts(ENTITY);
    judge(newFilterReader().read("isNaN.mine = 1; x = 2; Math.PI = 3; [].push.mine = 4"), facts);
    const table = {
      "isNaN.mine": false,
      "typeof x == 'undefined'": true,
      "Math.PI == 3": false,
      "[].push.mine": false,
    };
    const after = Object.keys(table).map((text) => [text, short(judge(newFilterReader().read(text), facts))]);
    expect(Object.fromEntries(after)).toEqual(table);
  });
});
