const SIMPLE: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const OCTAL = /^(?:0(?![0-7])|[0-7]{1,3})/;

/**
 * What the inside of a string literal (or a name with escapes) says: ES5 §7.8.4 with the octal escapes of §B.1.2.
 * `problem` is otto's text for a `\x` or `\u` without its digits.
 */
export function unescapeString(inside: string): { value: string; problem: string | null } {
  let value = "";
  let at = 0;
  for (let slash = inside.indexOf("\\"); slash >= 0; slash = inside.indexOf("\\", at)) {
    value += inside.slice(at, slash);
    at = slash + 1;
    const escaped = inside.charAt(at);
    const octal = OCTAL.exec(inside.slice(at, at + 3));
    if (escaped === "x" || escaped === "u") {
      const digits = inside.slice(at + 1, at + (escaped === "x" ? 3 : 5));
      const problem = hexProblem(escaped, inside.slice(at + 1), digits);
      if (problem !== null) return { value: "", problem };
      value += String.fromCharCode(parseInt(digits, 16)).toWellFormed();
      at += digits.length + 1;
    } else if (octal !== null) {
      value += String.fromCharCode(parseInt(octal[0], 8));
      at += octal[0].length;
    } else {
      at += inside.startsWith("\r\n", at) ? 2 : 1;
      if (escaped !== "\r" && escaped !== "\n") value += SIMPLE[escaped] ?? escaped;
    }
  }
  return { value: value + inside.slice(at), problem: null };
}

function hexProblem(kind: "x" | "u", rest: string, digits: string): string | null {
  const size = kind === "x" ? 2 : 4;
  if (rest.length < size) return `invalid escape: \\${kind}: len(${JSON.stringify(rest)}) != ${size}`;
  return /^[\da-fA-F]*$/.test(digits) ? null : `invalid escape: \\${kind}: ${JSON.stringify(digits)}`;
}

/** The value of a number literal (ES5 §7.8.3); a leading zero makes it octal (§B.1.1). */
export function numberValue(literal: string): number {
  return /^0[0-7]+$/.test(literal) ? parseInt(literal, 8) : Number(literal);
}
