import { invoke, payCharacters, payText, raise, type Interpreter } from "./interpreter.ts";
import { getMember } from "./members.ts";
import { newWrapper } from "./new-values.ts";
import {
  isCallable,
  isObject,
  type Primitive,
  type ScriptObject,
  type Value,
  type WrapperObject,
} from "./values.ts";

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?/i;
const NAMED = /^[+-]?(?:inf(?:inity)?|nan)$/i;

export function toBoolean(value: Value): boolean {
  return isObject(value) || Boolean(value);
}

export function toNumber(interpreter: Interpreter, value: Value): number {
  if (typeof value === "string") {
    payCharacters(interpreter, value.length);
    return textToNumber(value.trim());
  }
  if (isObject(value)) return toNumber(interpreter, toPrimitive(interpreter, value, "number"));
  return Number(value);
}

/** The number a text spells, as Go reads it: hexadecimals, decimals, and `inf` and `nan` in any case. */
function textToNumber(text: string): number {
  if (text === "" || /^0x[\da-f]+$/i.test(text)) return Number(text);
  if (NAMED.test(text)) return namedNumber(text);
  return decimalPrefix(text) === text ? Number(text.replaceAll("_", "")) : NaN;
}

function namedNumber(text: string): number {
  if (/nan/i.test(text)) return NaN;
  return text.startsWith("-") ? -Infinity : Infinity;
}

/** The longest start of a text that spells a decimal number, or the empty text. */
export function decimalPrefix(text: string): string {
  return DECIMAL.exec(text)?.[0] ?? "";
}

/** ES5 §9.4: towards zero, and 0 for what is no number. */
export function toInteger(interpreter: Interpreter, value: Value): number {
  const number = toNumber(interpreter, value);
  return Number.isNaN(number) ? 0 : Math.trunc(number);
}

export function toText(interpreter: Interpreter, value: Value): string {
  if (isObject(value)) return toText(interpreter, toPrimitive(interpreter, value, "string"));
  const text = String(value);
  payText(interpreter, text.length);
  return text;
}

/** ES5 §9.1 and §8.12.8: asks an object for its value, its text first or last. */
export function toPrimitive(interpreter: Interpreter, object: Value, hint = "number"): Value {
  if (!isObject(object)) return object;
  const names = hint === "string" ? ["toString", "valueOf"] : ["valueOf", "toString"];
  for (const name of names) {
    const method = getMember(interpreter, object, name);
    const result = isCallable(method) ? invoke(interpreter, method, object, []) : object;
    if (!isObject(result)) return result;
  }
  return raise("TypeError");
}

/** ES5 §9.9; `undefined` and `null` have no object. */
export function toObject(value: Value): ScriptObject {
  if (isObject(value)) return value;
  if (value === undefined || value === null) return raise("TypeError");
  if (typeof value === "string") return newWrapper("String", value);
  return newWrapper(typeof value === "number" ? "Number" : "Boolean", value);
}

const PRIMITIVE_TYPES = { String: "string", Number: "number", Boolean: "boolean" };

/** The primitive that a method of String, Number or Boolean is called on, bare or in its object; else a TypeError. */
export function unwrap(self: Value, kind: WrapperObject["kind"]): Primitive {
  if (isObject(self)) return self.kind === kind && "primitive" in self ? self.primitive : raise("TypeError");
  return typeof self === PRIMITIVE_TYPES[kind] ? self : raise("TypeError");
}
