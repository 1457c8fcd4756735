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
  type Interpreter,
} from "../interpreter.ts";
import { makeArray } from "../members.ts";
import { append, compareTexts } from "../operators.ts";
import { isCallable, isPattern, type Native, type Value } from "../values.ts";
import { allMatches, groupTexts, matchResult, nextMatch, toPattern } from "./patterns.ts";
import { readTemplate, type Piece } from "./templates.ts";

/** Work of each piece of a text that is split. */
const PIECE_WORK = 2;

type Method = (text: string, args: Value[], interpreter: Interpreter) => Value;

/** `this` as text, which must not be `undefined` or `null` (ES5 §9.10). */
function onText(method: Method): Native {
  return (interpreter, self, args) => {
    if (self === undefined || self === null) raise("TypeError");
    const result = method(toText(interpreter, self), args, interpreter);
    if (typeof result === "string") payText(interpreter, result.length);
    return result;
  };
}

/** A position as an argument; `undefined` is kept, so that it can stand for the end. */
function position(interpreter: Interpreter, value: Value): number | undefined {
  return value === undefined ? undefined : toInteger(interpreter, value);
}

/** A method that converts each character, which costs more than copying. */
function byCharacter(convert: (text: string) => string): Method {
  return (text, _, interpreter) => {
    payCharacters(interpreter, text.length);
    return convert(text);
  };
}

const METHODS: Record<string, Method> = {
  charAt: (text, [at], interpreter) => text.charAt(toInteger(interpreter, at)),
  charCodeAt: (text, [at], interpreter) => text.charCodeAt(toInteger(interpreter, at)),
  concat: (text, args, interpreter) =>
    args.reduce((joined: string, arg) => append(interpreter, joined, toText(interpreter, arg)), text),
  indexOf: (text, [search, from], interpreter) =>
    text.indexOf(wanted(interpreter, text, search), position(interpreter, from)),
  lastIndexOf: (text, [search, from], interpreter) =>
    text.lastIndexOf(wanted(interpreter, text, search), position(interpreter, from) ?? Infinity),
  localeCompare: (text, [other], interpreter) => compareTexts(interpreter, text, toText(interpreter, other)),
  match,
  replace,
  search: (text, [pattern], interpreter) =>
    allMatches(interpreter, toPattern(interpreter, pattern), text, false)[0]?.[0] ?? -1,
  slice: (text, [from, to], interpreter) =>
    text.slice(position(interpreter, from), position(interpreter, to)),
  split,
  substr: (text, [from, length], interpreter) => {
    const start = toInteger(interpreter, from);
    const begin = start < 0 ? Math.max(0, start + text.length) : start;
    return text.slice(begin, begin + Math.max(0, position(interpreter, length) ?? text.length));
  },
  substring: (text, [from, to], interpreter) =>
    text.substring(toInteger(interpreter, from), position(interpreter, to)),
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
function wanted(interpreter: Interpreter, text: string, search: Value): string {
  const plain = toText(interpreter, search);
  paySearch(interpreter, text, plain);
  return plain;
}

function match(text: string, [value]: Value[], interpreter: Interpreter): Value {
  const pattern = toPattern(interpreter, value);
  if (!pattern.global) return matchResult(interpreter, text, nextMatch(interpreter, pattern, text));
  const found = allMatches(interpreter, pattern, text);
  pattern.lastIndex = found.at(-1)?.[1] ?? 0;
  if (found.length === 0) return undefined;
  return makeArray(
    interpreter,
    found.map(([start, end]) => text.slice(start, end)),
  );
}

function replace(text: string, [search, replacement]: Value[], interpreter: Interpreter): Value {
  const found = isPattern(search)
    ? allMatches(interpreter, search.pattern, text)
    : firstOccurrence(interpreter, text, search);
  const put = isCallable(replacement)
    ? callReplacer(interpreter, replacement, text)
    : fillTemplate(interpreter, readTemplate(interpreter, toText(interpreter, replacement)), text);
  let result = "";
  let last = 0;
  for (const one of found) {
    const [start = 0, end = 0] = one;
    payPart(interpreter, result.length, start - last);
    result = put(one, result + text.slice(last, start));
    last = end;
  }
  return result + text.slice(last);
}

/** Where a text first occurs, as the only match; none where it does not. */
function firstOccurrence(interpreter: Interpreter, text: string, search: Value): Match[] {
  const plain = wanted(interpreter, text, search);
  const start = text.indexOf(plain);
  return start < 0 ? [] : [[start, start + plain.length]];
}

/** Adds to the result what a match is replaced by. */
type Put = (found: Match, result: string) => string;

function callReplacer(interpreter: Interpreter, replacer: { call: Native }, text: string): Put {
  return (found, result) => {
    const args = [...groupTexts(interpreter, text, found), found[0], text];
    const added = toText(interpreter, invoke(interpreter, replacer, undefined, args));
    payPart(interpreter, result.length, added.length);
    return result + added;
  };
}

/** Pays for each piece before adding it: a short template can refer to the whole text many times. */
function fillTemplate(interpreter: Interpreter, template: readonly Piece[], text: string): Put {
  return (found, before) => {
    let result = before;
    for (const piece of template) {
      const added = typeof piece === "string" ? piece : piece(text, found);
      payPart(interpreter, result.length, added.length);
      result += added;
    }
    return result;
  };
}

function split(text: string, [separator, limit]: Value[], interpreter: Interpreter): Value {
  const most = limit === undefined ? Infinity : toInteger(interpreter, limit) >>> 0;
  if (most === 0) return makeArray(interpreter, []);
  if (separator === undefined) return makeArray(interpreter, [text]);
  if (!isPattern(separator)) {
    const plain = wanted(interpreter, text, separator);
    // One piece more than a list may hold is enough to be refused for.
    const pieces = Math.min(most, MAX_ITEMS + 1, 1 + Math.floor(text.length / Math.max(1, plain.length)));
    spend(interpreter, PIECE_WORK * pieces);
    return makeArray(interpreter, text.split(plain, pieces));
  }
  const pieces: Value[] = [];
  let last = 0;
  for (const one of allMatches(interpreter, separator.pattern, text, true)) {
    const [start = 0, end = 0] = one;
    if (start === end && (start === 0 || start === text.length)) continue;
    pieces.push(text.slice(last, start), ...groupTexts(interpreter, text, one).slice(1));
    last = end;
  }
  pieces.push(text.slice(last));
  return makeArray(interpreter, pieces.slice(0, most));
}
