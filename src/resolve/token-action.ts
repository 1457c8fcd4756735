import { pass, read, type TextCursor } from "../lib/text-cursor.ts";

/**
 * What an action, the inside of `{{ }}`, evaluates to. `missing`: the facts do not hold it. `unsupported`: more than a
 * token, which an agent may know how to run.
 */
export type ActionResult = { kind: "text"; text: string } | { kind: "missing" } | { kind: "unsupported" };

type Constant = string | number | boolean;

/** What an operand stands for, given the facts. */
type Operand = (facts: unknown) => unknown;

/** Blanks, a chain of fields, a quoted text, a number, a word, a pipe. */
const WORD =
  /\s+|(?:\.[\p{L}_][\p{L}\p{Nd}_]*)+|"(?:[^"\\\n]|\\.)*"|`[^`]*`|-?\d+(?:\.\d+)?(?![\w.])|\w+|\|/uy;

/**
 * Reads the words of an action up to `}}`, which may also stand inside a quoted text. Null when something in it is no
 * word of a token.
 */
export function readAction(cursor: TextCursor): string[] | null {
  const words: string[] = [];
  pass(cursor, /-/y);
  while (!pass(cursor, /(?=-?\}\})|$/y)) {
    const [word] = read(cursor, WORD) ?? [];
    if (word === undefined) return null;
    if (word.trim() !== "") words.push(word);
  }
  return words;
}

/** Evaluates an action: the first of its operands that the facts hold. */
export function runAction(words: readonly string[], facts: unknown): ActionResult {
  const operands = operandsOf(words);
  if (operands === null) return { kind: "unsupported" };
  for (const operand of operands) {
    const value = operand(facts);
    if (isConstant(value)) return { kind: "text", text: String(value) };
    if (value !== undefined && value !== null) return { kind: "unsupported" };
  }
  return { kind: "missing" };
}

/**
 * The operands of `operand | default constant | ...` or `default constant operand`, the preferred first. Null when
 * something in them is more than a token.
 */
function operandsOf(words: readonly string[]): Operand[] | null {
  const [first = [], ...filters] = splitAt(words, "|");
  const [name, fallback = "", ...rest] = first;
  const isCall = name === "default" && rest.length > 0;
  const operands = isCall ? [readOperand(rest), readOperand([fallback])] : [readOperand(first)];
  for (const [filter, ...operand] of filters) {
    operands.push(filter === "default" ? readOperand(operand) : null);
  }
  const supported = operands.filter((operand) => operand !== null);
  return supported.length === operands.length ? supported : null;
}

function splitAt(words: readonly string[], separator: string): string[][] {
  const groups: string[][] = [[]];
  for (const word of words) {
    if (word === separator) groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups;
}

/** A chain of fields, a constant, or `index .chain key ...`; null for anything else. */
function readOperand(words: readonly string[]): Operand | null {
  const [first = "", second, ...keys] = words;
  if (first === "index" && second?.startsWith(".") === true && keys.length > 0) {
    const names = keys.map(readConstant);
    return names.includes(null) ? null : lookUp([...fieldNames(second), ...names.map(String)]);
  }
  if (second !== undefined) return null;
  if (first.startsWith(".")) return lookUp(fieldNames(first));
  const value = readConstant(first);
  return value === null ? null : () => value;
}

function fieldNames(chain: string): string[] {
  return chain.slice(1).split(".");
}

/** A string, number or boolean as Go writes it; null for anything else. */
function readConstant(word: string): Constant | null {
  try {
    const value: unknown = word.startsWith("`") ? word.slice(1, -1) : JSON.parse(word);
    return isConstant(value) ? value : null;
  } catch {
    return null;
  }
}

function isConstant(value: unknown): value is Constant {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function lookUp(path: readonly string[]): Operand {
  return (facts) => {
    let value = facts;
    for (const name of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
      value = Reflect.get(value, name);
    }
    return value;
  };
}
