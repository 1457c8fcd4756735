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

export type ScriptObject =
  | PlainObject
  | ArrayObject
  | FunctionObject
  | ErrorObject
  | PatternObject
  | WrapperObject;

/** otto's classes; they name an object in `[object Kind]` and choose its methods. */
export type Kind = ScriptObject["kind"];

interface ObjectBase {
  /** Own members in the order they were added. */
  readonly members: Map<string, Value>;
  /** Part of the facts, which several filters look at. */
  readonly shared: boolean;
  /** Data whose members become those of the object when they are first used; `null` when they have. */
  data: object | null;
}

export interface PlainObject extends ObjectBase {
  readonly kind: "Object" | "Arguments" | "Math" | "environment";
  /** The function of the filter that `new` constructed it with. */
  readonly constructedBy: FunctionObject | null;
}

export interface ArrayObject extends ObjectBase {
  readonly kind: "Array";
  length: number;
}

export interface FunctionObject extends ObjectBase {
  readonly kind: "Function";
  readonly name: string;
  /** How many parameters it declares. */
  readonly length: number;
  /** Its text, if the filter wrote it. */
  readonly text: string;
  readonly call: Native;
  /** What `new` does with it; `null` for a function that is no constructor. */
  readonly construct: Native | null;
}

export interface ErrorObject extends ObjectBase {
  readonly kind: "Error";
  readonly name: string;
  /** The message it was constructed with, whatever its member says now. */
  readonly message: string | undefined;
}

export interface PatternObject extends ObjectBase {
  readonly kind: "RegExp";
  readonly pattern: Pattern;
}

/** The object around a primitive, `new String('x')`. */
export interface WrapperObject extends ObjectBase {
  readonly kind: "String" | "Number" | "Boolean";
  readonly primitive: string | number | boolean;
}

export interface Pattern {
  readonly program: PatternProgram;
  readonly source: string;
  readonly global: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  lastIndex: Value;
}

/** Stands for a member that does not exist; `undefined` is a value a member may have. */
export const ABSENT: unique symbol = Symbol("absent");

export function isObject(value: Value): value is ScriptObject {
  return typeof value === "object" && value !== null;
}

export function isCallable(value: Value): value is FunctionObject {
  return isObject(value) && value.kind === "Function";
}

export function isPattern(value: Value): value is PatternObject {
  return isObject(value) && value.kind === "RegExp";
}
