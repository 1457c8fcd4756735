import { toBoolean, toObject, toText } from "../convert.ts";
import { invoke, raise, refuse, type Interpreter } from "../interpreter.ts";
import { getMember, makeArray, memberNames, ownMember } from "../members.ts";
import { newObject } from "../new-values.ts";
import { ABSENT, isCallable, isObject, type Native, type Value } from "../values.ts";

/** The object a method of all objects is called on. */
function describe(self: Value): string {
  if (self === undefined) return "[object Undefined]";
  return self === null ? "[object Null]" : `[object ${toObject(self).kind}]`;
}

export const OBJECT_METHODS = new Map<string, Native>([
  ["valueOf", (_, self) => toObject(self)],
  ["toString", (_, self) => describe(self)],
  [
    "toLocaleString",
    (interpreter, self) => {
      const method = getMember(interpreter, toObject(self), "toString");
      return isCallable(method) ? invoke(interpreter, method, self, []) : raise("TypeError");
    },
  ],
  ["hasOwnProperty", (interpreter, self, [name]) => isOwn(interpreter, self, name)],
  [
    "propertyIsEnumerable",
    (interpreter, self, [name]) =>
      memberNames(interpreter, toObject(self)).includes(toText(interpreter, name)),
  ],
  ["isPrototypeOf", () => refuse("the member 'isPrototypeOf'")],
]);

function isOwn(interpreter: Interpreter, self: Value, name: Value): boolean {
  return ownMember(interpreter, toObject(self), toText(interpreter, name)) !== ABSENT;
}

function names(interpreter: Interpreter, value: Value): Value {
  return isObject(value) ? makeArray(interpreter, memberNames(interpreter, value)) : raise("TypeError");
}

/** Functions of Object that only look. Those that change how objects behave have no use in a filter. */
export const OBJECT_STATICS: Record<string, Native> = {
  keys: (interpreter, _, [value]) => names(interpreter, value),
  getOwnPropertyNames: (interpreter, _, [value]) => names(interpreter, value),
  ...Object.fromEntries(
    (
      "getPrototypeOf getOwnPropertyDescriptor defineProperty defineProperties create isExtensible preventExtensions " +
      "isSealed seal isFrozen freeze"
    )
      .split(" ")
      .map((name): [string, Native] => [name, () => refuse(`Object.${name}`)]),
  ),
};

/** `Object(value)` and `new Object(value)`. */
export function makeObject(_: Interpreter, __: Value, [value]: Value[]): Value {
  return value === undefined || value === null ? newObject() : toObject(value);
}

/** A function is called, and that is all: `call`, `apply` and `bind` would let it act on what it was not given. */
export const FUNCTION_METHODS = new Map<string, Native>([
  ...["call", "apply", "bind"].map((name): [string, Native] => [name, () => refuse(`the member '${name}'`)]),
  [
    "toString",
    (_, self) =>
      isCallable(self) ? self.text || `function ${self.name}() { [native code] }` : raise("TypeError"),
  ],
]);

export const ERROR_METHODS = new Map<string, Native>([
  [
    "toString",
    (interpreter, self) => {
      const [name, message] = ["name", "message"].map((part) => {
        const value = getMember(interpreter, toObject(self), part);
        return value === undefined ? "" : toText(interpreter, value);
      });
      return [name, message].filter((part) => toBoolean(part)).join(": ");
    },
  ],
]);
