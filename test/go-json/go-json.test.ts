import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compareBytes, quoteJson, scanJson, scanWholeJson, sortedEntries } from "../../src/go-json/json.ts";
import { MAX_DEPTH } from "../../src/go-json/scanner.ts";
import { CHARACTER } from "../support/characters.ts";
import { runs } from "../support/nightly.ts";

const utf8 = new TextEncoder();
const bytesOf = (text: string) => utf8.encode(text);
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const characterOf = (text: string) => fc.constantFrom(...Array.from(text));

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("scanJson", () => {
  it.each([
    ["V1", "", "EOF"],
    ["V1", " \t\r\n", "EOF"],
    ["V2", '{"url":', "unexpected EOF"],
    ["V2", '{"url":"x"', "unexpected EOF"],
    ["V2", '"abc', "unexpected EOF"],
    ["V2", "tr", "unexpected EOF"],
    ["V2", "-", "unexpected EOF"],
    ["V2", "[1.", "unexpected EOF"],
    ["V2", '"\\', "unexpected EOF"],
    ["V2", '"\\u12', "unexpected EOF"],
    ["V3", "hello", "invalid character 'h' looking for beginning of value"],
    ["V3", "url: x", "invalid character 'u' looking for beginning of value"],
    ["V3", "[,]", "invalid character ',' looking for beginning of value"],
    ["V3", "[1,]", "invalid character ']' looking for beginning of value"],
    ["V3", '{"a":}', "invalid character '}' looking for beginning of value"],
    ["V3", "\\", "invalid character '\\\\' looking for beginning of value"],
    ["V3", "\x00", "invalid character '\\x00' looking for beginning of value"],
    ["V3", "\x07", "invalid character '\\a' looking for beginning of value"],
    ["V3", "\x0b", "invalid character '\\v' looking for beginning of value"],
    ["V3", "\x7f", "invalid character '\\x7f' looking for beginning of value"],
    ["V4", "{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ["V5", '{"url":"x",}', "invalid character '}' looking for beginning of object key string"],
    ["V5", "{,}", "invalid character ',' looking for beginning of object key string"],
    ["V6", "\ufeff{}", "invalid character 'ï' looking for beginning of value"],
    ["V7", '{"url":"a\x01b"}', "invalid character '\\x01' in string literal"],
    ["V7", '"a\nb"', "invalid character '\\n' in string literal"],
    ["Go", '{"a" 1}', "invalid character '1' after object key"],
    ["Go", '{"a"]', "invalid character ']' after object key"],
    ["Go", '{"a":1 "b"', "invalid character '\"' after object key:value pair"],
    ["Go", '{"a":1]', "invalid character ']' after object key:value pair"],
    ["Go", "[1 2]", "invalid character '2' after array element"],
    ["Go", "[01]", "invalid character '1' after array element"],
    ["Go", "[1}", "invalid character '}' after array element"],
    ["Go", '"\\x"', "invalid character 'x' in string escape code"],
    ["Go", '"\\u12G4"', "invalid character 'G' in \\u hexadecimal character escape"],
    ["Go", '"\\u12"', "invalid character '\"' in \\u hexadecimal character escape"],
    ["Go", "-x", "invalid character 'x' in numeric literal"],
    ["Go", "1.e5", "invalid character 'e' after decimal point in numeric literal"],
    ["Go", "1e+x", "invalid character 'x' in exponent of numeric literal"],
    ["Go", "txue", "invalid character 'x' in literal true (expecting 'r')"],
    ["Go", "trux", "invalid character 'x' in literal true (expecting 'e')"],
    ["Go", "fale", "invalid character 'e' in literal false (expecting 's')"],
    ["Go", "nill", "invalid character 'i' in literal null (expecting 'u')"],
  ])("says what Go says (%s): %j", (_fact, text, error) => {
    expect(scanJson(bytesOf(text))).toEqual({ error });
  });

  it.each([
    ["V44", "\x1f\x8b", "\\x1f"],
    ["a byte Go cannot print", "\x80", "\\u0080"],
    ["a no-break space", "\xa0", "\\u00a0"],
    ["a soft hyphen", "\xad", "\\u00ad"],
    ["the first byte of é", "\xc3\xa9", "Ã"],
  ])("takes a byte for a character: %s", (_what, body, shown) => {
    expect(scanJson(latin1(body))).toEqual({
      error: `invalid character '${shown}' looking for beginning of value`,
    });
  });

  it.each([
    ["V10", "{} trailing garbage", 2],
    ["V10", '{"a":[1]}{"b":2}', 9],
    ["a string", '  "x"y', 5],
    ["a word", "truex", 4],
    ["a number and its end are one byte apart", "12,", 2],
    ["a number that ends the input", " -0.5e-3", 8],
    ["a zero with digits after it", "01", 1],
  ])("stops where the first value ends (%s)", (_what, text, end) => {
    expect(scanJson(bytesOf(text))).toEqual({ end });
  });

  it("accepts broken UTF-8 inside strings, which Go replaces later (contract §1.4)", () => {
    expect(scanJson(latin1('"\xff\xfe"'))).toEqual({ end: 4 });
  });

  it("accepts 1,000 levels and refuses one more", () => {
    expect(scanJson(bytesOf(nested(MAX_DEPTH)))).toEqual({ end: 2 * MAX_DEPTH });
    expect(scanJson(bytesOf(nested(MAX_DEPTH + 1)))).toEqual({
      error: "invalid character '[' exceeded max depth",
    });
    expect(scanJson(bytesOf('{"a":'.repeat(100_000)))).toEqual({
      error: "invalid character '{' exceeded max depth",
    });
  });
});

describe("scanWholeJson", () => {
  it.each([
    ["", "unexpected end of JSON input"],
    ["  ", "unexpected end of JSON input"],
    ['{"url":', "unexpected end of JSON input"],
    ['"abc', "unexpected end of JSON input"],
    ["tr", "invalid character ' ' in literal true (expecting 'u')"],
    ["-", "invalid character ' ' in numeric literal"],
    ['"\\', "invalid character ' ' in string escape code"],
    ["hello", "invalid character 'h' looking for beginning of value"],
    ["{} x", "invalid character 'x' after top-level value"],
    ["{}{}", "invalid character '{' after top-level value"],
    ["01", "invalid character '1' after top-level value"],
  ])("says what Go says when the whole body is one value (§2.10): %j", (text, error) => {
    expect(scanWholeJson(bytesOf(text))).toEqual({ error });
  });

  it("allows space around the value", () => {
    expect(scanWholeJson(bytesOf(" {} \r\n\t"))).toEqual({ end: 3 });
  });
});

describe("scanning and JSON.parse", () => {
  const documents = fc.oneof(
    fc.json({ maxDepth: 6 }),
    fc.jsonValue({ stringUnit: CHARACTER }).map((value) => JSON.stringify(value, null, 1)),
    fc
      .array(
        fc.oneof(
          fc.constantFrom("\u0001", "\\u00e9", '"a"', "null"),
          characterOf('{}[]:,"\\ \n0123.eE+-truefalsnu/bé😀'),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join("")),
  );
  const mutated = fc
    .tuple(documents, fc.nat(), fc.nat({ max: 2 }), characterOf('{}[]:,"\\ 0.e-tx\u0000'))
    .map(([text, where, cut, put]) => {
      const at = where % (text.length + 1);
      return (text.slice(0, at) + put + text.slice(at + cut)).toWellFormed();
    });

  it("accept exactly the same documents", () => {
    fc.assert(
      fc.property(fc.oneof(documents, mutated), (text) => {
        expect("end" in scanWholeJson(bytesOf(text))).toBe(parses(text));
      }),
      { numRuns: runs(3_000) },
    );
  });

  it("agree on the first value of a stream, or that there is none", () => {
    const textOf = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
    fc.assert(
      fc.property(mutated, fc.string(), (text, rest) => {
        const bytes = bytesOf(text + rest.toWellFormed());
        const scanned = scanJson(bytes);
        const found = "end" in scanned;
        expect(parses(textOf.decode(found ? bytes.subarray(0, scanned.end) : bytes))).toBe(found);
      }),
      { numRuns: runs(1_000) },
    );
  });
});

describe("quoteJson", () => {
  it.each([
    ["<a href='x'>&\u2028\u2029", "\"\\u003ca href='x'\\u003e\\u0026\\u2028\\u2029\""],
    ['"\\/', '"\\"\\\\/"'],
    ["\b\f\n\r\t\u0000\u001f", '"\\u0008\\u000c\\n\\r\\t\\u0000\\u001f"'],
    ["\\b \\f", '"\\\\b \\\\f"'],
    ["\u007fé😀", '"\u007fé😀"'],
    ["a\ud800b", '"a\ufffdb"'],
  ])("writes %j as Go does", (text, written) => {
    expect(quoteJson(text)).toBe(written);
  });

  it("round-trips through JSON.parse", () => {
    fc.assert(
      fc.property(fc.string({ unit: CHARACTER }), (text) => {
        const written = quoteJson(text);
        expect(JSON.parse(written)).toBe(text.toWellFormed());
        expect(written).not.toMatch(/[<>&\u2028\u2029]/);
      }),
    );
  });
});

describe("byte order", () => {
  it("is that of UTF-8, where UTF-16 would put 😀 before ～", () => {
    expect(compareBytes("😀", "～")).toBeGreaterThan(0);
    expect(["😀", "～"].sort(compareBytes)).not.toEqual(["😀", "～"].sort());
  });

  it("sorts names as etcd does (§3.3)", () => {
    const names = ["B", "_u", "a", "b", "b-1", "b.1", "b/x", "b:1", "c"];
    expect(names.toReversed().sort(compareBytes)).toEqual(names);
  });

  it("agrees with a comparison of the bytes", () => {
    const strings = fc.string({ unit: CHARACTER });
    fc.assert(
      fc.property(strings, strings, (a, b) => {
        const [bytesA, bytesB] = [[...bytesOf(a)], [...bytesOf(b)]];
        const differs = bytesA.findIndex((byte, i) => byte !== bytesB[i]);
        const expected =
          differs === -1 ? bytesA.length - bytesB.length : (bytesA[differs] ?? 0) - (bytesB[differs] ?? -1);
        expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(expected));
      }),
    );
  });

  it("orders the members of a map, `__proto__` among them (§1.4: C < a < b)", () => {
    const map = { b: "2", a: "1", C: "0", ["__proto__"]: "p", "10": "n", "9": "m" };
    expect(sortedEntries(map)).toEqual([
      ["10", "n"],
      ["9", "m"],
      ["C", "0"],
      ["__proto__", "p"],
      ["a", "1"],
      ["b", "2"],
    ]);
  });
});
