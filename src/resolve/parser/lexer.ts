import { pass, read, readCodePoint, take } from "../../reader.ts";
import { continuesIdentifier } from "./characters.ts";
import { report, type Kind, type Parser } from "./parser.ts";

const KEYWORDS = new Set(
  (
    "if in do var for new try this else case void with while break catch throw return typeof delete switch default " +
    "finally function continue debugger instanceof"
  ).split(" "),
);
/** Keywords after which a line end closes the statement. */
const ENDING_KEYWORDS = new Set("this break throw return continue debugger".split(" "));
/** Reserved for later (ES5 §7.6.1.2). Those reserved only in strict mode (`let`, `static`) are plain names. */
const RESERVED = new Set("const class enum export extends import super".split(" "));
const ENDING_PUNCTUATORS = new Set(") ] } ++ -- / /=".split(" "));

/** ES5 §7.2 to §7.4: spaces, a line end, a comment; the group is empty where the text ends inside a comment. */
const BLANK = /(?:(?=.)\s|\x85)+|\s|\/\/.*|\/\*[^]*?(\*\/|$)/y;
/** Longest first; `&^` and `&^=` are otto's own. */
const PUNCTUATOR = />{1,3}=?|<{1,2}=?|&\^=?|&&|\|\||\+\+|--|[=!]={0,2}|[-+*/%&|^]=?|[:.,;()[\]{}~?]/y;
const STARTS = /[$_\p{L}]/u;
const WORD = /[$_\p{L}\p{Nd}]*/uy;
/** ES5 §7.8.3 and the octal numbers of §B.1.1; the group is the letter or digit a number may not run into. */
const NUMBER =
  /(?:0[xX][\da-fA-F]*|0(?![.eE])[0-7]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?)(?=([$\w\\\p{L}]?))/uy;
const UNFINISHED = /^0[xX]$|^[^xX]*[eE][+-]?$/;
/** Literals without their closing quote, as far as they go on one line. */
const STRING = /(["'])(?:\\(?:\r\n|[^]|$)|(?!\1|\\).)*/y;
/** The same; the group is a class that is not closed. */
const PATTERN = /\/(?:\\.?|\[(?:\\(?:.|(?!.))|(?![\\\]]).)*\]|(?![\\/[]).)*(\[.*)?/y;

/** Moves to the next token. */
export function next(parser: Parser): void {
  parser.newline = false;
  parser.literal = "";
  skipBlank(parser);
  parser.start = parser.at;
  parser.token = scan(parser);
}

function skipBlank(parser: Parser): void {
  for (let blank = read(parser, BLANK); blank !== null; blank = read(parser, BLANK)) {
    if (blank[1] === "") report(parser, parser.at, "Unexpected end of input");
    // A line end is what no dot matches.
    if (parser.mayEnd && !/^./.test(blank[0])) {
      parser.mayEnd = false;
      parser.newline = true;
    }
  }
}

function scan(parser: Parser): Kind {
  const { text, at } = parser;
  if (at === text.length) {
    parser.newline ||= parser.mayEnd;
    parser.mayEnd = false;
    return "EOF";
  }
  const [number, after] = read(parser, NUMBER) ?? [];
  if (number !== undefined) {
    parser.mayEnd = true;
    parser.literal = number;
    return after !== "" || UNFINISHED.test(number) ? "ILLEGAL" : "number";
  }
  const [, quote] = read(parser, STRING) ?? [];
  if (quote !== undefined) {
    parser.mayEnd = true;
    return endLiteral(parser, take(parser, quote)) ? "string" : "ILLEGAL";
  }
  if (pass(parser, /(?=[$_\p{L}\\])/uy)) return scanWord(parser);
  const [punctuator] = read(parser, PUNCTUATOR) ?? [];
  parser.mayEnd = ENDING_PUNCTUATORS.has(punctuator ?? "");
  if (punctuator !== undefined) return punctuator;
  readCodePoint(parser);
  report(parser, parser.start, "Unexpected token ILLEGAL");
  return "ILLEGAL";
}

function scanWord(parser: Parser): Kind {
  const word = readWord(parser);
  if (word === null) {
    parser.mayEnd = false;
    return "ILLEGAL";
  }
  parser.literal = word;
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
  let word = "";
  for (;;) {
    word += read(parser, WORD)?.[0] ?? "";
    if (!take(parser, "\\")) return word;
    const { at } = parser;
    const [, code = ""] = read(parser, /u([\da-fA-F]{4})/y) ?? [];
    const meant = String.fromCharCode(parseInt(code, 16));
    if (!(word === "" ? STARTS.test(meant) : continuesIdentifier(meant))) {
      parser.at = at;
      return null;
    }
    word += meant;
  }
}

/**
 * Reads the regular expression that the current token starts, up to its closing slash. False when the line or the text
 * ends first; otto does not notice that inside a class that the text ends, and the pattern's own check then does.
 */
export function scanPattern(parser: Parser): boolean {
  parser.at = parser.start;
  const [, openClass] = read(parser, PATTERN) ?? [];
  if (openClass !== undefined) return endLiteral(parser, parser.at === parser.text.length);
  const closed = take(parser, "/");
  if (!closed) report(parser, parser.start, "Invalid regular expression: missing /");
  return endLiteral(parser, closed);
}

/** The literal, if it is closed; else goes past the line end that is in its way. */
function endLiteral(parser: Parser, closed: boolean): boolean {
  if (closed) parser.literal = parser.text.slice(parser.start, parser.at);
  else read(parser, /\r\n|[^]?/y);
  return closed;
}
