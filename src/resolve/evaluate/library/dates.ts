import { toNumber, toPrimitive, toText } from "../convert.ts";
import { raise, refuse } from "../machine.ts";
import { isObject, newObject, type Native, type Value } from "../values.ts";

const FIELDS = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"] as const;

/** The time of a Date in milliseconds, NaN for an invalid one. */
function timeOf(self: Value): number {
  return isObject(self) && self.kind === "Date" ? Number(self.primitive) : raise("TypeError");
}

function shown(self: Value): string {
  const time = timeOf(self);
  return Number.isNaN(time) ? "Invalid Date" : new Date(time).toUTCString();
}

/** Getters and texts, all in UTC: where an agent stands on the globe is not among its facts. */
export const DATE_METHODS = new Map<string, Native>([
  ...FIELDS.flatMap((field): [string, Native][] => {
    const get: Native = (_, self) => new Date(timeOf(self))[`getUTC${field}`]();
    return [
      [`get${field}`, get],
      [`getUTC${field}`, get],
      [`set${field}`, () => refuse(`Date.set${field}`)],
      [`setUTC${field}`, () => refuse(`Date.setUTC${field}`)],
    ];
  }),
  ["getTime", (_, self) => timeOf(self)],
  ["valueOf", (_, self) => timeOf(self)],
  ["getTimezoneOffset", (_, self) => (Number.isNaN(timeOf(self)) ? NaN : 0)],
  ["toString", (_, self) => shown(self)],
  ["toUTCString", (_, self) => shown(self)],
  ["toISOString", (_, self) => isoText(self)],
  ["toJSON", (_, self) => (Number.isNaN(timeOf(self)) ? null : isoText(self))],
]);

function isoText(self: Value): string {
  const time = timeOf(self);
  return Number.isNaN(time) ? raise("RangeError", "Invalid time value") : new Date(time).toISOString();
}

/** `new Date(...)`: now, a time, a text, or year, month and so on. */
export const makeDate: Native = (machine, _, args) => {
  const [first] = args;
  if (args.length === 0) return newObject("Date", { primitive: machine.world.now() });
  if (args.length > 1)
    return newObject("Date", { primitive: utc(args.map((arg) => toNumber(machine, arg))) });
  const value = isObject(first) ? toPrimitive(machine, first, "number") : first;
  const time = typeof value === "string" ? Date.parse(value) : toNumber(machine, value);
  return newObject("Date", { primitive: new Date(time).getTime() });
};

function utc([year = NaN, month = 0, ...rest]: number[]): number {
  return Date.UTC(year, month, ...rest);
}

export const DATE_STATICS = new Map<string, Native>([
  ["now", (machine) => machine.world.now()],
  ["parse", (machine, _, [text]) => Date.parse(toText(machine, text))],
  ["UTC", (machine, _, args) => utc(args.map((arg) => toNumber(machine, arg)))],
]);

/** `Date(...)`: the present as text, whatever it is given. */
export const dateText: Native = (machine) => new Date(machine.world.now()).toUTCString();
