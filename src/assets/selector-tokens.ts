import { quoteGo } from "../http/go-quote.ts";

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

/** Cuts a selector up; an error ends the list, as nothing after it is ever looked at. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACES, text, at)?.[0].length ?? 0;
    const mark = MARKS.find((candidate) => text.startsWith(candidate, at));
    const quoted = matchAt(STRING, text, at);
    const word = matchAt(IDENTIFIER, text, at)?.[0];
    if (mark !== undefined) {
      tokens.push({ type: mark, text: mark });
      at += mark.length;
    } else if (quoted) {
      tokens.push({ type: "string", text: quoted[1] ?? "" });
      at += quoted[0].length;
    } else if (word === undefined) {
      if (at < text.length) tokens.push({ type: "error", text: strayCharacter(text, at) });
      return tokens;
    } else {
      at += word.length;
      const token = tokenOfWord(word, text, at);
      tokens.push(token);
      if (token.type === "error") return tokens;
    }
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
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
