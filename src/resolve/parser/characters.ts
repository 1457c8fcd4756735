const LETTER = /\p{L}/u;
const LETTER_OR_DIGIT = /[\p{L}\p{Nd}]/u;
const LINE_END = /[\n\r\u2028\u2029]/;
const SPACE = /[ \t\v\f\u0085\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]/;

/** ES5 §7.6, as narrow as otto reads it: letters and decimal digits, no combining marks. */
export function startsIdentifier(character: string): boolean {
  return /[\w$\\]/.test(character) ? !isDigit(character) : LETTER.test(character);
}

export function continuesIdentifier(character: string): boolean {
  return /[\w$\\]/.test(character) || LETTER_OR_DIGIT.test(character);
}

/** Whether a token may stand after a dot or as a property's name; keywords may (ES5 §11.2.1). */
export function isIdentifierName(text: string): boolean {
  return /^[$_\p{L}][$_\p{L}\d]*$/u.test(text);
}

export function isDigit(character: string): boolean {
  return character >= "0" && character <= "9" && character.length === 1;
}

export function isHexDigit(character: string): boolean {
  return /^[\da-fA-F]$/.test(character);
}

/** ES5 §7.3. The empty string, which stands for the end of the text, is none. */
export function endsLine(character: string): boolean {
  return LINE_END.test(character);
}

/** ES5 §7.2 without the line ends. */
export function isSpace(character: string): boolean {
  return SPACE.test(character);
}
