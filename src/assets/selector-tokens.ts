import { quoteGo } from "../go-json/quote.ts";
import { read, take } from "../lib/text-cursor.ts";

/** What a selector compares with (contract §3.4). */
export const OPERATORS = ["==", "!=", "in", "notin", "matches"] as const;
export type Operator = (typeof OPERATORS)[number];

/** A piece of a selector. The text of an error says what is wrong, and is empty where input ran out. */
export type Token = {
  type: Operator | "&&" | "[" | "]" | "," | "identifier" | "string" | "boolean" | "error" | "end";
  text: string;
};

const RESERVED = new Map<string, Token["type"]>([
  ["in", "in"],
  ["notin", "notin"],
  ["matches", "matches"],
  ["true", "boolean"],
  ["false", "boolean"],
]);
const MARKS = ["==", "!=", "&&", "[", "]", ","] as const;

const SPACES = /\p{White_Space}*/uy;
const STRING = /["']([^"']*)["']/y;
const IDENTIFIER = /[\p{L}_](?:[\p{L}\p{Nd}_/]|\.(?=[\p{L}_]))*/uy;

/** Cuts a selector up, up to the first error: nothing after it is ever looked at. */
export function* tokensOf(text: string): Generator<Token, undefined> {
  const reader = { text, at: 0 };
  for (;;) {
    read(reader, SPACES);
    const mark = MARKS.find((candidate) => take(reader, candidate));
    const [quoted, inside = ""] = mark === undefined ? (read(reader, STRING) ?? []) : [];
    if (mark !== undefined) yield { type: mark, text: mark };
    else if (quoted !== undefined) yield { type: "string", text: inside };
    else {
      const [word] = read(reader, IDENTIFIER) ?? [];
      if (word !== undefined) yield tokenOfWord(word, text, reader.at);
      else if (reader.at === text.length) return undefined;
      else yield { type: "error", text: strayCharacter(text, reader.at) };
    }
  }
}

/** Words are reserved only before white space or the end: in `[true]` and `a in[b]` they are identifiers (T372). */
function tokenOfWord(word: string, text: string, end: number): Token {
  const next = characterAt(text, end);
  if (/^\p{White_Space}?$/u.test(next)) {
    const lower = word.toLowerCase();
    const type = RESERVED.get(lower);
    return type === undefined ? { type: "identifier", text: word } : { type, text: lower };
  }
  if ("[]!&,\"'".includes(next)) return { type: "identifier", text: word };
  const afterDot = next === "." ? characterAt(text, end + 1) : "";
  const found = quoteGo(word + next + afterDot);
  if (next === "." && afterDot === "") {
    return { type: "error", text: `end of input while scanning identifier: ${found}` };
  }
  return { type: "error", text: `invalid identifier: ${found}` };
}

function strayCharacter(text: string, at: number): string {
  const found = characterAt(text, at);
  if (found === '"' || found === "'") return "";
  if (!"=!&".includes(found)) return `invalid rune: ${quoteGo(found)}`;
  const next = characterAt(text, at + 1);
  if (next === "") return "";
  const wanted = found === "&" ? "&" : "=";
  const position = new TextEncoder().encode(text.slice(0, at + 1) + next).length;
  return `at ${position}, looking for "${wanted}" but got ${quoteGo(found + next)}`;
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}
