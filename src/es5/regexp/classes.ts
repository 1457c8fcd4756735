import { PatternProblem } from "./problem.ts";
import { read, readCodePoint, take, type TextCursor } from "../../lib/text-cursor.ts";

/** Go's complaint about a pattern, without its leading `error parsing regexp: `. */
export function patternError(complaint: string, about: string): PatternProblem {
  return new PatternProblem("SyntaxError", `${complaint}: \`${about}\``);
}

/** Code points by pairs of first and last. */
export interface RangeSet {
  negated: boolean;
  ranges: number[];
}

/** A union of sets, itself perhaps negated. */
export interface CharacterSet {
  negated: boolean;
  items: RangeSet[];
}

/** `\d` and its like, by letter; ASCII only, and without the vertical tab, as RE2 has them. */
const PERL_CLASSES = new Map<string, RangeSet>(
  Object.entries({ d: "09", w: "09AZ__az", s: "\t\n\f\r  " }).flatMap(
    ([letter, ends]): [string, RangeSet][] => {
      const ranges = Array.from(ends, (end) => end.charCodeAt(0));
      return [
        [letter, { negated: false, ranges }],
        [letter.toUpperCase(), { negated: true, ranges }],
      ];
    },
  ),
);
const NAMED_CLASS = /\[:[^]*?:\]/y;
const BACKSLASH = 0x5c;
const CONTROLS: Record<string, number | undefined> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

export function oneCode(code: number): RangeSet {
  return { negated: false, ranges: [code, code] };
}

/** Reads `[...]`, whose bracket stands at the cursor. `lastName` is where the last `:]` of the text is, or -1. */
export function parseClass(cursor: TextCursor, lastName: number): CharacterSet {
  const { text, at: start } = cursor;
  take(cursor, "[");
  const negated = take(cursor, "^");
  const items: RangeSet[] = [];
  do {
    if (cursor.at >= text.length) throw patternError("missing closing ]", text.slice(start));
    // Without `lastName`, each of many `[:` would look for its end through all of the text.
    const [named] = cursor.at < lastName ? (read(cursor, NAMED_CLASS) ?? []) : [];
    // RE2's `[:alpha:]` and its like, which ES5 does not have; refused rather than read as the letters they hold.
    if (named !== undefined) throw patternError("invalid character class range", named);
    items.push(readPerl(cursor) ?? readRange(cursor));
  } while (!take(cursor, "]"));
  return { negated, items };
}

export function readPerl(cursor: TextCursor): RangeSet | null {
  const { text, at } = cursor;
  const found = text.charAt(at) === "\\" ? PERL_CLASSES.get(text.charAt(at + 1)) : undefined;
  if (found === undefined) return null;
  cursor.at += 2;
  return found;
}

function readRange(cursor: TextCursor): RangeSet {
  const { text, at } = cursor;
  const low = readCharacter(cursor);
  if (read(cursor, /-(?!\]|$)/y) === null) return oneCode(low);
  const high = readCharacter(cursor);
  if (high < low) throw patternError("invalid character class range", text.slice(at, cursor.at));
  return { negated: false, ranges: [low, high] };
}

/** Reads one character, or the escape that stands for one. */
export function readCharacter(cursor: TextCursor): number {
  const { text, at } = cursor;
  const code = readCodePoint(cursor);
  if (code !== BACKSLASH) return code;
  if (cursor.at === text.length) throw patternError("trailing backslash at end of expression", "");
  const [spelled, braced, plain = "0"] = read(cursor, /x(?:\{([\da-fA-F]+)\}|([\da-fA-F]{2}))|0/y) ?? [];
  if (spelled !== undefined) return parseInt(braced ?? plain, 16);
  const escaped = readCodePoint(cursor);
  const character = String.fromCodePoint(escaped);
  const control = CONTROLS[character];
  if (control === undefined && (escaped > 127 || /[\da-zA-Z]/.test(character))) {
    throw patternError("invalid escape sequence", text.slice(at, cursor.at));
  }
  return control ?? escaped;
}
