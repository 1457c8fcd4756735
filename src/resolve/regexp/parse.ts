import { parseClass, parseEscape, PERL_CLASSES, type CharacterSet } from "./classes.ts";
import { patternError, type Reader } from "./reader.ts";

export type PatternNode =
  | { type: "set"; set: CharacterSet; fold: boolean }
  | { type: "assert"; kind: Assertion }
  | { type: "group"; index: number; node: PatternNode }
  | { type: "sequence" | "choice"; nodes: PatternNode[] }
  | Repeat;

export interface Repeat {
  type: "repeat";
  node: PatternNode;
  min: number;
  max: number;
  greedy: boolean;
}

export type Assertion = "textStart" | "textEnd" | "lineStart" | "lineEnd" | "boundary" | "noBoundary";

export interface PatternFlags {
  ignoreCase: boolean;
  multiline: boolean;
}

export interface ParsedPattern {
  node: PatternNode;
  /** How many groups capture; the whole match is not counted. */
  groups: number;
}

interface State extends Reader {
  groups: number;
  depth: number;
  flags: Flags;
}

interface Flags {
  fold: boolean;
  lines: boolean;
  dotAll: boolean;
  lazy: boolean;
}

/** Go's own limits: repetitions multiplied along the nesting, and nesting itself. */
const MAX_REPEAT = 1000;
const MAX_DEPTH = 1000;
const ANY: CharacterSet = { negated: true, items: [] };
const NOT_LINE_FEED: CharacterSet = { negated: true, items: [{ negated: false, ranges: [10, 10] }] };

/** Parses a pattern in Go's RE2 syntax with Perl's classes. Throws a SyntaxError with Go's text about it. */
export function parsePattern(text: string, { ignoreCase, multiline }: PatternFlags): ParsedPattern {
  const flags = { fold: ignoreCase, lines: multiline, dotAll: false, lazy: false };
  const state: State = { text, at: 0, groups: 0, depth: 0, flags };
  const node = choice(state);
  if (state.at < text.length) throw patternError("unexpected )", text);
  return { node, groups: state.groups };
}

function choice(state: State): PatternNode {
  const nodes = [sequence(state)];
  while (state.text.startsWith("|", state.at)) {
    state.at += 1;
    nodes.push(sequence(state));
  }
  return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { type: "choice", nodes };
}

function sequence(state: State): PatternNode {
  const nodes: PatternNode[] = [];
  let lastRepeat = -1;
  for (;;) {
    const next = state.text.charAt(state.at);
    if (next === "" || next === "|" || next === ")") return { type: "sequence", nodes };
    const start = state.at;
    const repetition = readRepetition(state);
    if (repetition === null) {
      const atom = readAtom(state);
      if (atom !== null) nodes.push(atom);
      lastRepeat = -1;
      continue;
    }
    const spelled = state.text.slice(start, state.at);
    if (lastRepeat >= 0) {
      throw patternError("invalid nested repetition operator", state.text.slice(lastRepeat, state.at));
    }
    const node = nodes.pop();
    if (node === undefined) throw patternError("missing argument to repetition operator", spelled);
    const repeat: Repeat = { type: "repeat", node, ...repetition };
    if (!fits(repeat, MAX_REPEAT)) throw patternError("invalid repeat count", spelled);
    nodes.push(repeat);
    lastRepeat = start;
  }
}

function readRepetition(state: State): { min: number; max: number; greedy: boolean } | null {
  const { text, at, flags } = state;
  const match = /^(?:[*+?]|\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\})/.exec(text.slice(at));
  if (match === null) return null;
  const [spelled, low, comma, high] = match;
  const min = low === undefined ? Number(spelled === "+") : Number(low);
  const max = low === undefined ? (spelled === "?" ? 1 : Infinity) : high === undefined ? min : Number(high);
  const open = comma !== undefined && high === undefined;
  if (low !== undefined && (min > MAX_REPEAT || max > MAX_REPEAT || min > max)) {
    throw patternError("invalid repeat count", spelled);
  }
  const lazy = text.startsWith("?", at + spelled.length);
  state.at += spelled.length + Number(lazy);
  return { min, max: open ? Infinity : max, greedy: lazy === flags.lazy };
}

/** Whether the counted repetitions in the node, multiplied along the nesting, stay within the limit. */
function fits(node: PatternNode, limit: number): boolean {
  switch (node.type) {
    case "set":
    case "assert":
      return true;
    case "group":
      return fits(node.node, limit);
    case "repeat": {
      const times = Math.max(1, Number.isFinite(node.max) ? node.max : node.min);
      return node.max === 0 || (times <= limit && fits(node.node, Math.floor(limit / times)));
    }
    default:
      return node.nodes.every((one) => fits(one, limit));
  }
}

/** One thing that may be repeated; `null` for a change of flags, which matches nothing by itself. */
function readAtom(state: State): PatternNode | null {
  const { text, at, flags } = state;
  const { fold } = flags;
  const next = text.charAt(at);
  switch (next) {
    case "(":
      return readGroup(state);
    case "[":
      return { type: "set", set: parseClass(state), fold };
    case ".":
      state.at += 1;
      return { type: "set", set: flags.dotAll ? ANY : NOT_LINE_FEED, fold: false };
    case "^":
      state.at += 1;
      return { type: "assert", kind: flags.lines ? "lineStart" : "textStart" };
    case "$":
      state.at += 1;
      return { type: "assert", kind: flags.lines ? "lineEnd" : "textEnd" };
    case "\\":
      break;
    default:
      return literal(readCodePoint(state), fold);
  }
  const escaped = text.charAt(at + 1);
  const perl = PERL_CLASSES[escaped];
  if (perl !== undefined || escaped === "b" || escaped === "B") state.at += 2;
  if (perl !== undefined) return { type: "set", set: { negated: false, items: [perl] }, fold };
  if (escaped === "b") return { type: "assert", kind: "boundary" };
  if (escaped === "B") return { type: "assert", kind: "noBoundary" };
  return literal(parseEscape(state), fold);
}

function readCodePoint(state: State): number {
  const code = state.text.codePointAt(state.at) ?? 0;
  state.at += code > 0xffff ? 2 : 1;
  return code;
}

function literal(code: number, fold: boolean): PatternNode {
  return { type: "set", set: { negated: false, items: [{ negated: false, ranges: [code, code] }] }, fold };
}

function readGroup(state: State): PatternNode | null {
  const { text, at } = state;
  const outer = { ...state.flags };
  let index = 0;
  if (text.startsWith("(?P<", at)) {
    readName(state);
    index = state.groups += 1;
  } else if (text.startsWith("(?", at)) {
    if (readFlags(state)) return null;
  } else {
    state.at += 1;
    index = state.groups += 1;
  }
  state.depth += 1;
  if (state.depth > MAX_DEPTH) throw patternError("expression nests too deeply", text);
  const node = choice(state);
  if (!text.startsWith(")", state.at)) throw patternError("missing closing )", text);
  state.at += 1;
  state.depth -= 1;
  state.flags = outer;
  return index === 0 ? node : { type: "group", index, node };
}

function readName(state: State): void {
  const { text, at } = state;
  const end = text.indexOf(">", at);
  if (end < 0) throw patternError("invalid named capture", text.slice(at));
  const name = text.slice(at + 4, end);
  if (!/^\w+$/.test(name)) throw patternError("invalid named capture", text.slice(at, end + 1));
  state.at = end + 1;
}

const FLAG_NAMES: Record<string, keyof Flags> = { i: "fold", m: "lines", s: "dotAll", U: "lazy" };

/** `(?i-s:` and `(?i)`; true for the latter, which is not a group but holds until the one it stands in ends. */
function readFlags(state: State): boolean {
  const { text, at } = state;
  const flags = { ...state.flags };
  let on = true;
  let sawFlag = false;
  for (let end = at + 2; end < text.length; end += 1) {
    const character = text.charAt(end);
    const flag = FLAG_NAMES[character];
    if (flag !== undefined) {
      flags[flag] = on;
      sawFlag = true;
    } else if (character === "-" && on) {
      on = false;
      sawFlag = false;
    } else if ((character === ":" || character === ")") && (on || sawFlag)) {
      state.flags = flags;
      state.at = end + 1;
      return character === ")";
    } else {
      throw patternError("invalid or unsupported Perl syntax", text.slice(at, end + 1));
    }
  }
  throw patternError("invalid or unsupported Perl syntax", text.slice(at));
}
