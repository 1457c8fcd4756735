const STARTS = /[$_\p{L}]/u;
const CONTINUES = /[$_\p{L}\p{Nd}]/u;
const IDENTIFIER_NAME = /^[$_\p{L}][$_\p{L}\d]*$/u;
const ASCII_IDENTIFIER_NAME = /^[$_A-Za-z][$_\w]*$/;

const ZERO = 0x30;
const NINE = 0x39;
export const BACKSLASH = 0x5c;
/** The first code unit beyond ASCII. */
export const NOT_ASCII = 0x80;

/** Whether a code unit is a letter of ASCII, `$` or `_`: what names nearly always consist of. */
export function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code === 0x24;
}

/** Whether a code unit is a decimal digit of ASCII. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Whether a name may start with this character (ES5 §7.6). */
export function startsIdentifier(character: string): boolean {
  return STARTS.test(character);
}

/** Whether a name may go on with this character: ES5 §7.6, as narrow as otto reads it: letters and decimal digits, no combining marks. */
export function continuesIdentifier(character: string): boolean {
  return CONTINUES.test(character);
}

/** Whether a token may stand after a dot or as a property's name; keywords may (ES5 §11.2.1). */
export function isIdentifierName(text: string): boolean {
  return ASCII_IDENTIFIER_NAME.test(text) || IDENTIFIER_NAME.test(text);
}
