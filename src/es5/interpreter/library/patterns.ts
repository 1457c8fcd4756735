import { findAll, findMatch, type Match } from "../../regexp/match.ts";
import { PatternProblem } from "../../regexp/problem.ts";
import { compilePattern, type PatternProgram } from "../../regexp/program.ts";
import { toInteger, toText } from "../convert.ts";
import { payItems, raise, spend, Stopped, type Interpreter } from "../interpreter.ts";
import { makeArray } from "../members.ts";
import { newPatternObject } from "../new-values.ts";
import { isPattern, type Native, type Pattern, type PatternObject, type Value } from "../values.ts";

/** As long as a filter, which is as long as a literal can be. */
const MAX_SOURCE = 2000;
const INVALID = "Invalid regular expression: ";

/** A regular expression. Letters that are no flag are ignored, a flag given twice is not (as in otto). */
export function newPattern(interpreter: Interpreter, source: string, flags: string): PatternObject {
  spend(interpreter, flags.length << 2);
  const letters = flags.replace(/[^gim]/g, "");
  if (new Set(letters).size < letters.length) raise("SyntaxError", `newRegExpObject: ${source} ${flags}`);
  const global = letters.includes("g");
  const ignoreCase = letters.includes("i");
  const multiline = letters.includes("m");
  if (source.length > MAX_SOURCE)
    throw new Stopped("budget", "a regular expression of more than 2,000 characters");
  const program = compile(interpreter, source, { ignoreCase, multiline });
  return newPatternObject({ program, source, global, ignoreCase, multiline, lastIndex: 0 });
}

function compile(
  interpreter: Interpreter,
  source: string,
  flags: { ignoreCase: boolean; multiline: boolean },
): PatternProgram {
  try {
    return compilePattern(source, flags, payer(interpreter));
  } catch (error) {
    if (error instanceof PatternProblem) return raise(error.name, INVALID + error.message);
    if (error instanceof RangeError) throw new Stopped("budget", INVALID + error.message);
    throw error;
  }
}

/** The regular expression a value is, or is the source of. */
export function toPattern(interpreter: Interpreter, value: Value): Pattern {
  if (isPattern(value)) return value.pattern;
  return newPattern(interpreter, value === undefined ? "" : toText(interpreter, value), "").pattern;
}

/** The next match from `lastIndex` on where the expression is global, else the first; moves `lastIndex` (ES5 §15.10.6.2). */
export function nextMatch(interpreter: Interpreter, pattern: Pattern, text: string): Match | null {
  const from = pattern.global ? toInteger(interpreter, pattern.lastIndex) : 0;
  const inside = from >= 0 && from <= text.length;
  const local = inside ? findMatch(pattern.program, text.slice(from), 0, payer(interpreter)) : null;
  const match = local?.map((at) => (at < 0 ? at : at + from)) ?? null;
  if (match === null) pattern.lastIndex = 0;
  else if (pattern.global) pattern.lastIndex = match[1];
  return match;
}

/** Every match; only the first where the expression is not global. */
export function allMatches(
  interpreter: Interpreter,
  pattern: Pattern,
  text: string,
  all = pattern.global,
): Match[] {
  return findAll(pattern.program, text, all ? Infinity : 1, payer(interpreter));
}

/** Work of a step of a match. */
const MATCH_WORK = 6;

function payer(interpreter: Interpreter): (work: number) => void {
  return (work) => spend(interpreter, MATCH_WORK * work);
}

/** The text of a capture group, `undefined` for one that took no part or does not exist. */
export function groupText(text: string, match: Match, group: number): string | undefined {
  const start = match[2 * group] ?? -1;
  return start < 0 ? undefined : text.slice(start, match[2 * group + 1]);
}

/** The text of each capture group, that of the whole match first. */
export function groupTexts(interpreter: Interpreter, text: string, match: Match): (string | undefined)[] {
  const groups = match.length / 2;
  payItems(interpreter, groups);
  return Array.from({ length: groups }, (_, group) => groupText(text, match, group));
}

/** What `exec` and `match` return. */
export function matchResult(interpreter: Interpreter, text: string, match: Match | null): Value {
  if (match === null) return null;
  const result = makeArray(interpreter, groupTexts(interpreter, text, match));
  result.members.set("input", text).set("index", match[0]);
  return result;
}

function thisPattern(self: Value): Pattern {
  if (isPattern(self)) return self.pattern;
  return raise("TypeError", "Calling RegExp.exec on a non-RegExp object");
}

export const PATTERN_METHODS = new Map<string, Native>([
  [
    "exec",
    (interpreter, self, [subject]) => {
      const text = toText(interpreter, subject);
      return matchResult(interpreter, text, nextMatch(interpreter, thisPattern(self), text));
    },
  ],
  [
    "test",
    (interpreter, self, [subject]) =>
      nextMatch(interpreter, thisPattern(self), toText(interpreter, subject)) !== null,
  ],
  ["compile", () => undefined],
  [
    "toString",
    (_, self) => {
      const { source, global, ignoreCase, multiline } = thisPattern(self);
      return `/${source}/${global ? "g" : ""}${ignoreCase ? "i" : ""}${multiline ? "m" : ""}`;
    },
  ],
]);
