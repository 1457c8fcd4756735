const SIMPLE: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const ESCAPE = /\\(?:x[^]{0,2}|u[^]{0,4}|[0-7]{1,3}|\r\n|[^]?)/g;

/**
 * What the inside of a string literal says: ES5 §7.8.4 with the octal escapes of §B.1.2. `problem` is otto's text for
 * a `\x` or `\u` without its digits.
 */
export function unescapeString(inside: string): { value: string; problem: string | null } {
  let problem: string | null = null;
  if (!inside.includes("\\")) return { value: inside, problem };
  const value = inside.replace(ESCAPE, (escape) => {
    const kind = escape.charAt(1);
    const digits = escape.slice(2);
    if (/[0-7]/.test(kind)) return String.fromCharCode(parseInt(kind + digits, 8));
    if (/[\r\n]/.test(kind)) return "";
    if (kind !== "x" && kind !== "u") return SIMPLE[kind] ?? kind;
    const size = kind === "x" ? 2 : 4;
    const short = digits.length < size;
    if (short || !/^[\da-fA-F]*$/.test(digits)) {
      const found = JSON.stringify(digits);
      problem ??= `invalid escape: \\${kind}: ${short ? `len(${found}) != ${size}` : found}`;
    }
    return String.fromCharCode(parseInt(digits, 16)).toWellFormed();
  });
  return { value: problem === null ? value : "", problem };
}

/** The value of a number literal (ES5 §7.8.3); a leading zero makes it octal (§B.1.1). */
export function numberValue(literal: string): number {
  return /^0[0-7]+$/.test(literal) ? parseInt(literal, 8) : Number(literal);
}
