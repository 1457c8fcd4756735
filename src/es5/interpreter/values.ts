import type { PatternProgram } from "../regexp/program.ts";
import type { Interpreter } from "./interpreter.ts";

/**
 * What a filter computes with. Objects are records of our own with a map of members: no object, function or prototype
 * of the language this is written in is ever a value.
 */
export type Value = Primitive | ScriptObject;

export type Primitive = undefined | null | boolean | number | string;

/** Something to call. `self` is `this` as the caller wrote it; primitives are not boxed. */
export type Native = (interpreter: Interpreter, self: Value, args: Value[]) => Value;

/** otto's classes; they name an object in `[object Kind]` and choose its methods. */
export type Kind =
  | "Object"
  | "Array"
  | "Function"
  | "Error"
  | "RegExp"
  | "String"
  | "Number"
  | "Boolean"
  | "Arguments"
  | "Math"
  | "environment";

export interface ScriptObject {
  readonly kind: Kind;
  /** Own members in the order they were made. */
  readonly members: Map<string, Value>;
  /** Of an Array. */
  length: number;
  /** What a String, Number or Boolean object wraps; the message an Error was made with; a Function's length. */
  readonly primitive: Primitive;
  /** Of a function the filter wrote. */
  readonly text: string;
  /** Of a Function, or the class of an Error. */
  readonly name: string;
  readonly call: Native | null;
  readonly construct: Native | null;
  readonly pattern: Pattern | null;
  /** The function of the filter that `new` made this with. */
  readonly maker: ScriptObject | null;
  /** Part of the facts, which several filters look at. */
  readonly shared: boolean;
  /** Data the members are still to be made from, when first asked for; `null` when they are there. */
  source: object | null;
}

export interface Pattern {
  readonly program: PatternProgram;
  readonly source: string;
  readonly global: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  lastIndex: Value;
}

/** No member of that name; `undefined` is a value a member may have. */
export const ABSENT: unique symbol = Symbol("absent");

export function newObject(kind: Kind = "Object", own: Partial<ScriptObject> = {}): ScriptObject {
  return {
    kind,
    members: new Map(),
    length: 0,
    primitive: undefined,
    name: "",
    text: "",
    call: null,
    construct: null,
    pattern: null,
    maker: null,
    shared: false,
    source: null,
    ...own,
  };
}

/** Holes stay holes, and what is ABSENT is one. */
export function newArray(items: (Value | typeof ABSENT)[]): ScriptObject {
  const array = newObject("Array", { length: items.length });
  items.forEach((item, index) => {
    if (item !== ABSENT) array.members.set(String(index), item);
  });
  return array;
}

/** Data (parsed JSON) as a value; what lies inside is made when it is asked for. `shared` marks the facts. */
export function fromData(data: unknown, shared = false): Value {
  if (typeof data === "string" || typeof data === "number" || typeof data === "boolean") return data;
  if (typeof data !== "object" || data === null) return null;
  const kind = Array.isArray(data) ? "Array" : "Object";
  return newObject(kind, { source: data, shared, length: Array.isArray(data) ? data.length : 0 });
}

export function isObject(value: Value): value is ScriptObject {
  return typeof value === "object" && value !== null;
}

export function isCallable(value: Value): value is ScriptObject & { call: Native } {
  return isObject(value) && value.call !== null;
}
