import { afterEach, describe, expect, it, vi } from "vitest";
import { readDefinitions } from "../../src/sets/definitions.ts";
import { namespaceNamed } from "../support/names.ts";
import { parseBody, parseWholeBody } from "../../src/http/body.ts";

const readIn = (bytes: Uint8Array) => readDefinitions(bytes, namespaceNamed("default"));

const bytesOf = (text: string) => new TextEncoder().encode(text);
const named = (count: number) =>
  Array.from({ length: count }, (_, index) => JSON.stringify({ metadata: { name: `a${index}` } }));
const zeros = (count: number) => `[${Array(count).fill(0).join()}]`;

afterEach(() => vi.restoreAllMocks());

describe("a set", () => {
  const TOO_MANY = "a set cannot hold more than 1000 definitions";
  const TOO_LARGE = "request body too large: it holds more than 200000 JSON values";

  it.each([
    ["an array of objects", `[${named(1_001).join()}]`, TOO_MANY],
    ["an array of arrays", `[${"[],".repeat(1_000)}[]`, TOO_MANY],
    ["an array of numbers", zeros(1_001), TOO_MANY],
    ["lines", named(1_001).join("\n"), TOO_MANY],
    ["lines that are no JSON after the last", `${"{}\n".repeat(1_001)}{x}`, TOO_MANY],
    ["values in one element", `[${zeros(200_000)}]`, TOO_LARGE],
    ["members of one definition", `{"a":${zeros(200_000)}}`, TOO_LARGE],
    [
      "values of all lines",
      `{"metadata":{"name":"a"},"x":${zeros(100_000)}}\n{"x":${zeros(100_000)}}`,
      TOO_LARGE,
    ],
  ])("of too much is refused before it is parsed: %s", (_, text, message) => {
    const parsed = vi.spyOn(JSON, "parse");
    expect(() => readIn(bytesOf(text))).toThrow(message);
    expect(parsed.mock.calls.length).toBeLessThanOrEqual(1);
  });

  it("may hold a thousand, in each form", () => {
    for (const text of [
      `[${named(1_000).join()}]`,
      named(1_000).join("\n"),
      named(1_000).join("\n\n \r\n"),
    ]) {
      expect(readIn(bytesOf(text)).size).toBe(1_000);
    }
    const pretty = JSON.stringify(JSON.parse(`[${named(1_000).join()}]`), null, 2);
    expect(readIn(bytesOf(pretty)).size).toBe(1_000);
    const wide = JSON.stringify({ metadata: { name: "a" }, x: Object.fromEntries(named(1_500).entries()) });
    expect(readIn(bytesOf(wide)).size).toBe(1);
  });

  it("of blank lines only is empty", () => {
    expect(() => readIn(bytesOf(" \n\n\t\r\n"))).toThrow("the body is empty");
  });
});

describe("a body", () => {
  it("may hold 20,000 values and no more", () => {
    for (const parse of [parseBody, parseWholeBody]) {
      expect(parse(bytesOf(zeros(19_999)))).toHaveLength(19_999);
      expect(() => parse(bytesOf(zeros(20_000)))).toThrow(
        "request body too large: it holds more than 20000 JSON values",
      );
    }
  });

  it("names the whole path of a reserved member", () => {
    expect(() => parseBody(bytesOf('{"builds":[{},{"headers":{"constructor":"x"}}]}'))).toThrow(
      "the member name builds.1.headers.constructor is reserved and cannot be stored",
    );
  });
});
