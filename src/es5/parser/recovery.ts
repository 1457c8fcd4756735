import { next } from "./lexer.ts";
import { report, type Kind, type Parser } from "./parser.ts";

/** Where otto picks up again after a mistake. */
const RESTARTS = new Set(
  "break continue for if return switch var do try with while throw catch finally".split(" "),
);
const NAMED: Record<string, string> = {
  identifier: "Unexpected identifier",
  reserved: "Unexpected reserved word",
  number: "Unexpected number",
  string: "Unexpected string",
  EOF: "Unexpected end of input",
};

/** Takes the token of this kind; any other is reported and taken in its place. Returns where it starts. */
export function expect(parser: Parser, kind: Kind): number {
  const { start } = parser;
  if (parser.token !== kind) reportToken(parser);
  next(parser);
  return start;
}

/** Takes the token if it is of this kind. */
export function accept(parser: Parser, kind: Kind): boolean {
  if (parser.token !== kind) return false;
  next(parser);
  return true;
}

/** Reports the token that stands where none of its kind may. */
export function reportToken(parser: Parser): void {
  const { token, literal } = parser;
  const text = token === "boolean" || token === "null" ? literal : token;
  report(parser, token === "EOF" ? parser.at : parser.start, NAMED[token] ?? `Unexpected token ${text}`);
}

/** Skips to where a statement may start, so that the rest of the text is read as well: the later problems are counted. */
export function skipToStatement(parser: Parser): void {
  const { recovered } = parser;
  for (; parser.token !== "EOF"; next(parser)) {
    if (!RESTARTS.has(parser.token)) continue;
    if (parser.start === recovered.at && recovered.count < 10) {
      recovered.count += 1;
      return;
    }
    if (parser.start > recovered.at) {
      recovered.at = parser.start;
      recovered.count = 0;
      return;
    }
  }
}

/** The end of a statement that needs one (ES5 §7.9). */
export function endStatement(parser: Parser): void {
  if (parser.token === ")" || parser.token === "}") return;
  if (parser.newline) parser.newline = false;
  else expect(parser, ";");
}

/** The end of an expression statement or of `do ... while`, which the end of the text closes too. */
export function endLooseStatement(parser: Parser): void {
  if (accept(parser, ";")) return;
  if (parser.newline) parser.newline = false;
  else if (parser.token !== "EOF" && parser.token !== "}") expect(parser, ";");
}
