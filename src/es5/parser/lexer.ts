import { pass, read, readCodePoint, take } from "../../lib/text-cursor.ts";
import { BACKSLASH, continuesIdentifier, isAsciiLetter, NINE, NOT_ASCII, ZERO } from "./characters.ts";
import { report, type Kind, type Parser } from "./parser.ts";

const TAB = 0x09;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const DOT = 0x2e;
const SLASH = 0x2f;

const KEYWORDS = (
  "if in do var for new try this else case void with while break catch throw return typeof delete switch default " +
  "finally function continue debugger instanceof"
).split(" ");
/** Of the words with a meaning, those after which a line end closes the statement. */
const ENDING_WORDS = new Set("this break throw return continue debugger null true false".split(" "));
/** Reserved for later (ES5 §7.6.1.2). Those reserved only in strict mode (`let`, `static`) are plain names. */
const RESERVED = "const class enum export extends import super".split(" ");
/** The words that are no plain names, by what they are. */
const KINDS = new Map<string, Kind>([
  ...[...KEYWORDS, "null"].map((word): [string, Kind] => [word, word]),
  ...["true", "false"].map((word): [string, Kind] => [word, "boolean"]),
  ...RESERVED.map((word): [string, Kind] => [word, "reserved"]),
]);
const ENDING_PUNCTUATORS = new Set(") ] } ++ -- / /=".split(" "));

/** ES5 §7.2 to §7.4: spaces, a line end, a comment; the group is empty where the text ends inside a comment. */
const BLANK = /(?:(?=.)\s|\x85)+|\s|\/\/.*|\/\*[^]*?(\*\/|$)/y;
/** Longest first; `&^` and `&^=` are otto's own. */
const PUNCTUATOR = />{1,3}=?|<{1,2}=?|&\^=?|&&|\|\||\+\+|--|[=!]={0,2}|[-+*/%&|^]=?|[:.,;()[\]{}~?]/y;
/** Of those, the ones no longer punctuator starts with. */
const SINGLE_PUNCTUATORS = new Set(".,;:()[]{}~?");
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

/** What reading a token takes, with the node of the tree that it becomes, and each character of it. */
const TOKEN_WORK = 36;
const CHARACTER_WORK = 3;

/** Moves to the next token. Throws what the parser's `spend` throws when it has paid for enough. */
export function next(parser: Parser): void {
  parser.spend(TOKEN_WORK);
  const before = parser.at;
  parser.newline = false;
  parser.literal = "";
  skipBlank(parser);
  parser.start = parser.at;
  parser.token = scan(parser);
  parser.spend(CHARACTER_WORK * (parser.at - before));
}

function skipBlank(parser: Parser): void {
  const { text } = parser;
  for (;;) {
    let code = text.charCodeAt(parser.at);
    while (code === SPACE || code === TAB) code = text.charCodeAt((parser.at += 1));
    // Nearly every token starts here: no expression is tried on what starts no blank.
    if ((code > SPACE && code < NOT_ASCII && code !== SLASH) || Number.isNaN(code)) return;
    const blank = read(parser, BLANK);
    if (blank === null) return;
    if (blank[1] === "") report(parser, parser.at, "Unexpected end of input");
    // A line end is what no dot matches.
    if (parser.mayEnd && !/^./.test(blank[0])) {
      parser.mayEnd = false;
      parser.newline = true;
    }
  }
}

/** Which expression can match is decided by the first character: to try all of them on each token is most of a parse. */
function scan(parser: Parser): Kind {
  const { text, at } = parser;
  if (at === text.length) {
    parser.newline ||= parser.mayEnd;
    parser.mayEnd = false;
    return "EOF";
  }
  const code = text.charCodeAt(at);
  const number = startsNumber(code) ? read(parser, NUMBER) : null;
  if (number !== null) {
    const [literal, after] = number;
    parser.mayEnd = true;
    parser.literal = literal;
    return after !== "" || UNFINISHED.test(literal) ? "ILLEGAL" : "number";
  }
  if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
    pass(parser, STRING);
    parser.mayEnd = true;
    return endLiteral(parser, take(parser, text.charAt(at))) ? "string" : "ILLEGAL";
  }
  if (isAsciiLetter(code)) return scanWord(parser);
  if ((code === BACKSLASH || code >= NOT_ASCII) && pass(parser, /(?=[\p{L}\\])/uy)) return scanWord(parser);
  const punctuator = scanPunctuator(parser);
  parser.mayEnd = ENDING_PUNCTUATORS.has(punctuator);
  if (punctuator !== "") return punctuator;
  readCodePoint(parser);
  report(parser, parser.start, "Unexpected token ILLEGAL");
  return "ILLEGAL";
}

/** A digit, or a dot before one. */
function startsNumber(code: number): boolean {
  return (code >= ZERO && code <= NINE) || code === DOT;
}

/** The longest punctuator that starts here; empty where none does. */
function scanPunctuator(parser: Parser): string {
  const { text, at } = parser;
  const first = text.charAt(at);
  if (SINGLE_PUNCTUATORS.has(first)) {
    parser.at += 1;
    return first;
  }
  return pass(parser, PUNCTUATOR) ? text.slice(at, parser.at) : "";
}

function scanWord(parser: Parser): Kind {
  const word = readWord(parser);
  if (word === null) {
    parser.mayEnd = false;
    return "ILLEGAL";
  }
  parser.literal = word;
  const kind = KINDS.get(word);
  parser.mayEnd ||= kind === undefined || ENDING_WORDS.has(word);
  return kind ?? "identifier";
}

/** The name that starts here, its `\uXXXX` replaced; `null` when an escape in it stands for nothing a name may hold. */
function readWord(parser: Parser): string | null {
  const { text, at: start } = parser;
  let code = text.charCodeAt(start);
  while (isAsciiLetter(code) || (code >= ZERO && code <= NINE)) code = text.charCodeAt((parser.at += 1));
  let word = text.slice(start, parser.at);
  if (code !== BACKSLASH && !(code >= NOT_ASCII)) return word;
  for (;;) {
    word += read(parser, WORD)?.[0] ?? "";
    if (!take(parser, "\\")) return word;
    const { at } = parser;
    const [, digits = ""] = read(parser, /u([\da-fA-F]{4})/y) ?? [];
    const meant = String.fromCharCode(parseInt(digits, 16));
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
