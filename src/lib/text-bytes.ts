/** What V8 keeps with each string: map, hash and length, rounded up. */
const STRING_BYTES = 24;
const NOT_LATIN_1 = /[^\0-\xff]/;
const NOT_ASCII = /[^\0-\x7f]/;

/** Bytes that V8 keeps for a text: one a character, but two when a single one of them lies outside Latin-1. */
export function textBytes(text: string): number {
  return STRING_BYTES + (NOT_LATIN_1.test(text) ? 2 : 1) * text.length;
}

/** Bytes of a text as UTF-8. */
export function utf8Bytes(text: string): number {
  if (!NOT_ASCII.test(text)) return text.length;
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else bytes += code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
