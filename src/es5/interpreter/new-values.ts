import {
  ABSENT,
  type ArrayObject,
  type ErrorObject,
  type FunctionObject,
  type Pattern,
  type PatternObject,
  type PlainObject,
  type Value,
  type WrapperObject,
} from "./values.ts";

export function newObject(
  kind: PlainObject["kind"] = "Object",
  constructedBy: FunctionObject | null = null,
): PlainObject {
  return { kind, members: new Map(), shared: false, data: null, constructedBy };
}

/** An array of these items; holes stay holes, and so does ABSENT. */
export function newArray(items: readonly (Value | typeof ABSENT)[]): ArrayObject {
  const array = newSparseArray(items.length);
  items.forEach((item, index) => {
    if (item !== ABSENT) array.members.set(String(index), item);
  });
  return array;
}

/** An array of holes. */
export function newSparseArray(length: number): ArrayObject {
  return { kind: "Array", members: new Map(), shared: false, data: null, length };
}

export function newFunction({
  name,
  call,
  construct,
  length = 0,
  text = "",
}: Pick<FunctionObject, "name" | "call" | "construct"> &
  Partial<Pick<FunctionObject, "length" | "text">>): FunctionObject {
  return {
    kind: "Function",
    members: new Map(),
    shared: false,
    data: null,
    name,
    length,
    text,
    call,
    construct,
  };
}

export function newError(name: string, message: string | undefined): ErrorObject {
  const members = new Map<string, Value>();
  if (message !== undefined) members.set("message", message);
  return { kind: "Error", members, shared: false, data: null, name, message };
}

export function newPatternObject(pattern: Pattern): PatternObject {
  return { kind: "RegExp", members: new Map(), shared: false, data: null, pattern };
}

export function newWrapper(
  kind: WrapperObject["kind"],
  primitive: WrapperObject["primitive"],
): WrapperObject {
  return { kind, members: new Map(), shared: false, data: null, primitive };
}

/** Data (parsed JSON) as a value, its members as they are used. `shared` marks the facts. */
export function fromData(data: unknown, shared = false): Value {
  if (typeof data === "string" || typeof data === "number" || typeof data === "boolean") return data;
  if (typeof data !== "object" || data === null) return null;
  const members = new Map<string, Value>();
  if (Array.isArray(data)) return { kind: "Array", members, shared, data, length: data.length };
  return { kind: "Object", members, shared, data, constructedBy: null };
}
