const NAMED_CONTROLS = "abtnvfr";

/**
 * Quotes as Go's `%q` and strconv.Quote do, for error texts that name what was found. What Go calls printable is
 * taken from this runtime's Unicode tables, which are newer than those of any Go that Sensu was built with.
 */
export function quoteGo(text: string): string {
  const inner = text.toWellFormed().replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x22 || code === 0x5c) return `\\${character}`;
    if (code >= 7 && code <= 13) return `\\${NAMED_CONTROLS[code - 7]}`;
    if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
    if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, "0")}`;
    return `\\U${code.toString(16).padStart(8, "0")}`;
  });
  return `"${inner}"`;
}
