import { pass, read, readCodePoint, take } from "../../lib/text-cursor.ts";
import { BACKSLASH, isAsciiLetter, isDigit, NOT_ASCII } from "./characters.ts";
import { report, type Kind, type Parser } from "./parser.ts";
import {
  BLANK,
  DOUBLE_QUOTED,
  NUMBER,
  PATTERN,
  PUNCTUATOR,
  SINGLE_PUNCTUATORS,
  SINGLE_QUOTED,
  UNFINISHED_NUMBER,
  WORD_START,
} from "./token-shapes.ts";
import { scanWord } from "./words.ts";

const TAB = 0x09;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const DOT = 0x2e;
const SLASH = 0x2f;

/** Punctuators after which a line end closes the statement. */
const ENDING_PUNCTUATORS = new Set(") ] } ++ -- / /=".split(" "));

/** Work of reading a token, with the node of the tree that it becomes, and each character of it. */
const TOKEN_WORK = 36;
const CHARACTER_WORK = 3;
/** Work of looking for comments and line ends, beside their characters. */
const BLANK_WORK = 40;

/** Moves to the next token. Throws what the parser's `spend` throws when the budget ends. */
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
    // Nearly every token starts here: trying BLANK on each would cost more than the rest.
    if ((code > SPACE && code < NOT_ASCII && code !== SLASH) || Number.isNaN(code)) return;
    parser.spend(BLANK_WORK);
    const blank = read(parser, BLANK);
    if (blank === null) return;
    if (blank[1] === "") report(parser, parser.at, "Unexpected end of input");
    // A dot matches everything but a line end.
    if (parser.mayEnd && !/^./.test(blank[0])) {
      parser.mayEnd = false;
      parser.newline = true;
    }
  }
}

/** Chooses by the first character: trying every shape on each token would be most of a parse. */
function scan(parser: Parser): Kind {
  const { text, at } = parser;
  if (at === text.length) return scanEnd(parser);
  const code = text.charCodeAt(at);
  if (isAsciiLetter(code)) return scanWord(parser);
  if (isDigit(code) || code === DOT) return scanNumber(parser) ?? scanPunctuator(parser);
  if (code === DOUBLE_QUOTE) return scanString(parser, DOUBLE_QUOTED, '"');
  if (code === SINGLE_QUOTE) return scanString(parser, SINGLE_QUOTED, "'");
  if ((code === BACKSLASH || code >= NOT_ASCII) && pass(parser, WORD_START)) return scanWord(parser);
  return scanPunctuator(parser);
}

/** The end of the text closes a statement like a line end. */
function scanEnd(parser: Parser): Kind {
  parser.newline ||= parser.mayEnd;
  parser.mayEnd = false;
  return "EOF";
}

/** Null for a dot with no digit after it. */
function scanNumber(parser: Parser): Kind | null {
  const number = read(parser, NUMBER);
  if (number === null) return null;
  const [literal, after] = number;
  parser.mayEnd = true;
  parser.literal = literal;
  return after !== "" || UNFINISHED_NUMBER.test(literal) ? "ILLEGAL" : "number";
}

function scanString(parser: Parser, shape: RegExp, quote: string): Kind {
  pass(parser, shape);
  parser.mayEnd = true;
  return endLiteral(parser, take(parser, quote)) ? "string" : "ILLEGAL";
}

/** The longest punctuator; a character that starts none is no token. */
function scanPunctuator(parser: Parser): Kind {
  const punctuator = readPunctuator(parser);
  parser.mayEnd = ENDING_PUNCTUATORS.has(punctuator);
  if (punctuator !== "") return punctuator;
  readCodePoint(parser);
  report(parser, parser.start, "Unexpected token ILLEGAL");
  return "ILLEGAL";
}

function readPunctuator(parser: Parser): string {
  const { text, at } = parser;
  const first = text.charAt(at);
  if (SINGLE_PUNCTUATORS.has(first)) {
    parser.at += 1;
    return first;
  }
  return pass(parser, PUNCTUATOR) ? text.slice(at, parser.at) : "";
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

/** Keeps a literal that is closed; skips the line end that cuts off one that is not. Returns `closed`. */
function endLiteral(parser: Parser, closed: boolean): boolean {
  if (closed) parser.literal = parser.text.slice(parser.start, parser.at);
  else read(parser, /\r\n|[^]?/y);
  return closed;
}
