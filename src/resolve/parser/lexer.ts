import {
  continuesIdentifier,
  endsLine,
  isDigit,
  isHexDigit,
  isSpace,
  startsIdentifier,
} from "./characters.ts";
import { unescapeString } from "./literals.ts";
import { report, type Kind, type Parser } from "./parser.ts";

const KEYWORDS = new Set(
  (
    "if in do var for new try this else case void with while break catch throw return typeof delete switch default " +
    "finally function continue debugger instanceof"
  ).split(" "),
);
/** Keywords after which a line end closes the statement. */
const ENDING_KEYWORDS = new Set(["this", "break", "throw", "return", "continue", "debugger"]);
/** Reserved for later (ES5 §7.6.1.2). Those reserved only in strict mode (`let`, `static`) are plain names. */
const RESERVED = new Set(["const", "class", "enum", "export", "extends", "import", "super"]);
/** Longest first; `&^` and `&^=` are otto's own. */
const PUNCTUATORS = (
  ">>>= &^= === !== <<= >>= >>> &^ == != <= >= << >> ++ -- && || += -= *= /= %= &= |= ^= " +
  ": . , ; ( ) [ ] { } + - * / % ^ < > = ! & | ~ ?"
).split(" ");
const ENDING_PUNCTUATORS = new Set([")", "]", "}", "++", "--", "/", "/="]);

function peek(parser: Parser): string {
  const code = parser.text.codePointAt(parser.at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

function skipWhile(parser: Parser, matches: (character: string) => boolean): void {
  for (let one = peek(parser); one !== "" && matches(one); one = peek(parser)) parser.at += one.length;
}

/** Moves to the next token. */
export function next(parser: Parser): void {
  parser.newline = false;
  parser.literal = "";
  skipBlank(parser);
  parser.start = parser.at;
  parser.token = scan(parser, peek(parser));
}

function skipBlank(parser: Parser): void {
  for (;;) {
    const character = peek(parser);
    if (endsLine(character)) {
      if (parser.mayEnd) {
        parser.mayEnd = false;
        parser.newline = true;
      }
      parser.at += 1;
    } else if (isSpace(character)) {
      parser.at += 1;
    } else if (parser.text.startsWith("//", parser.at)) {
      skipWhile(parser, (inside) => !endsLine(inside));
    } else if (parser.text.startsWith("/*", parser.at)) {
      const end = parser.text.indexOf("*/", parser.at + 2);
      parser.at = end < 0 ? parser.text.length : end + 2;
      if (end < 0) report(parser, parser.at, "Unexpected end of input");
    } else {
      return;
    }
  }
}

function scan(parser: Parser, character: string): Kind {
  if (character === "") {
    parser.newline ||= parser.mayEnd;
    parser.mayEnd = false;
    return "EOF";
  }
  if (startsIdentifier(character)) return scanWord(parser);
  if (isDigit(character) || /^\.\d/.test(parser.text.slice(parser.at, parser.at + 2))) {
    parser.mayEnd = true;
    return scanNumber(parser);
  }
  if (character === '"' || character === "'") {
    parser.mayEnd = true;
    parser.at += 1;
    return scanString(parser, character) ? "string" : "ILLEGAL";
  }
  const punctuator = PUNCTUATORS.find((one) => parser.text.startsWith(one, parser.at));
  parser.at += (punctuator ?? character).length;
  parser.mayEnd = ENDING_PUNCTUATORS.has(punctuator ?? "");
  if (punctuator !== undefined) return punctuator;
  report(parser, parser.start, "Unexpected token ILLEGAL");
  return "ILLEGAL";
}

function scanWord(parser: Parser): Kind {
  const word = readWord(parser);
  parser.literal = word ?? "";
  if (word === null) {
    parser.mayEnd = false;
    return "ILLEGAL";
  }
  if (KEYWORDS.has(word)) {
    parser.mayEnd ||= ENDING_KEYWORDS.has(word);
    return word;
  }
  if (RESERVED.has(word)) return "reserved";
  parser.mayEnd = true;
  if (word === "null") return "null";
  return word === "true" || word === "false" ? "boolean" : "identifier";
}

/** The name that starts here, its `\uXXXX` replaced; `null` when an escape in it stands for nothing a name may hold. */
function readWord(parser: Parser): string | null {
  for (let one = peek(parser); one !== "" && continuesIdentifier(one); one = peek(parser)) {
    if (one === "\\") {
      const escape = /^\\u([\da-fA-F]{4})/.exec(parser.text.slice(parser.at, parser.at + 6));
      const meant = String.fromCharCode(parseInt(escape?.[1] ?? "5c", 16));
      const fits = parser.at === parser.start ? startsIdentifier(meant) : continuesIdentifier(meant);
      if (!fits || meant === "\\") {
        parser.at += 1;
        return null;
      }
      parser.at += 6;
    } else {
      parser.at += one.length;
    }
  }
  const word = parser.text.slice(parser.start, parser.at);
  return word.includes("\\") ? unescapeString(word).value : word;
}

/** ES5 §7.8.3 and the octal numbers of §B.1.1. A number that runs into a letter is illegal. */
function scanNumber(parser: Parser): Kind {
  const rest = parser.text.slice(parser.at);
  const shape = /^(?:0[xX][\da-fA-F]*|0(?![.eE])[0-7]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?)/.exec(rest);
  const number = shape?.[0] ?? "";
  parser.at += number.length;
  parser.literal = number;
  const after = peek(parser);
  const unfinished = /^0[xX]$|^[^xX]*[eE][+-]?$/.test(number);
  return unfinished || startsIdentifier(after) || isDigit(after) ? "ILLEGAL" : "number";
}

/**
 * Reads on to the closing quote, which may be the slash of a regular expression. False when the line or the text ends
 * first; otto does not notice that inside a class that the text ends, and the pattern's own check then does.
 */
export function scanString(parser: Parser, quote: '"' | "'" | "/"): boolean {
  let inClass = false;
  for (;;) {
    const character = peek(parser);
    if (character === "" && inClass) break;
    if (character === "" || endsLine(character)) {
      if (quote === "/" && !inClass) report(parser, parser.start, "Invalid regular expression: missing /");
      parser.at += lineEndLength(parser);
      return false;
    }
    parser.at += character.length;
    if (character === quote && !inClass) break;
    if (character === "\\" && quote === "/") {
      const escaped = peek(parser);
      if (escaped !== "" && !endsLine(escaped)) parser.at += escaped.length;
    } else if (character === "\\") {
      skipEscape(parser, quote);
    } else if (quote === "/") {
      inClass = character === "[" || (inClass && character !== "]");
    }
  }
  parser.literal = parser.text.slice(parser.start, parser.at);
  return true;
}

function lineEndLength(parser: Parser): number {
  if (parser.text.startsWith("\r\n", parser.at)) return 2;
  return parser.at < parser.text.length ? 1 : 0;
}

function skipEscape(parser: Parser, quote: string): void {
  const escaped = peek(parser);
  if (endsLine(escaped)) {
    parser.at += lineEndLength(parser);
    return;
  }
  parser.at += escaped.length;
  const digits = escaped === "x" ? 2 : escaped === "u" ? 4 : 0;
  for (let left = digits; left > 0 && peek(parser) !== quote && isHexDigit(peek(parser)); left -= 1)
    parser.at += 1;
}
