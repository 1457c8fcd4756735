import { continuesIdentifier } from "../parser/characters.ts";
import { PatternProblem } from "./problem.ts";

/** Escapes that RE2 spells as JavaScript does. */
const SAME_ESCAPE = /^(?:[bBdDsSwWfnrtv\\$]|x..)$/;

/** What is not copied as it stands: escapes, and where classes and groups begin and end. */
const PIECE = /\\(?:[0-7]+|[89]\d*|x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[a-zA-Z]?|.?)|[[\]]|\((?:\?[=!])?|\)/gsu;

/**
 * Rewrites a JavaScript pattern in RE2's spelling, the way otto does before it hands it to Go. Throws the first
 * problem, a TypeError, about what RE2 cannot do (lookahead, backreferences) or what is left open.
 */
export function transformPattern(source: string): string {
  let problem: string | undefined;
  const complain = (text: string) => {
    problem ??= text;
  };
  let depth = 0;
  let inClass = false;
  const pattern = source.replace(PIECE, (piece) => {
    if (piece.startsWith("\\")) return respell(piece.slice(1), inClass, complain);
    if (inClass) inClass = piece !== "]";
    else if (piece === "[") inClass = true;
    else if (piece.startsWith("(")) {
      depth += 1;
      if (piece !== "(") complain(`re2: Invalid (${piece.slice(1)}) <lookahead>`);
    } else if (piece === ")") {
      if (depth === 0) complain("Unmatched ')'");
      else depth -= 1;
    }
    return piece;
  });
  if (inClass) complain("Unterminated character class");
  if (depth > 0) complain("Unterminated group");
  if (problem !== undefined) throw new PatternProblem("TypeError", problem);
  return pattern;
}

/** An escape, given without its backslash, as RE2 spells it. */
function respell(escaped: string, inClass: boolean, complain: (text: string) => void): string {
  const { length } = escaped;
  const first = escaped.charAt(0);
  if (first >= "0" && first <= "7") {
    const value = parseInt(escaped, 8);
    if (length > 1) return hex(value);
    if (value > 0) complain(`re2: Invalid \\${value} <backreference>`);
  } else if (first === "8" || first === "9") complain(`re2: Invalid \\${escaped} <backreference>`);
  else if (first === "u" && length > 1) return `\\x{${escaped.slice(1)}}`;
  else if (first === "c" && length > 1) return hex(escaped.charCodeAt(1) % 32);
  else if (inClass && escaped === "b") return "\\x08";
  else if (!SAME_ESCAPE.test(escaped) && continuesIdentifier(escaped)) return escaped;
  return `\\${escaped}`;
}

function hex(value: number): string {
  return `\\x${value.toString(16).padStart(2, "0")}`;
}
