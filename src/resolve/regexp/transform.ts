import { continuesIdentifier } from "../parser/characters.ts";

/** A JavaScript pattern in RE2's spelling, or why it cannot be one. */
export type Transformed = { pattern: string } | { problem: string };

/**
 * Rewrites a pattern the way otto does before it hands it to Go: escapes are respelled, and what RE2 cannot do
 * (lookahead, backreferences) is refused. The first complaint wins.
 */
export function transformPattern(source: string): Transformed {
  const problems: string[] = [];
  const out: string[] = [];
  let depth = 0;
  let at = 0;
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === "\\") {
      at += escape(source, at + 1, false, out, problems);
    } else if (character === "[") {
      at = bracket(source, at, out, problems);
      continue;
    } else {
      if (character === "(") {
        depth += 1;
        const group = source.slice(at + 1, at + 3);
        if (group === "?=" || group === "?!") problems.push(`re2: Invalid (${group}) <lookahead>`);
      } else if (character === ")") {
        if (depth === 0) problems.push("Unmatched ')'");
        else depth -= 1;
      }
      out.push(character);
    }
    at += 1;
  }
  if (depth > 0) problems.push("Unterminated group");
  const [problem] = problems;
  return problem === undefined ? { pattern: out.join("") } : { problem };
}

/** Copies a class and returns where it ends. */
function bracket(source: string, start: number, out: string[], problems: string[]): number {
  out.push("[");
  for (let at = start + 1; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === "\\") {
      at += escape(source, at + 1, true, out, problems);
      continue;
    }
    out.push(character);
    if (character === "]") return at + 1;
  }
  problems.push("Unterminated character class");
  return source.length;
}

/** Respells the escape whose backslash stands before `at`; returns how many characters follow that backslash. */
function escape(source: string, at: number, inClass: boolean, out: string[], problems: string[]): number {
  const rest = source.slice(at);
  const [octal] = /^[0-7]+/.exec(rest) ?? [];
  if (octal !== undefined) {
    const value = parseInt(octal, 8);
    if (octal.length > 1) out.push(hex(value));
    else if (value > 0) problems.push(`re2: Invalid \\${value} <backreference>`);
    else out.push("\\0");
    return octal.length;
  }
  const [reference] = /^[89]\d*/.exec(rest) ?? [];
  if (reference !== undefined) {
    problems.push(`re2: Invalid \\${reference} <backreference>`);
    return reference.length;
  }
  const [code] = /^(?:x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(rest) ?? [];
  if (code !== undefined) {
    out.push(code.startsWith("x") ? `\\${code}` : `\\x{${code.slice(1)}}`);
    return code.length;
  }
  if (rest.startsWith("c")) {
    const letter = /^c[a-zA-Z]/.test(rest);
    out.push(letter ? hex(rest.charCodeAt(1) % 32) : "c");
    return letter ? 2 : 1;
  }
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0).slice(0, rest.length);
  if (inClass && character === "b") out.push("\\x08");
  else if (/^[bBdDsSwWfnrtv\\$]$/.test(character) || !continuesIdentifier(character))
    out.push(`\\${character}`);
  else out.push(character);
  return character.length;
}

function hex(value: number): string {
  return `\\x${value < 16 ? "0" : ""}${value.toString(16)}`;
}
