import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { textBytes, utf8Bytes } from "../../src/lib/text-bytes.ts";
import { CHARACTER } from "../support/characters.ts";

describe("bytes of a text", () => {
  it.each([
    ["ASCII takes one byte a character", "a".repeat(1_000), 1_000],
    ["Latin-1 takes one byte a character", "\u00e9".repeat(1_000), 1_000],
    ["one character outside Latin-1 makes all take two bytes", `${"a".repeat(999)}\u4e16`, 2_000],
    ["a character of two units takes four bytes", "\u{1f600}".repeat(500), 2_000],
  ])("in memory: %s", (_, text, bytes) => {
    expect(textBytes(text) - textBytes("")).toBe(bytes);
  });

  it("as UTF-8 are those of the encoder, lone surrogates included", () => {
    fc.assert(
      fc.property(fc.string({ unit: CHARACTER }), (text) => {
        expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
    expect(utf8Bytes("\ud800a")).toBe(new TextEncoder().encode("\ud800a").length);
  });
});
