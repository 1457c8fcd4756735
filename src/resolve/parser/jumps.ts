import type { Statement } from "./ast.ts";
import { next } from "./lexer.ts";
import { report, type Parser, type Scope } from "./parser.ts";
import { accept, endStatement, expect, skipToStatement } from "./recovery.ts";

export function parseJump(parser: Parser, keyword: "break" | "continue"): Statement {
  const at = expect(parser, keyword);
  const { scope } = parser;
  const type = keyword === "break" ? "Break" : "Continue";
  const allowed = scope.inLoop || (keyword === "break" && scope.inSwitch);
  const { newline } = parser;
  if (accept(parser, ";") || newline || parser.token === "}") {
    parser.newline = false;
    if (allowed) return { type, label: "" };
  } else if (parser.token === "identifier") {
    const label = parser.literal;
    next(parser);
    if (!hasLabel(scope, label)) {
      report(parser, at, `Undefined label '${label}'`);
      return { type: "Empty" };
    }
    if (keyword === "break" || scope.inLoop) {
      endStatement(parser);
      return { type, label };
    }
  } else {
    expect(parser, "identifier");
  }
  return bad(parser, at, `Illegal ${keyword} statement`);
}

function hasLabel(scope: Scope, label: string): boolean {
  if (scope.labels.includes(label)) return true;
  return scope.outer !== null && !scope.isFunction && hasLabel(scope.outer, label);
}

export function parseReturn(parser: Parser): Statement {
  const at = expect(parser, "return");
  if (!parser.scope.isFunction) return bad(parser, at, "Illegal return statement");
  const ends = parser.newline || [";", "}", "EOF"].includes(parser.token);
  const argument = ends ? null : parser.grammar.expression(parser);
  endStatement(parser);
  return { type: "Return", argument };
}

export function parseThrow(parser: Parser): Statement {
  const at = expect(parser, "throw");
  if (parser.newline) {
    const ended = parser.at === parser.text.length;
    return bad(parser, at, ended ? "Unexpected end of input" : "Illegal newline after throw");
  }
  const argument = parser.grammar.expression(parser);
  endStatement(parser);
  return { type: "Throw", argument };
}

function bad(parser: Parser, at: number, message: string): Statement {
  report(parser, at, message);
  skipToStatement(parser);
  return { type: "Empty" };
}
