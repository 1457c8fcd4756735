import type { Spend } from "../budget.ts";
import type { Declarations, Expression, Statement } from "./ast.ts";

/** Resolves names, labels and jumps: one scope per program and per function. */
export interface Scope {
  outer: Scope | null;
  isFunction: boolean;
  inLoop: boolean;
  inSwitch: boolean;
  /** False inside the head of a `for`, where `in` ends an expression (ES5 §12.6). */
  allowIn: boolean;
  /** How often each is in force: otto reports every one that a new label repeats. */
  labels: Map<string, number>;
  declared: Declarations;
}

export interface Problem {
  at: number;
  message: string;
}

/** A token's kind: a keyword or a punctuator is its own kind, so no name of a kind may be one of those. */
export type Kind = string;

/** One parse under way. The lexer moves `at`, `token`, `literal` and `start`; the rest reads them. */
export interface Parser {
  readonly text: string;
  /** The first problem, and how many there are: a text may have one a character, so the others are only counted. */
  problem: Problem | null;
  problems: number;
  /** The offset of the first character that is not yet part of a token. */
  at: number;
  token: Kind;
  literal: string;
  start: number;
  /** The last token may end a statement, so that a line end after it counts. */
  mayEnd: boolean;
  /** A line end (or the end of the text) that counts stood before this token. */
  newline: boolean;
  scope: Scope;
  depth: number;
  /** Where the last `{ ... }` ended. */
  blockEnd: number;
  /** Where recovery last stopped, and how often without getting further. */
  recovered: { at: number; count: number };
  readonly grammar: Grammar;
  /** Pays for the work of reading: called before each token and each regular expression. */
  readonly spend: Spend;
}

/** The rules that lead back to the start: an expression holds expressions, and a function in it holds statements. */
export interface Grammar {
  expression: (parser: Parser) => Expression;
  assignment: (parser: Parser) => Expression;
  /** `{ ... }` */
  block: (parser: Parser) => Statement[];
}

/** How deep a program may nest. Deeper ones are refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 200;

export function openScope(outer: Scope | null): Scope {
  return {
    outer,
    isFunction: outer !== null,
    inLoop: false,
    inSwitch: false,
    allowIn: true,
    labels: new Map(),
    declared: { functions: [], variables: [] },
  };
}

export function newParser(text: string, grammar: Grammar, spend: Spend): Parser {
  return {
    text,
    problem: null,
    problems: 0,
    at: 0,
    token: "",
    literal: "",
    start: 0,
    mayEnd: false,
    newline: false,
    scope: openScope(null),
    depth: 0,
    blockEnd: 0,
    recovered: { at: -1, count: 0 },
    grammar,
    spend,
  };
}

export function report(parser: Parser, at: number, message: string, times = 1): void {
  parser.problem ??= { at, message };
  parser.problems += times;
}

/** Runs `parse` with a flag of the scope set to `value`. */
export function withFlag<T>(
  { scope }: Parser,
  what: "inLoop" | "inSwitch" | "allowIn",
  value: boolean,
  parse: () => T,
): T {
  const before = scope[what];
  scope[what] = value;
  const result = parse();
  scope[what] = before;
  return result;
}

export const TOO_DEEP = "Too deeply nested";

/** A text that nests too deeply. No Error: recording its stack would take as long as the parse. */
export class TooDeep {
  readonly message = TOO_DEEP;
}

/** Work of leaving each level when TooDeep is thrown. */
const UNWIND_WORK = 64;

/** Runs `parse` one level deeper. Throws TooDeep past the limit; `parseProgram` turns that into a problem. */
export function nested<T>(parser: Parser, parse: (parser: Parser) => T): T {
  if (parser.depth === MAX_DEPTH) {
    parser.spend(MAX_DEPTH * UNWIND_WORK);
    throw new TooDeep();
  }
  parser.depth += 1;
  const result = parse(parser);
  parser.depth -= 1;
  return result;
}
