import { toBoolean, toNumber, toObject, toText } from "../convert.ts";
import { raise, refuse, spend, type ErrorName, type Library, type Interpreter } from "../interpreter.ts";
import { nativeFunction } from "../members.ts";
import { newError, newObject } from "../new-values.ts";
import {
  isObject,
  isPattern,
  type Native,
  type PlainObject,
  type ScriptObject,
  type Value,
  type WrapperObject,
} from "../values.ts";
import { LIST_METHODS, makeList } from "./lists.ts";
import {
  BOOLEAN_METHODS,
  clockNative,
  MATH,
  NUMBER_METHODS,
  parseFloatNative,
  parseIntNative,
} from "./numbers.ts";
import { ERROR_METHODS, FUNCTION_METHODS, makeObject, OBJECT_METHODS, OBJECT_STATICS } from "./objects.ts";
import { newPattern, PATTERN_METHODS } from "./patterns.ts";
import { TEXT_METHODS } from "./texts.ts";

/** Work of each member of a built-in object, when that is first used. */
const MEMBER_WORK = 16;

type Make = (interpreter: Interpreter) => Value;
type Members = Readonly<Record<string, Native | Value>>;

/** A function of the language; `construct` is what `new` does with it. */
function builtIn(
  name: string,
  call: Native,
  construct: Native | null = null,
  members: Members = {},
): [string, Make] {
  return [
    name,
    (interpreter) => {
      const object = nativeFunction(interpreter, name, call, construct);
      return fill(interpreter, object, members);
    },
  ];
}

function fill(interpreter: Interpreter, object: ScriptObject, members: Members): Value {
  const all = Object.entries(members);
  spend(interpreter, MEMBER_WORK * all.length);
  for (const [name, member] of all) {
    object.members.set(
      name,
      typeof member === "function" ? nativeFunction(interpreter, name, member) : member,
    );
  }
  return object;
}

function namespace(name: string, kind: PlainObject["kind"], members: Members): [string, Make] {
  return [name, (interpreter) => fill(interpreter, newObject(kind), members)];
}

/** A function that turns anything into a primitive, and with `new` into an object around it. */
function wrapper(
  type: WrapperObject["kind"],
  convert: (interpreter: Interpreter, args: Value[]) => Value,
  members: Members = {},
) {
  const call: Native = (interpreter, _, args) => convert(interpreter, args);
  return builtIn(type, call, (interpreter, _, args) => toObject(convert(interpreter, args)), members);
}

function errorType(name: ErrorName): [string, Make] {
  const make: Native = (interpreter, _, [message]) =>
    newError(name, message === undefined ? undefined : toText(interpreter, message));
  return builtIn(name, make, make);
}

const makePattern: Native = (interpreter, _, [source, flags]) => {
  const given = isPattern(source) ? source.pattern : null;
  if (given !== null && flags !== undefined) {
    raise("TypeError", "Cannot supply flags when constructing one RegExp from another");
  }
  const text = given?.source ?? (source === undefined ? "" : toText(interpreter, source));
  return newPattern(interpreter, text, flags === undefined ? "" : toText(interpreter, flags));
};

const NUMBER_STATICS: Members = {
  MAX_VALUE: Number.MAX_VALUE,
  MIN_VALUE: Number.MIN_VALUE,
  NaN,
  NEGATIVE_INFINITY: -Infinity,
  POSITIVE_INFINITY: Infinity,
  isNaN: (interpreter: Interpreter, _: Value, args: Value[]) =>
    args.length > 0 && Number.isNaN(toNumber(interpreter, args[0])),
};

const ERRORS = [
  "Error",
  "EvalError",
  "TypeError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "URIError",
] as const;

/**
 * What ES5 has and a filter does not get: code from text; the time, for a choice of build must depend on the asset and
 * the facts alone; and what no known filter needs.
 */
const REFUSED =
  "eval Function Date JSON escape unescape encodeURI encodeURIComponent decodeURI decodeURIComponent".split(
    " ",
  );

/** The language as a filter sees it: ES5's library as far as it only computes, `console`, and Sensu's two functions. */
export const LIBRARY: Library = {
  methods: {
    Object: OBJECT_METHODS,
    Array: LIST_METHODS,
    Function: FUNCTION_METHODS,
    Error: ERROR_METHODS,
    RegExp: PATTERN_METHODS,
    String: TEXT_METHODS,
    Number: NUMBER_METHODS,
    Boolean: BOOLEAN_METHODS,
  },
  globals: new Map<string, Make>([
    ["undefined", () => undefined],
    ["NaN", () => NaN],
    ["Infinity", () => Infinity],
    builtIn("parseInt", parseIntNative),
    builtIn("parseFloat", parseFloatNative),
    builtIn("isNaN", (interpreter, _, [value]) => Number.isNaN(toNumber(interpreter, value))),
    builtIn("isFinite", (interpreter, _, [value]) => Number.isFinite(toNumber(interpreter, value))),
    builtIn("hour", clockNative("hour")),
    builtIn("weekday", clockNative("weekday")),
    builtIn("Object", makeObject, makeObject, OBJECT_STATICS),
    builtIn("Array", makeList, makeList, {
      isArray: (_: Interpreter, __: Value, [value]: Value[]) => isObject(value) && value.kind === "Array",
    }),
    builtIn(
      "RegExp",
      (interpreter, self, args) => {
        const [source, flags] = args;
        const asIs = isPattern(source) && flags === undefined;
        return asIs ? source : makePattern(interpreter, self, args);
      },
      makePattern,
    ),
    wrapper("String", (interpreter, args) => (args.length === 0 ? "" : toText(interpreter, args[0])), {
      fromCharCode: (interpreter: Interpreter, _: Value, args: Value[]) =>
        String.fromCharCode(...args.map((arg) => toNumber(interpreter, arg))),
    }),
    wrapper(
      "Number",
      (interpreter, args) => (args.length === 0 ? 0 : toNumber(interpreter, args[0])),
      NUMBER_STATICS,
    ),
    wrapper("Boolean", (_, [value]) => toBoolean(value)),
    ...ERRORS.map(errorType),
    namespace("Math", "Math", MATH),
    namespace(
      "console",
      "Object",
      Object.fromEntries(
        "log debug info warn error trace dir time timeEnd assert"
          .split(" ")
          .map((name) => [name, () => undefined]),
      ),
    ),
    ...REFUSED.map((name): [string, Make] => [name, () => refuse(name)]),
  ]),
};
