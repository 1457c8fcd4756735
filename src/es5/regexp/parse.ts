import { read, take, type TextCursor } from "../../lib/text-cursor.ts";
import {
  parseClass,
  patternError,
  oneCode,
  readCharacter,
  readPerl,
  type CharacterSet,
  type RangeSet,
} from "./classes.ts";
import type { PatternProblem } from "./problem.ts";
import {
  assertion,
  captureGroup,
  character,
  choice,
  repeat,
  sequence,
  type Part,
  type Repetition,
} from "./parts.ts";

export interface PatternFlags {
  ignoreCase: boolean;
  multiline: boolean;
}

export interface ParsedPattern {
  /** The whole match is group 0. */
  whole: Part;
  /** How many groups capture; the whole match is not counted. */
  groups: number;
}

interface State extends TextCursor {
  groups: number;
  depth: number;
  /** Where the last `:]` is, the end of a named class; -1 without one. */
  readonly lastName: number;
  /** The flags in force: `i` folds case, `m` is for `^` and `$`, `s` for the dot; `U` makes repetitions lazy. */
  flags: string;
}

/** Go's own limits: repetitions multiplied along the nesting, and nesting itself. */
const MAX_REPEAT = 1000;
const MAX_DEPTH = 1000;
const ANY: CharacterSet = { negated: true, items: [] };
const NOT_LINE_FEED: CharacterSet = { negated: true, items: [oneCode(10)] };
const TEXT_START = /^/y;
const LINE_START = /(?<![^\n])/y;
const TEXT_END = /$/y;
const LINE_END = /(?![^\n])/y;
const WORD_BOUNDARY = /\b/y;
const NO_WORD_BOUNDARY = /\B/y;
const REPETITION = /([*+?]|\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\})(\??)/y;

/** Parses a pattern in Go's RE2 syntax with Perl's classes. Throws a PatternProblem with Go's text about it. */
export function parsePattern(text: string, { ignoreCase, multiline }: PatternFlags): ParsedPattern {
  const flags = (ignoreCase ? "i" : "") + (multiline ? "m" : "");
  const state: State = { text, at: 0, groups: 0, depth: 0, lastName: text.lastIndexOf(":]"), flags };
  const node = readChoice(state);
  if (state.at < text.length) throw patternError("unexpected )", text);
  return { whole: captureGroup(0, node), groups: state.groups };
}

function readChoice(state: State): Part {
  const parts = [];
  let last = readSequence(state);
  while (take(state, "|")) {
    parts.push(last);
    last = readSequence(state);
  }
  return choice(parts, last);
}

function readSequence(state: State): Part {
  const { text } = state;
  const parts: Part[] = [];
  let lastRepeat = -1;
  for (;;) {
    const start = state.at;
    if ("|)".includes(text.charAt(start))) return sequence(parts);
    const repetition = "*+?{".includes(text.charAt(start)) ? readRepetition(state) : null;
    if (repetition === null) {
      const atom = readAtom(state);
      if (atom !== null) parts.push(atom);
      lastRepeat = -1;
      continue;
    }
    const spelled = text.slice(start, state.at);
    if (lastRepeat >= 0) {
      throw patternError("invalid nested repetition operator", text.slice(lastRepeat, state.at));
    }
    const part = parts.pop();
    if (part === undefined) throw patternError("missing argument to repetition operator", spelled);
    const repeated = repeat(part, repetition);
    if (repeated.repeats > MAX_REPEAT) throw patternError("invalid repeat count", spelled);
    parts.push(repeated);
    lastRepeat = start;
  }
}

function readRepetition(state: State): Repetition | null {
  const match = read(state, REPETITION);
  if (match === null) return null;
  const [, spelled = "", low, comma, high, lazy] = match;
  const greedy = (lazy === "") !== state.flags.includes("U");
  if (low === undefined) return { min: Number(spelled === "+"), max: spelled === "?" ? 1 : Infinity, greedy };
  const min = Number(low);
  const max = Number(high ?? low);
  if (min > MAX_REPEAT || max > MAX_REPEAT || min > max) throw patternError("invalid repeat count", spelled);
  return { min, max: comma !== undefined && high === undefined ? Infinity : max, greedy };
}

/** Reads what a repetition applies to; `null` for a change of flags, which matches nothing by itself. */
function readAtom(state: State): Part | null {
  const { text, at, flags } = state;
  switch (text.charAt(at)) {
    case "(":
      return readGroup(state);
    case "[":
      return character(parseClass(state, state.lastName), flags.includes("i"));
    case ".":
      state.at += 1;
      return character(flags.includes("s") ? ANY : NOT_LINE_FEED, false);
    case "^":
      state.at += 1;
      return assertion(flags.includes("m") ? LINE_START : TEXT_START);
    case "$":
      state.at += 1;
      return assertion(flags.includes("m") ? LINE_END : TEXT_END);
    case "\\":
      if (take(state, "\\b")) return assertion(WORD_BOUNDARY);
      if (take(state, "\\B")) return assertion(NO_WORD_BOUNDARY);
      return character(union(readPerl(state) ?? oneCode(readCharacter(state))), flags.includes("i"));
    default:
      return character(union(oneCode(readCharacter(state))), flags.includes("i"));
  }
}

function union(item: RangeSet): CharacterSet {
  return { negated: false, items: [item] };
}

function readGroup(state: State): Part | null {
  const { text, at, flags } = state;
  const [marked, on = "", off = "", end] = read(state, /\(\?([imsU]*)(?:-([imsU]+))?([:)])/y) ?? [];
  let index = 0;
  if (marked !== undefined) {
    state.flags = Array.from(flags + on, (flag) => (off.includes(flag) ? "" : flag)).join("");
    // Not a group: it holds until the one it stands in ends.
    if (end === ")") return null;
  } else {
    if (read(state, /\((?:\?P<\w+>|(?!\?))/y) === null) throw badGroup(text.slice(at));
    index = state.groups += 1;
  }
  state.depth += 1;
  if (state.depth > MAX_DEPTH) throw patternError("expression nests too deeply", text);
  const part = readChoice(state);
  if (!take(state, ")")) throw patternError("missing closing )", text);
  state.depth -= 1;
  state.flags = flags;
  return index === 0 ? part : captureGroup(index, part);
}

/** Go's complaint about a group, which quotes a name to its end, and flags up to the first that does not exist. */
function badGroup(rest: string): PatternProblem {
  const [quoted = ""] = /^\(\?(?:P<[^>]*>?|[imsU]*(?:-[imsU]*)?[^]?)/.exec(rest) ?? [];
  const named = quoted.startsWith("(?P<");
  return patternError(named ? "invalid named capture" : "invalid or unsupported Perl syntax", quoted);
}
