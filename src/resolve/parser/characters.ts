const CONTINUES = /[$_\p{L}\p{Nd}]/u;
const IDENTIFIER_NAME = /^[$_\p{L}][$_\p{L}\d]*$/u;

/** ES5 §7.6, as narrow as otto reads it: letters and decimal digits, no combining marks. */
export function continuesIdentifier(character: string): boolean {
  return CONTINUES.test(character);
}

/** Whether a token may stand after a dot or as a property's name; keywords may (ES5 §11.2.1). */
export function isIdentifierName(text: string): boolean {
  return IDENTIFIER_NAME.test(text);
}
