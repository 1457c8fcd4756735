/** Go allows 10,000; nothing Sensu reads needs more than five, and the decoders are recursive. */
export const MAX_DEPTH = 1_000;

/** What stopped a scan, in Go's words. `where` is empty when the only thing wrong is that more bytes were needed. */
export type Fault = { at: number; where: string };

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const ESCAPES = new Set(Array.from('"\\/bfnrtu', (escape) => escape.charCodeAt(0)));
const WORDS = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), word]));

type Expected = "value" | "element or close" | "key" | "key or close" | "colon" | "comma or close";

/** Called at the start of each value with its nesting depth; may throw to end the scan. */
export type OnValue = (depth: number) => void;

/** Finds where the first value ends, by the grammar and with the complaints of Go's encoding/json (scanner.go). */
export function scanValue(bytes: Uint8Array, onValue?: OnValue): { end: number } | Fault {
  const closers: number[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    at = afterSpaces(bytes, at);
    const byte = bytes[at];
    if (byte === undefined) return { at, where: "" };

    if (byte === closers.at(-1) && expected.endsWith("close")) {
      closers.pop();
      at++;
      if (closers.length === 0) return { end: at };
      expected = "comma or close";
      continue;
    }

    switch (expected) {
      case "comma or close": {
        const inArray = closers.at(-1) === CLOSE_ARRAY;
        if (byte !== COMMA)
          return { at, where: inArray ? "after array element" : "after object key:value pair" };
        expected = inArray ? "value" : "key";
        at++;
        break;
      }
      case "colon":
        if (byte !== COLON) return { at, where: "after object key" };
        expected = "value";
        at++;
        break;
      case "key":
      case "key or close": {
        if (byte !== QUOTE) return { at, where: "looking for beginning of object key string" };
        const end = endOfString(bytes, at);
        if (typeof end !== "number") return end;
        expected = "colon";
        at = end;
        break;
      }
      default: {
        onValue?.(closers.length);
        if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
          if (closers.length === MAX_DEPTH) return { at, where: "exceeded max depth" };
          closers.push(byte === OPEN_ARRAY ? CLOSE_ARRAY : CLOSE_OBJECT);
          expected = byte === OPEN_ARRAY ? "element or close" : "key or close";
          at++;
          break;
        }
        const end = endOfScalar(bytes, at, byte);
        if (typeof end !== "number") return end;
        if (closers.length === 0) return { end };
        expected = "comma or close";
        at = end;
      }
    }
  }
}

/** The first byte at or after `from` that is not JSON white space. */
export function afterSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

function endOfScalar(bytes: Uint8Array, from: number, first: number): number | Fault {
  if (first === QUOTE) return endOfString(bytes, from);
  if (first === MINUS || isDigit(first)) return endOfNumber(bytes, from);
  const word = WORDS.get(first);
  if (word === undefined) return { at: from, where: "looking for beginning of value" };
  for (let i = 1; i < word.length; i++) {
    if (bytes[from + i] === word.charCodeAt(i)) continue;
    return { at: from + i, where: `in literal ${word} (expecting '${word[i]}')` };
  }
  return from + word.length;
}

function endOfString(bytes: Uint8Array, from: number): number | Fault {
  let at = from + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) return { at, where: "" };
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return { at, where: "in string literal" };
    at++;
    if (byte !== BACKSLASH) continue;
    const escape = bytes[at];
    if (escape === undefined || !ESCAPES.has(escape)) return { at, where: "in string escape code" };
    at++;
    if (escape !== 0x75) continue;
    for (const end = at + 4; at < end; at++) {
      if (!isHexDigit(bytes[at])) return { at, where: "in \\u hexadecimal character escape" };
    }
  }
}

function endOfNumber(bytes: Uint8Array, from: number): number | Fault {
  let at = bytes[from] === MINUS ? from + 1 : from;
  if (!isDigit(bytes[at])) return { at, where: "in numeric literal" };
  at = bytes[at] === ZERO ? at + 1 : afterDigits(bytes, at);
  if (bytes[at] === 0x2e) {
    at++;
    if (!isDigit(bytes[at])) return { at, where: "after decimal point in numeric literal" };
    at = afterDigits(bytes, at);
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at++;
    if (bytes[at] === MINUS || bytes[at] === 0x2b) at++;
    if (!isDigit(bytes[at])) return { at, where: "in exponent of numeric literal" };
    at = afterDigits(bytes, at);
  }
  return at;
}

function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
