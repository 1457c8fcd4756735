import { payCharacters, payItems, raise, refuse, spend, type Interpreter } from "./interpreter.ts";
import { fromData, newArray, newFunction } from "./new-values.ts";
import {
  ABSENT,
  isObject,
  type ArrayObject,
  type FunctionObject,
  type Kind,
  type Native,
  type Pattern,
  type ScriptObject,
  type Value,
} from "./values.ts";

/** Names that lead from a value to its constructor. Own members may have them (a label, say); nothing else has. */
const FORBIDDEN = new Set(["constructor", "__proto__"]);
const FORBIDDEN_OF_FUNCTIONS = new Set(["prototype", "caller", "callee", "arguments"]);
const INDEX = /^(?:0|[1-9]\d{0,9})$/;
/** Work of wrapping a part of the facts. */
const COPY_WORK = 8;
const MAX_INDEX = 2 ** 32 - 2;

/** The function object of a built-in: one for each run, so that no run sees what another wrote onto it. */
export function nativeFunction(
  interpreter: Interpreter,
  name: string,
  call: Native,
  construct: Native | null = null,
): FunctionObject {
  const known = interpreter.functions.get(call);
  if (known !== undefined) return known;
  const created = newFunction({ name, call, construct });
  interpreter.functions.set(call, created);
  return created;
}

/** A member of a value that is neither `undefined` nor `null`, its class's methods included. */
export function getMember(interpreter: Interpreter, base: Value, name: string): Value {
  const own = ownMember(interpreter, base, name);
  if (own !== ABSENT) return own;
  const kind = kindOf(base);
  const method = methodOf(interpreter, kind, name);
  if (method !== undefined) return nativeFunction(interpreter, name, method);
  if (isObject(base) && base.kind === "Error") {
    if (name === "name") return base.name;
    if (name === "message") return "";
  }
  guard(kind, name);
  return undefined;
}

function methodOf({ library: { methods } }: Interpreter, kind: Kind, name: string): Native | undefined {
  return methods[kind]?.get(name) ?? methods.Object?.get(name);
}

function guard(kind: Kind, name: string): void {
  const ofFunction = (kind === "Function" || kind === "Arguments") && FORBIDDEN_OF_FUNCTIONS.has(name);
  if (ofFunction || FORBIDDEN.has(name)) refuse(`the member '${name}'`);
}

export function hasMember(interpreter: Interpreter, object: ScriptObject, name: string): boolean {
  if (ownMember(interpreter, object, name) !== ABSENT || name === "constructor") return true;
  return methodOf(interpreter, object.kind, name) !== undefined;
}

export function kindOf(value: Value): Kind {
  if (isObject(value)) return value.kind;
  if (typeof value === "string") return "String";
  return typeof value === "number" ? "Number" : "Boolean";
}

export function ownMember(interpreter: Interpreter, base: Value, name: string): Value | typeof ABSENT {
  if (!isObject(base)) return typeof base === "string" ? textMember(base, name) : ABSENT;
  materialise(base);
  const { members } = base;
  if (members.has(name)) return base.shared ? asRead(interpreter, members.get(name)) : members.get(name);
  switch (base.kind) {
    case "Array":
      return name === "length" ? base.length : ABSENT;
    case "String":
      return textMember(String(base.primitive), name);
    case "Function":
      if (name === "name") return base.name;
      return name === "length" ? base.length : ABSENT;
    case "RegExp":
      return patternMember(base.pattern, name);
    case "environment":
      return globalMember(interpreter, members, name);
    default:
      return ABSENT;
  }
}

function patternMember(pattern: Pattern, name: string): Value | typeof ABSENT {
  switch (name) {
    case "source":
    case "global":
    case "ignoreCase":
    case "multiline":
    case "lastIndex":
      return pattern[name];
    default:
      return ABSENT;
  }
}

/** A part of the library, which is created when a filter first uses it. */
function globalMember(
  interpreter: Interpreter,
  members: Map<string, Value>,
  name: string,
): Value | typeof ABSENT {
  const create = interpreter.library.globals.get(name);
  if (create === undefined) return ABSENT;
  const value = create(interpreter);
  members.set(name, value);
  return value;
}

/** otto wraps a part of the facts on each read, so that it equals nothing, not even itself. */
function asRead(interpreter: Interpreter, value: Value): Value {
  if (!isObject(value)) return value;
  spend(interpreter, COPY_WORK);
  materialise(value);
  return { ...value };
}

function textMember(text: string, name: string): Value | typeof ABSENT {
  if (name === "length") return text.length;
  return INDEX.test(name) && Number(name) < text.length ? text.charAt(Number(name)) : ABSENT;
}

export function putMember(interpreter: Interpreter, object: ScriptObject, name: string, value: Value): void {
  const { kind, members } = object;
  materialise(object);
  if (object.shared) interpreter.changedFacts = true;
  if (!members.has(name)) guard(kind, name);
  if (object.kind === "RegExp" && name === "lastIndex") {
    object.pattern.lastIndex = value;
  } else if (object.kind === "Array" && name === "length") {
    setLength(interpreter, object, value);
  } else if (members.has(name) || kind === "environment" || ownMember(interpreter, object, name) === ABSENT) {
    members.set(name, value);
    if (object.kind === "Array" && INDEX.test(name) && Number(name) <= MAX_INDEX) {
      object.length = Math.max(object.length, Number(name) + 1);
    }
  }
}

function setLength(interpreter: Interpreter, array: ArrayObject, value: Value): void {
  const length = wholeNumber(interpreter, value);
  if (length !== length >>> 0) raise("RangeError");
  if (length < array.length) {
    payItems(interpreter, array.members.size);
    for (const name of array.members.keys()) {
      if (INDEX.test(name) && Number(name) >= length) array.members.delete(name);
    }
  }
  array.length = length;
}

/** False for what cannot be deleted. */
export function deleteMember(interpreter: Interpreter, object: ScriptObject, name: string): boolean {
  materialise(object);
  if (object.shared) interpreter.changedFacts = true;
  if (object.members.delete(name)) return true;
  return ownMember(interpreter, object, name) === ABSENT;
}

/** Names of the members `for ... in` visits. */
export function memberNames(interpreter: Interpreter, object: ScriptObject): string[] {
  materialise(object);
  const text = object.kind === "String" ? String(object.primitive) : "";
  payItems(interpreter, object.members.size + text.length);
  return [...text.split("").map((_, index) => String(index)), ...object.members.keys()];
}

/** The length of an array, or of anything that says it has one. */
export function lengthOf(interpreter: Interpreter, list: Value): number {
  return wholeNumber(interpreter, getMember(interpreter, list, "length")) >>> 0;
}

/** A number that is used as a length; a text is paid for, and an object is none. */
function wholeNumber(interpreter: Interpreter, value: Value): number {
  if (typeof value === "string") payCharacters(interpreter, value.length);
  return isObject(value) ? NaN : Number(value);
}

/** An array of these items, paid for. */
export function makeArray(interpreter: Interpreter, items: (Value | typeof ABSENT)[]): ArrayObject {
  payItems(interpreter, items.length);
  return newArray(items);
}

/** The items of an array, or of anything with a length; holes are holes. */
export function listItems(interpreter: Interpreter, list: Value): Value[] {
  const length = lengthOf(interpreter, list);
  payItems(interpreter, length);
  const items = Array<Value>(length);
  for (let index = 0; index < length; index += 1) {
    const item = ownMember(interpreter, list, String(index));
    if (item !== ABSENT) items[index] = item;
  }
  return items;
}

/**
 * Turns one level of an object's data into members. Facts are paid for when they are given, so that no filter can end
 * half-way here and leave the next one half of them.
 */
function materialise(object: ScriptObject): void {
  const { data, members, shared } = object;
  if (data === null) return;
  object.data = null;
  for (const [name, value] of Object.entries(data)) members.set(name, fromData(value, shared));
}
