import type { FunctionNode } from "../parser/ast.ts";
import { newError, newObject } from "./new-values.ts";
import type { FunctionObject, Kind, Native, ScriptObject, Value } from "./values.ts";

/** Evaluation steps a filter may take (design: limits). A step is one node of the tree visited. */
export const MAX_STEPS = 10_000;
/** How deep evaluation may nest, calls and operands together. */
const MAX_DEPTH = 500;
/** Characters in one string. */
const MAX_TEXT = 65_536;
/** Items of a list that is read or created as a whole. */
export const MAX_ITEMS = 10_000;
/** Work of a call, and of each of its parameters, arguments and variables. */
const CALL_WORK = 8;
export const NAME_WORK = 8;

export type ErrorName =
  | "Error"
  | "TypeError"
  | "ReferenceError"
  | "RangeError"
  | "SyntaxError"
  | "EvalError"
  | "URIError";

/** What a filter sees of the language. */
export interface Library {
  methods: Partial<Record<Kind, ReadonlyMap<string, Native>>>;
  globals: ReadonlyMap<string, (interpreter: Interpreter) => Value>;
}

/** One run of one filter. */
export interface Interpreter {
  work: number;
  depth: number;
  /** Whether the filter wrote to the facts, so that filters of other builds need fresh ones. */
  changedFacts: boolean;
  readonly library: Library;
  readonly global: ScriptObject;
  /** The function objects of built-ins. */
  readonly functions: Map<Native, FunctionObject>;
  /** Runs the body of a function. Given from outside: calls lead from expressions back to statements. */
  readonly runBody: (interpreter: Interpreter, node: FunctionNode, context: Context) => Value;
}

/** Where names are looked up. */
export interface Scope {
  readonly outer: Scope | null;
  /** Variables; or an object whose members serve as such: the global object, or that of a `with`. */
  readonly names: Map<string, Value> | ScriptObject;
}

export interface Context {
  readonly scope: Scope;
  readonly self: Value;
}

/** An exception the filter itself may catch. No Error: filters may throw often, and the stack is never read. */
export class Thrown {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** The end of the run, which the filter cannot catch. */
export class Stopped extends Error {
  readonly kind: "budget" | "refused";

  constructor(kind: Stopped["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export function newInterpreter(
  library: Library,
  runBody: Interpreter["runBody"],
  entity: Value,
  work: number,
): Interpreter {
  const global = newObject("environment");
  global.members.set("entity", entity);
  return { work, depth: 0, changedFacts: false, library, global, functions: new Map(), runBody };
}

/** Draws work from the budget. Throws Stopped when there is not enough left. */
export function spend(interpreter: Interpreter, work: number): void {
  interpreter.work -= work;
  if (interpreter.work < 0) throw new Stopped("budget", `more than ${MAX_STEPS} evaluation steps`);
}

/** Pays for reading or creating a text. Throws Stopped when it is longer than any filter needs. */
export function payText(interpreter: Interpreter, length: number): void {
  if (length > MAX_TEXT) throw new Stopped("budget", `a text of more than ${MAX_TEXT} characters`);
  spend(interpreter, length >> 3);
}

/** Pays for the next part of a text that is put together from many and copied once, when it is whole. */
export function payPart(interpreter: Interpreter, before: number, added: number): void {
  if (before + added > MAX_TEXT) payText(interpreter, before + added);
  spend(interpreter, 4 + (added >> 3));
}

/** Pays for a text every character of which is looked at and not only copied: converted, or mapped to another case. */
export function payCharacters(interpreter: Interpreter, length: number): void {
  spend(interpreter, length);
}

/** Pays for reading or creating a list. Throws Stopped when it is longer than any filter needs. */
export function payItems(interpreter: Interpreter, length: number): void {
  if (length > MAX_ITEMS) throw new Stopped("budget", `a list of more than ${MAX_ITEMS} items`);
  spend(interpreter, length << 3);
}

/** Pays for a search of one text in another, which may compare each place to the end. */
export function paySearch(interpreter: Interpreter, text: string, wanted: string): void {
  spend(interpreter, (text.length >> 2) + Math.floor((text.length * wanted.length) / 16));
}

/** One level deeper. The caller goes back up by itself when nothing is thrown. */
export function descend(interpreter: Interpreter): void {
  interpreter.depth += 1;
  if (interpreter.depth > MAX_DEPTH) throw new Stopped("budget", "evaluation nests too deeply");
}

/** Calls a function. */
export function invoke(
  interpreter: Interpreter,
  callee: { call: Native },
  self: Value,
  args: Value[],
): Value {
  descend(interpreter);
  spend(interpreter, CALL_WORK);
  const result = callee.call(interpreter, self, args);
  interpreter.depth -= 1;
  return result;
}

/** Ends a run that uses a name, a member or a call that filters do not get. */
export function refuse(what: string): never {
  throw new Stopped("refused", `${what} is not available here`);
}

/** An exception of the language, in otto's wording: `TypeError: ...`, or the bare name without a message. */
export function raise(name: ErrorName, message = ""): never {
  throw new Thrown(newError(name, message === "" ? undefined : message));
}
