import { patternError, type Reader } from "./reader.ts";

/** Code points by pairs of first and last. */
export interface RangeSet {
  negated: boolean;
  ranges: number[];
}

/** A union of sets, itself perhaps negated. */
export interface CharacterSet {
  negated: boolean;
  items: RangeSet[];
}

const DIGIT = span("09");
const WORD = span("09AZ__az");
const SPACE = [9, 10, 12, 13, 32, 32];

/** `\d` and its like; ASCII only, and without the vertical tab, as RE2 has them. */
export const PERL_CLASSES: Record<string, RangeSet | undefined> = {
  d: { negated: false, ranges: DIGIT },
  D: { negated: true, ranges: DIGIT },
  w: { negated: false, ranges: WORD },
  W: { negated: true, ranges: WORD },
  s: { negated: false, ranges: SPACE },
  S: { negated: true, ranges: SPACE },
};

const CONTROLS: Record<string, number | undefined> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function span(ends: string): number[] {
  return ends.split("").map((end) => end.charCodeAt(0));
}

/** Reads `[...]`, whose bracket stands at the reader. */
export function parseClass(reader: Reader): CharacterSet {
  const { text, at: start } = reader;
  const negated = text.startsWith("[^", start);
  reader.at += negated ? 2 : 1;
  const first = reader.at;
  const items: RangeSet[] = [];
  while (reader.at === first || !text.startsWith("]", reader.at)) {
    if (reader.at >= text.length) throw patternError("missing closing ]", text.slice(start));
    items.push(refuseNamed(reader) ?? readPerl(reader) ?? readRange(reader, start));
  }
  reader.at += 1;
  return { negated, items };
}

/** RE2's `[:alpha:]` and its like, which ES5 does not have; refused rather than read as the letters they hold. */
function refuseNamed({ text, at }: Reader): null {
  const end = text.startsWith("[:", at) ? text.indexOf(":]", at + 2) : -1;
  if (end < 0) return null;
  throw patternError("invalid character class range", text.slice(at, end + 2));
}

function readPerl(reader: Reader): RangeSet | null {
  const { text, at } = reader;
  const perl = text.startsWith("\\", at) ? PERL_CLASSES[text.charAt(at + 1)] : undefined;
  if (perl !== undefined) reader.at += 2;
  return perl ?? null;
}

function readRange(reader: Reader, classStart: number): RangeSet {
  const { text, at } = reader;
  const low = readMember(reader, classStart);
  let high = low;
  if (text.startsWith("-", reader.at) && reader.at + 1 < text.length && text.charAt(reader.at + 1) !== "]") {
    reader.at += 1;
    high = readMember(reader, classStart);
    if (high < low) throw patternError("invalid character class range", text.slice(at, reader.at));
  }
  return { negated: false, ranges: [low, high] };
}

function readMember(reader: Reader, classStart: number): number {
  const { text, at } = reader;
  const code = text.codePointAt(at);
  if (code === undefined) throw patternError("missing closing ]", text.slice(classStart));
  if (text.charAt(at) === "\\") return parseEscape(reader);
  reader.at += code > 0xffff ? 2 : 1;
  return code;
}

/** Reads an escape that stands for one character. */
export function parseEscape(reader: Reader): number {
  const { text, at } = reader;
  const code = text.codePointAt(at + 1);
  if (code === undefined) throw patternError("trailing backslash at end of expression", "");
  const [spelled, braced, plain] =
    /^(?:x(?:\{([\da-fA-F]+)\}|([\da-fA-F]{2}))|0)/.exec(text.slice(at + 1)) ?? [];
  const character = String.fromCodePoint(code);
  reader.at += 1 + (spelled ?? character).length;
  if (spelled !== undefined) return parseInt(braced ?? plain ?? "0", 16);
  const control = CONTROLS[character];
  if (control !== undefined) return control;
  if (code > 127 || /[\da-zA-Z]/.test(character)) {
    throw patternError("invalid escape sequence", text.slice(at, reader.at));
  }
  return code;
}
