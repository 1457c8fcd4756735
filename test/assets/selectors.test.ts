import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { OPERATORS } from "../../src/assets/selector-tokens.ts";
import {
  matches,
  parseSelector,
  printSelector,
  type Fields,
  type Operation,
} from "../../src/assets/selectors.ts";
import { CHARACTER } from "../support/characters.ts";
import { runs } from "../support/nightly.ts";

type Reading = [fact: string, selector: string, ...operations: Operation[]];

const PREFIX = "could not parse the operations: ";

function operationsOf(selector: string): Operation[] {
  const parsed = parseSelector(selector);
  if ("error" in parsed) throw new Error(parsed.error);
  return parsed.operations;
}

function selects(selector: string, fields: Fields): boolean {
  return matches(operationsOf(selector), fields);
}

function compare(key: string, operator: Operation["operator"], ...values: string[]): Operation {
  return { key, operator, values };
}

function subscribed(value: string): Fields {
  return { "object.subscriptions": value };
}

describe("parseSelector", () => {
  const readings: Reading[] = [
    ["T344", "foo == bar", compare("foo", "==", "bar")],
    ["T345", "foo == bar && baz != qux", compare("foo", "==", "bar"), compare("baz", "!=", "qux")],
    ["T346", "foo in [foo,bar]", compare("foo", "in", "foo", "bar")],
    ["T346", "foo notin [foo,bar]", compare("foo", "notin", "foo", "bar")],
    ["T353", 'region == "us-west-1"', compare("region", "==", "us-west-1")],
    ["T354", "publish == true", compare("publish", "==", "true")],
    ["T355", '"entity:whisky:*" in ["entity:whisky:*"]', compare("entity:whisky:*", "in", "entity:whisky:*")],
    ["T356", "foo matches bar", compare("foo", "matches", "bar")],
    [
      "T357",
      '"my sub" in check.subscriptions && check.publish == true',
      compare("my sub", "in", "check.subscriptions"),
      compare("check.publish", "==", "true"),
    ],
    [
      "T357",
      'check.publish == true && "my sub" in check.subscriptions',
      compare("check.publish", "==", "true"),
      compare("my sub", "in", "check.subscriptions"),
    ],
    ["T371", " \t\r\nfoo\u00a0==\u2003bar ", compare("foo", "==", "bar")],
    ["T372", "a In [b] && c NOTIN [d]", compare("a", "in", "b"), compare("c", "notin", "d")],
    ["T372", "e Matches f && g == TRUE", compare("e", "matches", "f"), compare("g", "==", "true")],
    ["T372", "inbefore == b", compare("inbefore", "==", "b")],
    ["T373", "_0.a1 == __CamelCase__.snake_case", compare("_0.a1", "==", "__CamelCase__.snake_case")],
    ["an empty selector", ""],
    ["a blank selector", " \t "],
    ["juxtaposition", "a == b c != d", compare("a", "==", "b"), compare("c", "!=", "d")],
    ["either quote", `a == "b' && c == 'd"`, compare("a", "==", "b"), compare("c", "==", "d")],
    ["no escapes", '"a\\b" == c', compare("a\\b", "==", "c")],
    ["no space after ==", "a ==b", compare("a", "==", "b")],
    ["no space before !=", "a!=b", compare("a", "!=", "b")],
    ["no space after a string", `'a'=='b'`, compare("a", "==", "b")],
    ["matches as a value", "a == matches", compare("a", "==", "matches")],
    ["a path", "foo.bar == foo/bar", compare("foo.bar", "==", "foo/bar")],
    ["letters of any script", "größe == 三.字", compare("größe", "==", "三.字")],
    ["letters beyond the BMP", "𝒜𝒷 == 𐐷", compare("𝒜𝒷", "==", "𐐷")],
    ["commas left out or doubled", "a in [b 'c',,d]", compare("a", "in", "b", "c", "d")],
    ["an empty list", "a notin []", compare("a", "notin")],
    ["a bare identifier", "a in b.c", compare("a", "in", "b.c")],
    ["a keyword that a mark ends", "a in [true,in]", compare("a", "in", "true", "in")],
  ];

  it.each(readings)("reads %s: %s", (_fact, selector, ...operations) => {
    expect(parseSelector(selector)).toEqual({ operations });
  });

  it.each([
    ["T347", "foo maybein [foo,bar]", `${PREFIX}unexpected operator 'maybein' found`],
    ["T348", "foo != bar &&", "unexpected token '', expected an identifier or string after '&&'"],
    ["T349", "&& foo != bar", "unexpected '&&' operator found, expected a operation first"],
    ["T350", "foo != bar &", "unexpected token '', expected an identifier or end of string"],
    ["T351", "foo in [foo != bar]", `${PREFIX}unexpected token '!=', expected a comma or an identifier`],
    ["T352", "foo != ==", `${PREFIX}unexpected token '==': expected an identifier or literal value`],
    [
      "T374",
      "_0.1 == a",
      `unexpected token 'invalid identifier: "_0.1"', expected an identifier or end of string`,
    ],
    ["T375", "0asdf", `unexpected token 'invalid rune: "0"', expected an identifier or end of string`],
    ["T375", ".asdf", `unexpected token 'invalid rune: "."', expected an identifier or end of string`],
    [
      "T376",
      "asdf.",
      `unexpected token 'end of input while scanning identifier: "asdf."', expected an identifier or end of string`,
    ],
    ["§3.4", "a..b", `unexpected token 'invalid identifier: "a.."', expected an identifier or end of string`],
    [
      "§3.4",
      "foo==bar",
      `unexpected token 'invalid identifier: "foo="', expected an identifier or end of string`,
    ],
    [
      "§3.4",
      "a == 1",
      `${PREFIX}unexpected token 'invalid rune: "1"': expected an identifier or literal value`,
    ],
    [
      "§3.4",
      "a == us-west-1",
      `${PREFIX}unexpected token 'invalid identifier: "us-"': expected an identifier or literal value`,
    ],
    [
      "§3.4",
      "a == foo:bar",
      `${PREFIX}unexpected token 'invalid identifier: "foo:"': expected an identifier or literal value`,
    ],
    ["§3.4", "a in 'str'", `${PREFIX}found 'str', expected '['`],
    ["§3.4", "a in true", `${PREFIX}found 'true', expected '['`],
    ["§3.4", "a in [b", `${PREFIX}unexpected token '', expected a comma or an identifier`],
    ["§3.4", "a in [true ]", `${PREFIX}unexpected token 'true', expected a comma or an identifier`],
    ["§3.4", "a in[b]", `${PREFIX}unexpected operator 'in' found`],
    ["§3.4", "a", `${PREFIX}unexpected operator '' found`],
    ["§3.4", "a ==", `${PREFIX}unexpected token '': expected an identifier or literal value`],
    ["§3.4", 'a == "b', `${PREFIX}unexpected token '': expected an identifier or literal value`],
    ["§3.4", "true == a", "unexpected token 'true', expected an identifier or end of string"],
    ["§3.4", "a == b && && c == d", "unexpected token '&&', expected an identifier or string after '&&'"],
    [
      "§3.4",
      "a == b || c == d",
      `unexpected token 'invalid rune: "|"', expected an identifier or end of string`,
    ],
    ["§3.4", "é = b", `${PREFIX}unexpected operator 'at 5, looking for "=" but got "= "' found`],
    [
      "§3.4",
      "a == \u0001",
      `${PREFIX}unexpected token 'invalid rune: "\\x01"': expected an identifier or literal value`,
    ],
    [
      "§3.4",
      "a == \\",
      `${PREFIX}unexpected token 'invalid rune: "\\\\"': expected an identifier or literal value`,
    ],
    [
      "§3.4",
      "a == \u{e0001}",
      `${PREFIX}unexpected token 'invalid rune: "\\U000e0001"': expected an identifier or literal value`,
    ],
  ])("refuses (%s): %s", (_fact, selector, error) => {
    expect(parseSelector(selector)).toEqual({ error });
  });

  it("reads at most 50 operations", () => {
    expect(parseSelector("a ==b ".repeat(50))).toHaveProperty("operations.length", 50);
    expect(parseSelector("a ==b ".repeat(51))).toEqual({
      error: "a selector may have at most 50 operations",
    });
  });

  it("reads at most 4,096 characters", () => {
    expect(parseSelector(" ".repeat(4_096))).toEqual({ operations: [] });
    expect(parseSelector(" ".repeat(4_097))).toEqual({
      error: "a selector may have at most 4096 characters",
    });
  });
});

describe("matches", () => {
  const foo = { "object.name": "foo" };
  const rows: [fact: string, selector: string, fields: Fields, verdict: boolean][] = [
    ["T358", "object.name == foo", foo, true],
    ["T358", "object.name == bar", foo, false],
    ["T359", "object.name in [foo,bar]", foo, true],
    ["T359", "object.name in [bar,baz]", foo, false],
    ["T360", "object.name == foo", {}, false],
    ["T361", "object.name != bar", foo, true],
    ["T361", "object.name != foo", foo, false],
    ["T362", "object.name notin [bar,baz]", foo, true],
    ["T362", "object.name notin [foo,bar]", foo, false],
    ["T363", "object.name != foo", {}, true],
    ["T363", "object.name notin [foo, bar]", {}, true],
    [
      "T364",
      "object.name != foo && object.namespace == acme",
      { "object.name": "bar", "object.namespace": "acme" },
      true,
    ],
    [
      "T364",
      "object.name != foo && object.namespace == acme",
      { "object.name": "bar", "object.namespace": "dev" },
      false,
    ],
    ["T365", "bar in object.subscriptions", subscribed("[foo, bar]"), true],
    ["T366", "qux in object.subscriptions", subscribed("[foo,bar]"), false],
    ["T366", "qux notin object.subscriptions", subscribed("[foo,bar]"), true],
    ["T366", "foo notin object.subscriptions", subscribed("[foo,bar]"), false],
    ["T367", "bar in object.namespace", foo, false],
    ["T368", 'object.name == "foo"', foo, true],
    ["T368", "object.name == 'foo'", foo, true],
    ["T369", "object.name matches bar", foo, false],
    ["T369", "object.name matches fo", foo, true],
    ["§3.4 case", "object.name matches FO", foo, false],
    ["T370", "region == a", {}, false],
    ["T370", "region != a", {}, true],
    ["T370", "region matches a", {}, false],
    ["a field in brackets", "bar in [object.subscriptions]", subscribed("foo, bar"), true],
    ["two values, one a key", "bar in [object.subscriptions, b]", subscribed("bar"), false],
    ["an empty list", "object.name in []", foo, false],
    ["not in an empty list", "object.name notin []", foo, true],
    ["no operation", "", {}, true],
    ["nested brackets", "a in l", { l: "[[a],b]]" }, false],
    ["outer brackets", "a in l", { l: "[[b, a]]" }, true],
  ];

  it.each(rows)("%s: `%s` of %j is %s", (_fact, selector, fields, verdict) => {
    expect(selects(selector, fields)).toBe(verdict);
  });

  it.each(["__proto__", "constructor", "toString"])("takes `%s` for a key like any other", (key) => {
    expect(selects(`${key} != x`, {})).toBe(true);
    expect(selects(`${key} matches o`, {})).toBe(false);
    expect(selects(`x notin ${key}`, {})).toBe(true);
    expect(selects(`${key} == x`, { [key]: "x" })).toBe(true);
    expect(selects(`x in ${key}`, new Map([[key, "y,x"]]))).toBe(true);
  });

  it("finds an item of a list as cutting the list up would", () => {
    const list = fc.string({ unit: fc.constantFrom("a", "b", ",", " ", "[", "]", "\t"), maxLength: 12 });
    const wanted = fc.string({ unit: fc.constantFrom("a", "b", ",", " "), maxLength: 3 });
    fc.assert(
      fc.property(list, wanted, (items, item) => {
        const inside = items.replace(/^[[\]]+/, "").replace(/[[\]]+$/, "");
        const expected = inside
          .split(",")
          .map((one) => one.trim())
          .includes(item);
        expect(matches([compare(item, "in", "list")], { list: items })).toBe(expected);
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("draws the characters it looks at from a budget, those of long values too", () => {
    const looked = (selector: string, fields: Fields) => {
      let total = 0;
      matches(operationsOf(selector), fields, (characters) => (total += characters));
      return total;
    };
    const long = { a: "x".repeat(60_000) };
    expect(looked("a matches y", {})).toBeLessThan(10);
    expect(looked("a != x", long)).toBeLessThan(10);
    expect(looked("a matches x a matches x", long)).toBeGreaterThanOrEqual(120_000);
    expect(looked("y notin a", long)).toBeGreaterThanOrEqual(60_000);
  });

  it("trims brackets from the ends of a list without going over the list once for each", () => {
    expect(selects("a in list", { list: `x${"[".repeat(500_000)}x` })).toBe(false);
  });
});

describe("printSelector", () => {
  const text = fc.string({ unit: CHARACTER, maxLength: 12 }).map((value) => value.replaceAll(/["']/g, ""));
  const operations: fc.Arbitrary<Operation[]> = fc.array(
    fc
      .tuple(text, fc.constantFrom(...OPERATORS), fc.array(text, { maxLength: 4 }), text)
      .map(([key, operator, list, value]) => ({
        key,
        operator,
        values: operator === "in" || operator === "notin" ? list : [value],
      })),
    { maxLength: 8 },
  );
  const pieces = [
    "a",
    "b.c",
    "_",
    "é",
    '"a b"',
    "'",
    "in",
    " ",
    " ",
    "==",
    "!=",
    "&&",
    "[",
    "]",
    ",",
    "in [a]",
    "true",
  ];
  const anySelector = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: CHARACTER, maxLength: 3 })), {
      maxLength: 12,
    })
    .map((parts) => parts.join(""));

  it("quotes everything and lists the values of in and notin", () => {
    expect(printSelector(operationsOf("a ==b"))).toBe('"a" == "b"');
    expect(printSelector(operationsOf("a in b c notin [] d matches e"))).toBe(
      '"a" in ["b"] && "c" notin [] && "d" matches "e"',
    );
  });

  it("is read back as the same operations", () => {
    fc.assert(
      fc.property(operations, (expected) => {
        expect(parseSelector(printSelector(expected))).toEqual({ operations: expected });
      }),
    );
  });

  it("reads back whatever can be read at all, and returns an error for the rest, never throws it", () => {
    fc.assert(
      fc.property(anySelector, (selector) => {
        const parsed = parseSelector(selector);
        const again = "error" in parsed ? parsed : parseSelector(printSelector(parsed.operations));
        expect(again).toEqual(parsed);
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("gives an operation and its negation opposite verdicts, whatever the fields", () => {
    const fields = fc.dictionary(text, text);
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), text, fields, (key, values, value, record) => {
        const verdict = (operator: Operation["operator"], list: string[]) =>
          matches([compare(key, operator, ...list)], record);
        expect(verdict("in", values)).toBe(!verdict("notin", values));
        expect(verdict("==", [value])).toBe(!verdict("!=", [value]));
        expect(matches([compare(key, "in", ...values)], new Map(Object.entries(record)))).toBe(
          verdict("in", values),
        );
      }),
    );
  });
});
