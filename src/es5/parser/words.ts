import { read, take } from "../../lib/text-cursor.ts";
import {
  BACKSLASH,
  continuesIdentifier,
  isAsciiLetter,
  isDigit,
  NOT_ASCII,
  startsIdentifier,
} from "./characters.ts";
import type { Kind, Parser } from "./parser.ts";
import { UNICODE_ESCAPE, WORD_REST } from "./token-shapes.ts";

const KEYWORDS = (
  "if in do var for new try this else case void with while break catch throw return typeof delete switch default " +
  "finally function continue debugger instanceof"
).split(" ");
/** Reserved for later (ES5 §7.6.1.2). Those reserved only in strict mode (`let`, `static`) are plain names. */
const RESERVED = "const class enum export extends import super".split(" ");
/** The kinds of words that are no plain names. */
const KINDS = new Map<string, Kind>([
  ...KEYWORDS.map((word): [string, Kind] => [word, word]),
  ["null", "null"],
  ["true", "boolean"],
  ["false", "boolean"],
  ...RESERVED.map((word): [string, Kind] => [word, "reserved"]),
]);
/** Keywords and literals after which a line end closes the statement. */
const ENDING_WORDS = new Set("this break throw return continue debugger null true false".split(" "));

/** Work of each piece of a word that has characters beyond ASCII or escapes in it, beside its characters. */
const PIECE_WORK = 48;

/** Scans a name, a keyword or a literal that is a word. */
export function scanWord(parser: Parser): Kind {
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

/** Reads a word, its `\uXXXX` replaced. Null when an escape in it stands for nothing a name may hold. */
function readWord(parser: Parser): string | null {
  const { text, at: start } = parser;
  let code = text.charCodeAt(start);
  while (isAsciiLetter(code) || isDigit(code)) code = text.charCodeAt((parser.at += 1));
  const word = text.slice(start, parser.at);
  const isWhole = code !== BACKSLASH && !(code >= NOT_ASCII);
  return isWhole ? word : readUnicodeWord(parser, word);
}

/** The rest of a word with characters beyond ASCII or escapes in it. */
function readUnicodeWord(parser: Parser, start: string): string | null {
  let word = start;
  for (;;) {
    parser.spend(PIECE_WORK);
    word += read(parser, WORD_REST)?.[0] ?? "";
    if (!take(parser, "\\")) return word;
    const { at } = parser;
    const [, digits = ""] = read(parser, UNICODE_ESCAPE) ?? [];
    const character = String.fromCharCode(parseInt(digits, 16));
    const isAllowed = word === "" ? startsIdentifier(character) : continuesIdentifier(character);
    if (!isAllowed) {
      parser.at = at;
      return null;
    }
    word += character;
  }
}
