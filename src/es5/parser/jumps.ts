import type { Statement } from "./ast.ts";
import { next } from "./lexer.ts";
import { report, type Parser, type Scope } from "./parser.ts";
import { accept, endStatement, expect, skipToStatement } from "./recovery.ts";

/** The rest of `break` or `continue`, which stood at `at`. */
export function parseJump(parser: Parser, at: number, type: "Break" | "Continue"): Statement {
  const { scope, newline, literal: label } = parser;
  const loose = scope.inLoop || type === "Break";
  if (accept(parser, ";") || newline || parser.token === "}") {
    parser.newline = false;
    if (scope.inLoop || (loose && scope.inSwitch)) return { type, label: "" };
  } else if (parser.token === "identifier") {
    next(parser);
    if (!hasLabel(scope, label)) {
      report(parser, at, `Undefined label '${label}'`);
      return { type: "Empty" };
    }
    if (loose) {
      endStatement(parser);
      return { type, label };
    }
  } else {
    expect(parser, "identifier");
  }
  return bad(parser, at, `Illegal ${type.toLowerCase()} statement`);
}

function hasLabel(scope: Scope, label: string): boolean {
  if ((scope.labels.get(label) ?? 0) > 0) return true;
  return scope.outer !== null && !scope.isFunction && hasLabel(scope.outer, label);
}

export function parseReturn(parser: Parser, at: number): Statement {
  if (!parser.scope.isFunction) return bad(parser, at, "Illegal return statement");
  const ends = parser.newline || [";", "}", "EOF"].includes(parser.token);
  const argument = ends ? null : parser.grammar.expression(parser);
  endStatement(parser);
  return { type: "Return", argument };
}

export function parseThrow(parser: Parser, at: number): Statement {
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
