import { pass, read, type TextCursor } from "../lib/text-cursor.ts";
import { Budget } from "../es5/budget.ts";

/** What it takes to read a token, and each character that is filled in; an answer holds both. */
const TOKEN_WORK = 64;
const FILLED_WORK = 4;
/** The same for a header or a filter that is looked through for tokens, whether it holds any or not. */
const ENTRY_WORK = 64;
/** The same for a token that cannot be filled in, which is reported with its place. */
const PROBLEM_WORK = 2_000;

/** What keeps a text from being filled in. */
export interface TokenProblem {
  /** `missing`: the facts do not hold it. `unsupported`: more than a token, which an agent may know how to run. */
  kind: "missing" | "unsupported";
  /** As written, without the braces. */
  token: string;
}

export type Substitution = { text: string } | { problems: TokenProblem[] };

type Constant = string | number | boolean;

/** What an operand stands for, given the facts. */
type Operand = (facts: unknown) => unknown;

const PART =
  /\s+|(?:\.[\p{L}_][\p{L}\p{Nd}_]*)+|"(?:[^"\\\n]|\\.)*"|`[^`]*`|-?\d+(?:\.\d+)?(?![\w.])|\w+|\|/uy;

/**
 * Fills in the tokens of a text as an agent does before it fetches an asset (contract §6.4): `{{ .labels.x }}`,
 * `{{ index .labels "x" }}`, each with `| default "y"`, and constants. The facts are flat, like those of filters.
 * Throws BudgetExhausted: one token may stand a hundred thousand times in a text, and its value be as long.
 */
export function substituteTokens(text: string, facts: unknown, budget: Budget = new Budget()): Substitution {
  budget.spend(text.length);
  const cursor = { text, at: 0 };
  const problems: TokenProblem[] = [];
  let result = "";
  for (;;) {
    const open = text.indexOf("{{", cursor.at);
    if (open < 0) return problems.length > 0 ? { problems } : { text: result + text.slice(cursor.at) };
    const before = text.slice(cursor.at, open);
    result += /-\s/y.test(text.slice(open + 2, open + 4)) ? before.trimEnd() : before;
    cursor.at = open + 2;
    const parts = readParts(cursor);
    const close = text.indexOf("}}", cursor.at);
    const token = text.slice(open + 2, close < 0 ? undefined : close);
    const filled = parts === null || close < 0 ? null : fill(parts, facts);
    budget.spend(typeof filled === "string" ? TOKEN_WORK + FILLED_WORK * filled.length : PROBLEM_WORK);
    if (typeof filled === "string") result += filled;
    else problems.push({ kind: filled === null ? "unsupported" : "missing", token: token.trim() });
    if (close < 0) return { problems };
    cursor.at = close + 2;
    if (/\s-$/.test(token)) pass(cursor, /\s*/y);
  }
}

/** The parts of an action up to `}}`, which may also stand in a string; `null` when one is of no known form. */
function readParts(cursor: TextCursor): string[] | null {
  const parts: string[] = [];
  pass(cursor, /-/y);
  while (!pass(cursor, /(?=-?\}\})|$/y)) {
    const [part] = read(cursor, PART) ?? [];
    if (part === undefined) return null;
    if (part.trim() !== "") parts.push(part);
  }
  return parts;
}

/** What the action comes to; `undefined` when the facts do not hold it, `null` for one of no simple form. */
function fill(parts: string[], facts: unknown): string | null | undefined {
  const operands = operandsOf(parts);
  if (operands.includes(null)) return null;
  for (const operand of operands) {
    const value = operand?.(facts);
    if (isConstant(value)) return String(value);
    if (value !== undefined && value !== null) return null;
  }
  return undefined;
}

/** `operand | default constant`, or `default constant operand`: the first that is there counts. */
function operandsOf(parts: string[]): (Operand | null)[] {
  const [first = [], ...filters] = splitAt(parts, "|");
  const [word, fallback = "", ...rest] = first;
  const reversed = word === "default" && rest.length > 0;
  return [
    ...(reversed ? [readOperand(rest), readOperand([fallback])] : [readOperand(first)]),
    ...filters.map(([name, ...operand]) => (name === "default" ? readOperand(operand) : null)),
  ];
}

function splitAt(parts: string[], separator: string): string[][] {
  const groups: string[][] = [[]];
  for (const part of parts) {
    if (part === separator) groups.push([]);
    else groups.at(-1)?.push(part);
  }
  return groups;
}

function readOperand(parts: string[]): Operand | null {
  const [first = "", second, ...keys] = parts;
  if (first === "index" && second?.startsWith(".") === true && keys.length > 0) {
    const names = keys.map(readConstant);
    return names.includes(undefined) ? null : lookUp([...fieldNames(second), ...names.map(String)]);
  }
  if (second !== undefined) return null;
  if (first.startsWith(".")) return lookUp(fieldNames(first));
  const value = readConstant(first);
  return value === undefined ? null : () => value;
}

function fieldNames(chain: string): string[] {
  return chain.slice(1).split(".");
}

/** A string, number or boolean as Go writes it; `undefined` for anything else. */
function readConstant(part: string): Constant | undefined {
  try {
    const value: unknown = part.startsWith("`") ? part.slice(1, -1) : JSON.parse(part);
    return isConstant(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isConstant(value: unknown): value is Constant {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function lookUp(path: string[]): Operand {
  return (facts) => {
    let value = facts;
    for (const name of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
      value = Reflect.get(value, name);
    }
    return value;
  };
}

/** What is filled in of a build. */
export interface Tokened {
  url?: string | undefined;
  filters?: readonly string[] | null | undefined;
  headers?: Readonly<Record<string, string>> | null | undefined;
}

export interface PlacedProblem extends TokenProblem {
  /** `url`, `headers.<name>` or `filters.<index>`. */
  where: string;
}

export interface SubstitutedBuild {
  url: string;
  headers: Record<string, string> | null;
  /** Any of these and an agent installs nothing. What could not be filled in is left as written. */
  problems: PlacedProblem[];
}

/**
 * The url and the headers an agent would use. It fills in the filters as well, after it has evaluated them, so a token
 * in a filter can break the asset too; `sha512` is left alone. Throws BudgetExhausted.
 */
export function substituteBuild(
  { url = "", filters, headers }: Tokened,
  facts: unknown,
  budget: Budget = new Budget(),
): SubstitutedBuild {
  const problems: PlacedProblem[] = [];
  const filled = (where: string, text: string): string => {
    budget.spend(ENTRY_WORK);
    const result = substituteTokens(text, facts, budget);
    if ("text" in result) return result.text;
    for (const problem of result.problems) problems.push({ ...problem, where });
    return text;
  };
  const entries = Object.entries(headers ?? {}).map(([name, value]) => [
    name,
    filled(`headers.${name}`, value),
  ]);
  for (const [index, filter] of (filters ?? []).entries()) filled(`filters.${index}`, filter);
  return {
    url: filled("url", url),
    headers: headers === null || headers === undefined ? null : Object.fromEntries(entries),
    problems,
  };
}
