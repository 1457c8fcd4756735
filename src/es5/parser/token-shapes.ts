// The tokens of ES5 as otto reads them, as sticky expressions: each matches where the parser stands or not at all.

/** An expression for what any of these match, the first preferred. */
function anyOf(...shapes: readonly RegExp[]): string {
  return shapes.map(({ source }) => source).join("|");
}

const SPACES = /(?:(?=.)\s|\x85)+/;
const LINE_END = /\s/;
const LINE_COMMENT = /\/\/.*/;
const BLOCK_COMMENT = /\/\*[^]*?(\*\/|$)/;
/** ES5 §7.2 to §7.4: spaces, a line end, a comment; the group is empty where the text ends inside a comment. */
export const BLANK = new RegExp(anyOf(SPACES, LINE_END, LINE_COMMENT, BLOCK_COMMENT), "y");

const SINGLES = "{ } ( ) [ ] . ; , ~ ? :".split(" ");
const OPERATORS = (
  "< > <= >= == != === !== + - * / % ++ -- << >> >>> & | ^ ! && || = += -= *= /= %= <<= >>= >>>= &= |= ^= " +
  // otto's own
  "&^ &^="
).split(" ");
/** Punctuators that no longer one starts with. */
export const SINGLE_PUNCTUATORS: ReadonlySet<string> = new Set(SINGLES);
/** ES5 §7.7: the longest punctuator. */
export const PUNCTUATOR = new RegExp(
  [...OPERATORS, ...SINGLES]
    .toSorted((a, b) => b.length - a.length)
    .map((punctuator) => punctuator.replaceAll(/./g, "\\$&"))
    .join("|"),
  "y",
);

const HEXADECIMAL = /0[xX][\da-fA-F]*/;
/** ES5 §B.1.1; a plain zero as well. */
const OCTAL = /0(?![.eE])[0-7]*/;
const DECIMAL = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?/;
/** What a number may not run into. */
const RUN_ON = /(?=([$\w\\\p{L}]?))/u;
/** ES5 §7.8.3; the group is the letter or digit that the number runs into, empty as a rule. */
export const NUMBER = new RegExp(`(?:${anyOf(HEXADECIMAL, OCTAL, DECIMAL)})${RUN_ON.source}`, "uy");
/** A number that lacks the digits after its `0x` or its exponent. */
export const UNFINISHED_NUMBER = /^0[xX]$|^[^xX]*[eE][+-]?$/;

/** A string literal without its closing quote, as far as it goes on one line; escaped line ends do not count. */
function stringShape(quote: '"' | "'"): RegExp {
  const escape = /\\(?:\r\n|[^]|$)/;
  return new RegExp(`${quote}(?:${escape.source}|(?!${quote}|\\\\).)*`, "y");
}
export const DOUBLE_QUOTED = stringShape('"');
export const SINGLE_QUOTED = stringShape("'");

const PATTERN_ESCAPE = /\\.?/;
const PATTERN_CLASS = /\[(?:\\(?:.|(?!.))|(?![\\\]]).)*\]/;
const PATTERN_CHARACTER = /(?![\\/[])./;
const OPEN_CLASS = /\[.*/;
/**
 * A regular expression literal without its closing slash, as far as it goes on one line; the group is a class that is
 * not closed.
 */
export const PATTERN = new RegExp(
  `/(?:${anyOf(PATTERN_ESCAPE, PATTERN_CLASS, PATTERN_CHARACTER)})*(${OPEN_CLASS.source})?`,
  "y",
);

export const WORD_START = /(?=[\p{L}\\])/uy;
export const WORD_REST = /[$_\p{L}\p{Nd}]*/uy;
export const UNICODE_ESCAPE = /u([\da-fA-F]{4})/y;
