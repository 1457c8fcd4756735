import { payCharacters, payItems, raise, refuse, spend, type Interpreter } from "./interpreter.ts";
import {
  ABSENT,
  fromData,
  isObject,
  newArray,
  newObject,
  type Kind,
  type Native,
  type ScriptObject,
  type Value,
} from "./values.ts";

/** Names that lead from a value to what made it. Own members may be called so (a label, say); nothing else is. */
const FORBIDDEN = new Set(["constructor", "__proto__"]);
const FORBIDDEN_OF_FUNCTIONS = new Set(["prototype", "caller", "callee", "arguments"]);
const PATTERN_MEMBERS = new Set(["source", "global", "ignoreCase", "multiline", "lastIndex"]);
const INDEX = /^(?:0|[1-9]\d{0,9})$/;
/** What it takes to wrap a part of the facts. */
const COPY_WORK = 8;
const MAX_INDEX = 2 ** 32 - 2;

/** The function object of a built-in: one for each run, so that no run sees what another wrote onto it. */
export function nativeFunction(
  interpreter: Interpreter,
  name: string,
  call: Native,
  construct: Native | null = null,
): ScriptObject {
  const known = interpreter.functions.get(call);
  if (known !== undefined) return known;
  const made = newObject("Function", { name, call, construct });
  interpreter.functions.set(call, made);
  return made;
}

/** A member of a value that is neither `undefined` nor `null`, its class's methods included. */
export function getMember(interpreter: Interpreter, base: Value, name: string): Value {
  const own = ownMember(interpreter, base, name);
  if (own !== ABSENT) return own;
  const kind = kindOf(base);
  const method = methodOf(interpreter, kind, name);
  if (method !== undefined) return nativeFunction(interpreter, name, method);
  if (kind === "Error" && isObject(base)) {
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
  const { members, kind, pattern } = base;
  if (members.has(name)) return base.shared ? asRead(interpreter, members.get(name)) : members.get(name);
  switch (kind) {
    case "Array":
      return name === "length" ? base.length : ABSENT;
    case "String":
      return textMember(String(base.primitive), name);
    case "Function":
      if (name === "name") return base.name;
      return name === "length" ? Number(base.primitive ?? 0) : ABSENT;
    case "RegExp":
      return pattern !== null && PATTERN_MEMBERS.has(name) ? Reflect.get(pattern, name) : ABSENT;
    case "environment": {
      const make = interpreter.library.globals.get(name);
      if (make === undefined) return ABSENT;
      const made = make(interpreter);
      members.set(name, made);
      return made;
    }
    default:
      return ABSENT;
  }
}

/** otto wraps a part of the facts anew each time it is read, so that it equals nothing, not even itself. */
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
  const { kind, members, pattern } = object;
  materialise(object);
  if (object.shared) interpreter.changedFacts = true;
  if (!members.has(name)) guard(kind, name);
  if (kind === "RegExp" && name === "lastIndex" && pattern !== null) {
    pattern.lastIndex = value;
  } else if (kind === "Array" && name === "length") {
    setLength(interpreter, object, value);
  } else if (members.has(name) || kind === "environment" || ownMember(interpreter, object, name) === ABSENT) {
    members.set(name, value);
    if (kind === "Array" && INDEX.test(name) && Number(name) <= MAX_INDEX) {
      object.length = Math.max(object.length, Number(name) + 1);
    }
  }
}

function setLength(interpreter: Interpreter, array: ScriptObject, value: Value): void {
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
export function makeArray(interpreter: Interpreter, items: (Value | typeof ABSENT)[]): ScriptObject {
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
 * Makes the members of an object that stands for data, one level of it. Facts are paid for when they are given, so that
 * no filter can end half-way here and leave the next one half of them.
 */
function materialise(object: ScriptObject): void {
  const { source, members, shared } = object;
  if (source === null) return;
  object.source = null;
  for (const name of Object.keys(source)) members.set(name, fromData(Reflect.get(source, name), shared));
}
