const CONTINUES = /[$_\p{L}\p{Nd}]/u;
const IDENTIFIER_NAME = /^[$_\p{L}][$_\p{L}\d]*$/u;
const ASCII_IDENTIFIER_NAME = /^[$_A-Za-z][$_\w]*$/;

export const ZERO = 0x30;
export const NINE = 0x39;
export const BACKSLASH = 0x5c;
/** The first code unit that is none of ASCII. */
export const NOT_ASCII = 0x80;

/** Letters, `$` and `_`, as an ASCII code: what names nearly always consist of. */
export function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code === 0x24;
}

/** ES5 §7.6, as narrow as otto reads it: letters and decimal digits, no combining marks. */
export function continuesIdentifier(character: string): boolean {
  return CONTINUES.test(character);
}

/** Whether a token may stand after a dot or as a property's name; keywords may (ES5 §11.2.1). */
export function isIdentifierName(text: string): boolean {
  return ASCII_IDENTIFIER_NAME.test(text) || IDENTIFIER_NAME.test(text);
}
