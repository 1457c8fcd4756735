/** What keeps a text from being filled in. */
export interface TokenProblem {
  /** `missing`: the facts do not hold it. `unsupported`: more than a token, which an agent may know how to run. */
  kind: "missing" | "unsupported";
  /** As written, without the braces. */
  token: string;
}

export type Substitution = { text: string } | { problems: TokenProblem[] };

type Operand = { value: unknown } | { path: string[] };

/** One action's parts, or `null` for what is not one of the simple forms. */
type Pipeline = { operand: Operand; fallbacks: Operand[] } | null;

const PART =
  /\s+|(?:\.[\p{L}_][\p{L}\p{Nd}_]*)+|"(?:[^"\\\n]|\\.)*"|`[^`]*`|-?\d+(?:\.\d+)?(?![\w.])|\w+|\|/uy;

/**
 * Fills in the tokens of a text as an agent does before it fetches an asset (contract §6.4): `{{ .labels.x }}`,
 * `{{ index .labels "x" }}`, each with `| default "y"`, and constants. The facts are flat, like those of filters.
 */
export function substituteTokens(text: string, facts: unknown): Substitution {
  const problems: TokenProblem[] = [];
  let result = "";
  let at = 0;
  for (let open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
    const { parts, end } = readAction(text, open + 2);
    const trimsLeft = /^\{\{-\s/.test(text.slice(open, open + 4));
    const before = text.slice(at, open);
    result += trimsLeft ? before.trimEnd() : before;
    const token = text.slice(open + 2, end < 0 ? undefined : end).trim();
    const filled = parts === null || end < 0 ? unsupported(token) : fill(parts, token, facts);
    if (typeof filled === "string") result += filled;
    else problems.push(filled);
    if (end < 0) return { problems };
    at = end + 2;
    if (/\s-$/.test(text.slice(open, end))) at += text.slice(at).length - text.slice(at).trimStart().length;
  }
  return problems.length > 0 ? { problems } : { text: result + text.slice(at) };
}

function unsupported(token: string): TokenProblem {
  return { kind: "unsupported", token };
}

/** The parts of the action up to `}}`, which may also stand in a string; `end` is -1 when it is not closed. */
function readAction(text: string, start: number): { parts: string[] | null; end: number } {
  const parts: string[] = [];
  let at = text.startsWith("-", start) ? start + 1 : start;
  while (!/^(?:-?\}\}|$)/.test(text.slice(at, at + 3))) {
    PART.lastIndex = at;
    const part = PART.exec(text)?.[0];
    if (part === undefined) return { parts: null, end: text.indexOf("}}", at) };
    if (part.trim() !== "") parts.push(part);
    at += part.length;
  }
  return { parts, end: text.indexOf("}}", at) };
}

function fill(parts: string[], token: string, facts: unknown): string | TokenProblem {
  const pipeline = parse(parts);
  if (pipeline === null) return unsupported(token);
  for (const operand of [pipeline.operand, ...pipeline.fallbacks]) {
    const value = "value" in operand ? operand.value : lookUp(facts, operand.path);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return String(value);
    if (value !== undefined && value !== null) return unsupported(token);
  }
  return { kind: "missing", token };
}

/** `operand | default constant`, or `default constant operand`. */
function parse(parts: string[]): Pipeline {
  const [first = [], ...filters] = splitAt(parts, "|");
  const reversed = first[0] === "default" && first.length > 2;
  const operand = readOperand(reversed ? first.slice(2) : first);
  const fallbacks = filters.map(([name, ...rest]) => (name === "default" ? readOperand(rest) : null));
  if (reversed) fallbacks.unshift(readOperand(first.slice(1, 2)));
  const known = fallbacks.filter((one) => one !== null);
  return operand === null || known.length < fallbacks.length ? null : { operand, fallbacks: known };
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
  const [first, second, ...keys] = parts;
  if (first === "index" && second?.startsWith(".") === true && keys.length > 0) {
    const names = keys.map(readConstant);
    return names.includes(undefined) ? null : { path: [...fieldNames(second), ...names.map(String)] };
  }
  if (first === undefined || second !== undefined) return null;
  if (first.startsWith(".")) return { path: fieldNames(first) };
  const value = readConstant(first);
  return value === undefined ? null : { value };
}

function fieldNames(chain: string): string[] {
  return chain.slice(1).split(".");
}

/** A string, number or boolean as Go writes it; `undefined` for anything else. */
function readConstant(part: string): string | number | boolean | undefined {
  if (part.startsWith("`")) return part.slice(1, -1);
  if (part === "true" || part === "false") return part === "true";
  if (!/^["\-\d]/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(part);
    return typeof value === "string" || typeof value === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

function lookUp(facts: unknown, path: string[]): unknown {
  let value: unknown = facts;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
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
 * in a filter can break the asset too; `sha512` is left alone.
 */
export function substituteBuild({ url = "", filters, headers }: Tokened, facts: unknown): SubstitutedBuild {
  const problems: PlacedProblem[] = [];
  const filled = (where: string, text: string): string => {
    const result = substituteTokens(text, facts);
    if ("text" in result) return result.text;
    for (const { kind, token } of result.problems) problems.push({ kind, token, where });
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
