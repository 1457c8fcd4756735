import { toBoolean, toObject, toText } from "../convert.ts";
import { invoke, raise, refuse, type Machine } from "../machine.ts";
import { getMember, makeArray, memberNames, ownMember } from "../members.ts";
import { ABSENT, isCallable, isObject, newObject, type Native, type Value } from "../values.ts";

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
    (machine, self) => {
      const method = getMember(machine, toObject(self), "toString");
      return isCallable(method) ? invoke(machine, method, self, []) : raise("TypeError");
    },
  ],
  ["hasOwnProperty", (machine, self, [name]) => isOwn(machine, self, name)],
  [
    "propertyIsEnumerable",
    (machine, self, [name]) => memberNames(machine, toObject(self)).includes(toText(machine, name)),
  ],
  ["isPrototypeOf", () => refuse("the member 'isPrototypeOf'")],
]);

function isOwn(machine: Machine, self: Value, name: Value): boolean {
  return ownMember(machine, toObject(self), toText(machine, name)) !== ABSENT;
}

function names(machine: Machine, value: Value): Value {
  return isObject(value) ? makeArray(machine, memberNames(machine, value)) : raise("TypeError");
}

/** Functions of Object that only look. Those that change how objects behave have no use in a filter. */
export const OBJECT_STATICS: Record<string, Native> = {
  keys: (machine, _, [value]) => names(machine, value),
  getOwnPropertyNames: (machine, _, [value]) => names(machine, value),
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
export function makeObject(_: Machine, __: Value, [value]: Value[]): Value {
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
    (machine, self) => {
      const [name, message] = ["name", "message"].map((part) => {
        const value = getMember(machine, toObject(self), part);
        return value === undefined ? "" : toText(machine, value);
      });
      return [name, message].filter((part) => toBoolean(part)).join(": ");
    },
  ],
]);
