import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { holds, notModified, readConditions } from "../../src/http/conditional.ts";

const CURRENT = '"12345"';
const tagList = (count: number) => Array.from({ length: count }, (_, i) => `"t${i}"`).join(",");

function allows(headers: Record<string, string>, etags: string[] = [CURRENT]): boolean {
  return holds(readConditions(new Headers(headers)), etags);
}

describe("readConditions", () => {
  it.each([
    ["absent", undefined, null],
    ["empty", "", null],
    ["blank", " \t ", null],
    ["a star", " * ", "*"],
    ["a star in a list", '"a", *', "*"],
    ["a tag", '"a"', ['"a"']],
    ["an empty tag", '""', ['""']],
    ["a list", ' "a" ,\tW/"b",,"c" ,', ['"a"', 'W/"b"', '"c"']],
    ["a tag with commas and a star", '"a,b", "*"', ['"a,b"', '"*"']],
    ["no quotes", "a", []],
    ["single quotes", "'a'", []],
    ["an open quote", '"a, "b"', ['"b"']],
    ["a lower-case w", 'w/"a"', []],
    ["space inside a tag", '"a b", "c"', ['"c"']],
    ["no comma between tags", '"a" "b", "c"', ['"c"']],
    ["what follows a malformed member", 'a, "b"', ['"b"']],
  ])("reads %s: %s", (_what, header, tags) => {
    const headers = new Headers(header === undefined ? {} : { "If-Match": header });
    expect(readConditions(headers)).toEqual({ match: tags, noneMatch: null });
  });

  it("joins a header sent twice", () => {
    const headers = new Headers([
      ["If-None-Match", '"a"'],
      ["If-None-Match", 'W/"b"'],
    ]);
    expect(readConditions(headers)).toEqual({ match: null, noneMatch: ['"a"', '"b"'] });
  });

  it("looks at a hundred tags and 8 KiB", () => {
    const list = tagList(150);
    expect(readConditions(new Headers({ "If-Match": list })).match).toHaveLength(100);
    const long = `${"x".repeat(8_183)},"a"`;
    expect(readConditions(new Headers({ "If-Match": long })).match).toEqual(['"a"']);
    expect(readConditions(new Headers({ "If-Match": `x${long}xxxxx` })).match).toEqual([]);
  });
});

describe("holds", () => {
  it.each([
    ["T99", "", true],
    ["T99", "  ", true],
    ["T100", '""', false],
    ["T101", "*", true],
    ["T102", CURRENT, true],
    ["T103", '"000", "12345"', true],
    ["T109", '"54321"', false],
    ["§2.11", "12345", false],
    ["§2.11", 'W/"12345"', false],
  ])("If-Match (%s): %s -> %s", (_fact, header, verdict) => {
    expect(allows({ "If-Match": header })).toBe(verdict);
  });

  it.each([
    ["T104", "", true],
    ["T104", "  ", true],
    ["T105", '""', true],
    ["T106", "*", false],
    ["T107", CURRENT, false],
    ["T107", '"000", "12345"', false],
    ["T107", 'W/"12345"', false],
    ["T112", '"54321"', true],
    ["§2.11", "12345", true],
  ])("If-None-Match (%s): %s -> %s", (_fact, header, verdict) => {
    expect(allows({ "If-None-Match": header })).toBe(verdict);
  });

  it("asks both headers to pass (§2.11)", () => {
    expect(allows({ "If-Match": CURRENT, "If-None-Match": '"other"' })).toBe(true);
    expect(allows({ "If-Match": CURRENT, "If-None-Match": CURRENT })).toBe(false);
    expect(allows({ "If-Match": '"other"', "If-None-Match": '"other"' })).toBe(false);
  });

  it("of what does not exist, no tag and no star matches", () => {
    expect(allows({}, [])).toBe(true);
    expect(allows({ "If-Match": "*" }, [])).toBe(false);
    expect(allows({ "If-Match": CURRENT }, [])).toBe(false);
    expect(allows({ "If-None-Match": "*" }, [])).toBe(true);
    expect(allows({ "If-None-Match": CURRENT }, [])).toBe(true);
  });

  it("knows a representation by any of its tags", () => {
    expect(allows({ "If-Match": '"b"' }, ['"a"', '"b"'])).toBe(true);
    expect(allows({ "If-None-Match": 'W/"b"' }, ['"a"', '"b"'])).toBe(false);
  });

  it("takes If-None-Match for the opposite of If-Match when tags are strong", () => {
    const tag = fc.stringMatching(/^"[!#-~]{0,6}"$/);
    fc.assert(
      fc.property(
        fc.array(tag, { minLength: 1, maxLength: 20 }),
        fc.array(tag, { maxLength: 3 }),
        (named, etags) => {
          const list = named.join(", ");
          expect(readConditions(new Headers({ "If-Match": list })).match).toEqual(named);
          expect(allows({ "If-None-Match": list }, etags)).toBe(!allows({ "If-Match": list }, etags));
          expect(allows({ "If-Match": list }, etags)).toBe(named.some((one) => etags.includes(one)));
        },
      ),
    );
  });

  it("lets no header that does not spell the tag out pass If-Match", () => {
    const noise = fc.array(fc.constantFrom('"', ",", " ", "W/", "1", "12345", "a", "\t"), { maxLength: 30 });
    fc.assert(
      fc.property(noise, (parts) => {
        const header = `x${parts.join("")}`;
        const spelled = /(?:^|,)[\t ]*"12345"[\t ]*(?:,|$)/.test(header);
        expect(allows({ "If-Match": header }) && !spelled).toBe(false);
      }),
    );
  });
});

describe("notModified", () => {
  it.each([
    [CURRENT, CURRENT, true],
    ['"000", W/"12345"', CURRENT, true],
    [CURRENT, 'W/"12345"', true],
    ["*", CURRENT, true],
    ['"other"', CURRENT, false],
    ["12345", CURRENT, false],
    ["", CURRENT, false],
    ["  ", CURRENT, false],
  ])("If-None-Match: %s of a representation tagged %s -> %s", (header, etag, verdict) => {
    expect(notModified(new Headers({ "If-None-Match": header }), etag)).toBe(verdict);
  });

  it("looks at no other header", () => {
    expect(notModified(new Headers({ "If-Match": '"bogus"' }), CURRENT)).toBe(false);
  });
});
