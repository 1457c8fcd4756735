import type { Match } from "../../regexp/match.ts";
import { toInteger, toText, unwrap } from "../convert.ts";
import { invoke, payItems, paySearch, payText, raise, spend, type Machine } from "../machine.ts";
import { isCallable, isObject, newArray, type Native, type Value } from "../values.ts";
import { allMatches, groupTexts, matchResult, nextMatch, toPattern } from "./patterns.ts";

type Method = (text: string, args: Value[], machine: Machine) => Value;

/** `this` as text, which must not be `undefined` or `null` (ES5 §9.10). */
function onText(method: Method): Native {
  return (machine, self, args) => {
    if (self === undefined || self === null) raise("TypeError");
    const result = method(toText(machine, self), args, machine);
    if (typeof result === "string") payText(machine, result.length);
    return result;
  };
}

/** A position given as argument; `undefined` stays what it is, so that it can stand for the end. */
function position(machine: Machine, value: Value): number | undefined {
  return value === undefined ? undefined : toInteger(machine, value);
}

const lower: Method = (text) => text.toLowerCase();
const upper: Method = (text) => text.toUpperCase();

const METHODS: Record<string, Method> = {
  charAt: (text, [at], machine) => text.charAt(toInteger(machine, at)),
  charCodeAt: (text, [at], machine) => text.charCodeAt(toInteger(machine, at)),
  concat: (text, args, machine) => args.reduce((joined: string, arg) => append(machine, joined, arg), text),
  indexOf: (text, [search, from], machine) =>
    text.indexOf(wanted(machine, text, search), position(machine, from)),
  lastIndexOf: (text, [search, from], machine) =>
    text.lastIndexOf(wanted(machine, text, search), position(machine, from) ?? Infinity),
  localeCompare: (text, [other], machine) => {
    const that = toText(machine, other);
    return Number(text > that) - Number(text < that);
  },
  match,
  replace,
  search: (text, [pattern], machine) =>
    allMatches(machine, toPattern(machine, pattern), text, false)[0]?.[0] ?? -1,
  slice: (text, [from, to], machine) => text.slice(position(machine, from), position(machine, to)),
  split,
  substr: (text, [from, length], machine) => {
    const start = toInteger(machine, from);
    const begin = start < 0 ? Math.max(0, start + text.length) : start;
    return text.slice(begin, begin + Math.max(0, position(machine, length) ?? text.length));
  },
  substring: (text, [from, to], machine) => text.substring(toInteger(machine, from), position(machine, to)),
  toLocaleLowerCase: lower,
  toLocaleUpperCase: upper,
  toLowerCase: lower,
  toUpperCase: upper,
  trim: (text) => text.trim(),
  trimLeft: (text) => text.trimStart(),
  trimRight: (text) => text.trimEnd(),
};

export const TEXT_METHODS = new Map<string, Native>([
  ...Object.entries(METHODS).map(([name, method]): [string, Native] => [name, onText(method)]),
  ["toString", (_, self) => unwrap(self, "String")],
  ["valueOf", (_, self) => unwrap(self, "String")],
]);

/** What is searched for, paid for. */
function wanted(machine: Machine, text: string, search: Value): string {
  const plain = toText(machine, search);
  paySearch(machine, text, plain);
  return plain;
}

function list(machine: Machine, items: Value[]): Value {
  payItems(machine, items.length);
  return newArray(items);
}

function append(machine: Machine, text: string, value: Value): string {
  const joined = text + toText(machine, value);
  payText(machine, joined.length);
  return joined;
}

function match(text: string, [value]: Value[], machine: Machine): Value {
  const pattern = toPattern(machine, value);
  if (!pattern.global) return matchResult(text, nextMatch(machine, pattern, text));
  const found = allMatches(machine, pattern, text);
  pattern.lastIndex = found.at(-1)?.[1] ?? 0;
  return found.length === 0
    ? undefined
    : list(
        machine,
        found.map(([start, end]) => text.slice(start, end)),
      );
}

function replace(text: string, [search, replacement]: Value[], machine: Machine): Value {
  const found = isObject(search) && search.pattern !== null ? allMatches(machine, search.pattern, text) : [];
  if (!isObject(search) || search.pattern === null) {
    const plain = wanted(machine, text, search);
    const start = text.indexOf(plain);
    if (start >= 0) found.push([start, start + plain.length]);
  }
  const parts = isCallable(replacement) ? "" : toText(machine, replacement);
  let result = "";
  let last = 0;
  for (const one of found) {
    const [start = 0, end = 0] = one;
    spend(machine, parts.length);
    const put = isCallable(replacement)
      ? toText(machine, invoke(machine, replacement, undefined, [...groupTexts(text, one), start, text]))
      : expand(parts, text, one);
    result = append(machine, result + text.slice(last, start), put);
    last = end;
  }
  return result + text.slice(last);
}

/** `$1` and its like. A group that does not exist is empty, as in otto; ES5 would leave the text. */
function expand(parts: string, text: string, found: Match): string {
  const [start = 0, end = 0] = found;
  return parts.replace(
    /\$(?:([$&'`])|([1-9]|0[1-9]))/g,
    (_, sign: string | undefined, group: string | undefined) => {
      if (sign === "$") return "$";
      if (sign === "`") return text.slice(0, start);
      if (sign === "'") return text.slice(end);
      return groupTexts(text, found)[sign === "&" ? 0 : Number(group)] ?? "";
    },
  );
}

function split(text: string, [separator, limit]: Value[], machine: Machine): Value {
  const most = limit === undefined ? Infinity : toInteger(machine, limit) >>> 0;
  if (most === 0) return newArray([]);
  if (separator === undefined) return newArray([text]);
  if (!isObject(separator) || separator.pattern === null) {
    return list(machine, text.split(wanted(machine, text, separator)).slice(0, most));
  }
  const pieces: Value[] = [];
  let last = 0;
  for (const one of allMatches(machine, separator.pattern, text, true)) {
    const [start = 0, end = 0] = one;
    if (start === end && (start === 0 || start === text.length)) continue;
    pieces.push(text.slice(last, start), ...groupTexts(text, one).slice(1));
    last = end;
  }
  pieces.push(text.slice(last));
  return list(machine, pieces.slice(0, most));
}
