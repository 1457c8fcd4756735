import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64url, encodeBase64url } from "../../src/lib/base64url.ts";
import { CHARACTER } from "../support/characters.ts";

describe("base64url", () => {
  it("uses the URL-safe alphabet without padding", () => {
    expect(encodeBase64url("a\0")).toBe("YQA");
    expect(encodeBase64url("~~~???")).toBe("fn5-Pz8_");
    expect(encodeBase64url("ü")).toBe("w7w");
  });

  it("decodes every text it has encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: CHARACTER }), (text) => {
        const encoded = encodeBase64url(text);
        expect(encoded).toMatch(/^[\w-]*$/);
        expect(decodeBase64url(encoded)).toBe(text);
      }),
    );
    expect(decodeBase64url(encodeBase64url("\uFEFFa"))).toBe("\uFEFFa");
  });

  it.each(["YQA=", "fn5+", "Pz8/", " YQA", "Y QA", "YQA\n", "A", "gA", "ü"])(
    "decodes %j to null",
    (encoded) => {
      expect(decodeBase64url(encoded)).toBeNull();
    },
  );
});
