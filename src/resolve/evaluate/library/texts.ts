import type { Match } from "../../regexp/match.ts";
import { toInteger, toText, unwrap } from "../convert.ts";
import {
  invoke,
  MAX_ITEMS,
  payCharacters,
  payPart,
  paySearch,
  payText,
  raise,
  spend,
  type Machine,
} from "../machine.ts";
import { makeArray } from "../members.ts";
import { append, compareTexts } from "../operators.ts";
import { isCallable, isObject, type Native, type Value } from "../values.ts";
import { allMatches, groupTexts, matchResult, nextMatch, toPattern } from "./patterns.ts";
import { readTemplate, type Piece } from "./templates.ts";

/** What each piece of a text that is split takes. */
const PIECE_WORK = 2;

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

/** A method that looks at each character, which takes longer than copying them. */
function byCharacter(convert: (text: string) => string): Method {
  return (text, _, machine) => {
    payCharacters(machine, text.length);
    return convert(text);
  };
}

const METHODS: Record<string, Method> = {
  charAt: (text, [at], machine) => text.charAt(toInteger(machine, at)),
  charCodeAt: (text, [at], machine) => text.charCodeAt(toInteger(machine, at)),
  concat: (text, args, machine) =>
    args.reduce((joined: string, arg) => append(machine, joined, toText(machine, arg)), text),
  indexOf: (text, [search, from], machine) =>
    text.indexOf(wanted(machine, text, search), position(machine, from)),
  lastIndexOf: (text, [search, from], machine) =>
    text.lastIndexOf(wanted(machine, text, search), position(machine, from) ?? Infinity),
  localeCompare: (text, [other], machine) => compareTexts(machine, text, toText(machine, other)),
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
  toLocaleLowerCase: byCharacter((text) => text.toLowerCase()),
  toLocaleUpperCase: byCharacter((text) => text.toUpperCase()),
  toLowerCase: byCharacter((text) => text.toLowerCase()),
  toUpperCase: byCharacter((text) => text.toUpperCase()),
  trim: byCharacter((text) => text.trim()),
  trimLeft: byCharacter((text) => text.trimStart()),
  trimRight: byCharacter((text) => text.trimEnd()),
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

function match(text: string, [value]: Value[], machine: Machine): Value {
  const pattern = toPattern(machine, value);
  if (!pattern.global) return matchResult(machine, text, nextMatch(machine, pattern, text));
  const found = allMatches(machine, pattern, text);
  pattern.lastIndex = found.at(-1)?.[1] ?? 0;
  if (found.length === 0) return undefined;
  return makeArray(
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
  const put = isCallable(replacement)
    ? callReplacer(machine, replacement, text)
    : fillTemplate(machine, readTemplate(machine, toText(machine, replacement)), text);
  let result = "";
  let last = 0;
  for (const one of found) {
    const [start = 0, end = 0] = one;
    payPart(machine, result.length, start - last);
    result = put(one, result + text.slice(last, start));
    last = end;
  }
  return result + text.slice(last);
}

/** Adds to the result what a match is replaced by. */
type Put = (found: Match, result: string) => string;

function callReplacer(machine: Machine, replacer: { call: Native }, text: string): Put {
  return (found, result) => {
    const args = [...groupTexts(machine, text, found), found[0], text];
    const added = toText(machine, invoke(machine, replacer, undefined, args));
    payPart(machine, result.length, added.length);
    return result + added;
  };
}

/** Each piece is paid for before it is made: a short template can name the whole text many times. */
function fillTemplate(machine: Machine, template: readonly Piece[], text: string): Put {
  return (found, before) => {
    let result = before;
    for (const piece of template) {
      const added = typeof piece === "string" ? piece : piece(text, found);
      payPart(machine, result.length, added.length);
      result += added;
    }
    return result;
  };
}

function split(text: string, [separator, limit]: Value[], machine: Machine): Value {
  const most = limit === undefined ? Infinity : toInteger(machine, limit) >>> 0;
  if (most === 0) return makeArray(machine, []);
  if (separator === undefined) return makeArray(machine, [text]);
  if (!isObject(separator) || separator.pattern === null) {
    const plain = wanted(machine, text, separator);
    // One piece more than a list may hold is enough to be refused for.
    const pieces = Math.min(most, MAX_ITEMS + 1, 1 + Math.floor(text.length / Math.max(1, plain.length)));
    spend(machine, PIECE_WORK * pieces);
    return makeArray(machine, text.split(plain, pieces));
  }
  const pieces: Value[] = [];
  let last = 0;
  for (const one of allMatches(machine, separator.pattern, text, true)) {
    const [start = 0, end = 0] = one;
    if (start === end && (start === 0 || start === text.length)) continue;
    pieces.push(text.slice(last, start), ...groupTexts(machine, text, one).slice(1));
    last = end;
  }
  pieces.push(text.slice(last));
  return makeArray(machine, pieces.slice(0, most));
}
