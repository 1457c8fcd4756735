import { decimalPrefix, toInteger, toNumber, toText, unwrap } from "../convert.ts";
import { payCharacters, raise, refuse, spend, type Interpreter } from "../interpreter.ts";
import type { Native, Value } from "../values.ts";

/** Work of writing a number in up to a thousand digits. */
const DIGITS_WORK = 256;

function thisNumber(interpreter: Interpreter, self: Value): number {
  return toNumber(interpreter, self);
}

function digits(
  interpreter: Interpreter,
  value: Value,
  least: number,
  most: number,
  complaint: string,
): number {
  const count = toInteger(interpreter, value);
  spend(interpreter, DIGITS_WORK);
  return count < least || count > most ? raise("RangeError", complaint) : count;
}

export const NUMBER_METHODS = new Map<string, Native>([
  [
    "toString",
    (interpreter, self, [radix]) => {
      const value = Number(unwrap(self, "Number"));
      if (radix === undefined) return String(value);
      const base = digits(interpreter, radix, 2, 36, "toString() radix must be between 2 and 36");
      if (base === 10) return String(value);
      return Math.trunc(value).toString(base);
    },
  ],
  ["valueOf", (_, self) => unwrap(self, "Number")],
  [
    "toFixed",
    (interpreter, self, [count]) => {
      const places = digits(interpreter, count, 0, 20, "toFixed() precision must be between 0 and 20");
      return thisNumber(interpreter, self).toFixed(places);
    },
  ],
  [
    "toExponential",
    (interpreter, self, [count]) => {
      const places = digits(interpreter, count, 0, 100, "toString() radix must be between 2 and 36");
      return thisNumber(interpreter, self).toExponential(count === undefined ? undefined : places);
    },
  ],
  [
    "toPrecision",
    (interpreter, self, [count]) => {
      if (count === undefined) return toText(interpreter, self);
      const places = digits(interpreter, count, 1, 100, "toPrecision() precision must be greater than 1");
      return thisNumber(interpreter, self).toPrecision(places);
    },
  ],
  ["toLocaleString", () => refuse("Number.toLocaleString")],
]);

export const BOOLEAN_METHODS = new Map<string, Native>([
  ["toString", (_, self) => String(unwrap(self, "Boolean"))],
  ["valueOf", (_, self) => unwrap(self, "Boolean")],
]);

const FUNCTIONS: Readonly<Record<string, (...numbers: number[]) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  atan2: Math.atan2,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  log: Math.log,
  max: Math.max,
  min: Math.min,
  pow: Math.pow,
  round: Math.round,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
};
const CONSTANTS = ["E", "LN10", "LN2", "LOG2E", "LOG10E", "PI", "SQRT1_2", "SQRT2"] as const;

/** Members of Math, by name. */
export const MATH: Record<string, Native | number> = Object.fromEntries<Native | number>([
  ...CONSTANTS.map((name): [string, number] => [name, Math[name]]),
  ...Object.entries(FUNCTIONS).map(([name, compute]): [string, Native] => [name, mathFunction(compute)]),
  ["random", () => refuse("Math.random")],
]);

function mathFunction(compute: (...numbers: number[]) => number): Native {
  return (interpreter, _, args) => compute(...args.map((arg) => toNumber(interpreter, arg)));
}

export const parseIntNative: Native = (interpreter, _, [value, radix]) => {
  const text = toText(interpreter, value);
  payCharacters(interpreter, text.length);
  return parseInt(text, toInteger(interpreter, radix));
};

export const parseFloatNative: Native = (interpreter, _, [value]) => {
  const whole = toText(interpreter, value);
  payCharacters(interpreter, whole.length);
  const text = whole.trim();
  const [infinite] = /^[+-]?Infinity/.exec(text) ?? [];
  return Number(infinite ?? (decimalPrefix(text).replaceAll("_", "") || NaN));
};

/** `hour` and `weekday`, Sensu's own: of a time in Unix seconds, in UTC, Sunday 0. Anything but a number is time 0. */
export function clockNative(field: "hour" | "weekday"): Native {
  return (_, __, [time]) => {
    if (time === undefined) return 0;
    const seconds = typeof time === "number" && Number.isFinite(time) ? Math.trunc(time) : 0;
    const days = Math.floor(seconds / 86_400);
    return field === "hour" ? Math.floor((seconds - days * 86_400) / 3600) : (((days + 4) % 7) + 7) % 7;
  };
}
