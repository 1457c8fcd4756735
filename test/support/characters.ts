import fc from "fast-check";

const SURROGATES = { first: 0xd800, count: 0x800 };

function upTo(last: number): fc.Arbitrary<string> {
  return fc
    .nat({ max: last })
    .filter((point) => point < SURROGATES.first || point >= SURROGATES.first + SURROGATES.count)
    .map((point) => String.fromCodePoint(point));
}

/**
 * Any character that UTF-8 has, of each length about as often. fast-check's own unit of this kind, `binary`, first makes a
 * table of the million of them, which takes a second or more in each isolate.
 */
export const CHARACTER = fc.oneof(upTo(0x7f), upTo(0x7ff), upTo(0xffff), upTo(0x10ffff));
