/** What V8 keeps of a text beside its characters. */
const TEXT_OVERHEAD = 16;
const OUTSIDE_LATIN_1 = /[^\0-\xff]/;

/** The bytes a text takes up in memory: one a character, or two where any is outside Latin-1. */
export function heldBytes(text: string): number {
  return TEXT_OVERHEAD + text.length * (OUTSIDE_LATIN_1.test(text) ? 2 : 1);
}
