import type { Expression } from "./ast.ts";
import { isIdentifierName } from "./characters.ts";
import { next } from "./lexer.ts";
import { nested, report, withFlag, type Parser } from "./parser.ts";
import { parsePrimary } from "./primary.ts";
import { accept, expect, skipToStatement } from "./recovery.ts";

const UNARY = new Set("+ - ! ~ delete void typeof".split(" "));
/** Binary operators, those that bind loosest first. */
const LEVELS = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!=", "===", "!=="],
  ["<", "<=", ">", ">=", "instanceof", "in"],
  ["<<", ">>", ">>>"],
  ["+", "-"],
  ["*", "/", "%"],
];
/** How tightly each binary operator binds. */
const PRECEDENCE = new Map(
  LEVELS.flatMap((operators, level) => operators.map((operator) => [operator, level])),
);
const RELATIONAL = PRECEDENCE.get("<");
const LOGICAL = new Set(["||", "&&"]);

export function parseExpression(parser: Parser): Expression {
  const first = parseAssignment(parser);
  if (parser.token !== ",") return first;
  const expressions = [first];
  while (accept(parser, ",")) expressions.push(parseAssignment(parser));
  return { type: "Sequence", at: first.at, expressions };
}

export function parseAssignment(parser: Parser): Expression {
  return nested(parser, assignment);
}

function assignment(parser: Parser): Expression {
  const left = conditional(parser);
  const operator = parser.token;
  // Every operator that ends in `=`, except comparisons.
  if (!operator.endsWith("=") || PRECEDENCE.has(operator)) return left;
  next(parser);
  if (!isReference(left)) return badTarget(parser, left.at);
  return { type: "Assignment", at: left.at, operator, left, right: parseAssignment(parser) };
}

export function isReference(expression: Expression): boolean {
  return expression.type === "Identifier" || expression.type === "Member";
}

function badTarget(parser: Parser, at: number): Expression {
  report(parser, at, "Invalid left-hand side in assignment");
  skipToStatement(parser);
  return { type: "Bad", at };
}

function conditional(parser: Parser): Expression {
  const test = binary(parser, 0);
  if (!accept(parser, "?")) return test;
  const consequent = parseAssignment(parser);
  expect(parser, ":");
  return { type: "Conditional", at: test.at, test, consequent, alternate: parseAssignment(parser) };
}

/** Parses operators that bind at least as tightly as `least`, with their operands. */
function binary(parser: Parser, least: number): Expression {
  const { scope } = parser;
  let left = parseUnary(parser);
  for (;;) {
    const operator = parser.token;
    const level = PRECEDENCE.get(operator) ?? -1;
    if (level < least || (operator === "in" && !scope.allowIn)) return left;
    next(parser);
    const right = level === RELATIONAL ? relationalRight(parser, level) : binary(parser, level + 1);
    const type = LOGICAL.has(operator) ? "Logical" : "Binary";
    left = { type, at: left.at, operator, left, right };
  }
}

/** otto reads `a < b < c` as `a < (b < c)`, against ES5 §11.8, and so do its verdicts. */
function relationalRight(parser: Parser, level: number): Expression {
  return withFlag(parser, "allowIn", true, () => nested(parser, () => binary(parser, level)));
}

function parseUnary(parser: Parser): Expression {
  const { token: operator, start: at } = parser;
  if (UNARY.has(operator)) {
    next(parser);
    return { type: "Unary", at, operator, argument: nested(parser, parseUnary) };
  }
  if (operator !== "++" && operator !== "--") return parsePostfix(parser);
  next(parser);
  const argument = nested(parser, parseUnary);
  if (!isReference(argument)) return badTarget(parser, at);
  return { type: "Update", at, operator, prefix: true, argument };
}

function parsePostfix(parser: Parser): Expression {
  const argument = withFlag(parser, "allowIn", true, () => members(parser, true));
  const { token: operator, start } = parser;
  if ((operator !== "++" && operator !== "--") || parser.newline) return argument;
  next(parser);
  if (!isReference(argument)) return badTarget(parser, start);
  return { type: "Update", at: argument.at, operator, prefix: false, argument };
}

function members(parser: Parser, calls: boolean): Expression {
  let object = parser.token === "new" ? nested(parser, parseNew) : parsePrimary(parser);
  for (;;) {
    const { at } = object;
    if (parser.token === ".") {
      object = dotMember(parser, object);
    } else if (accept(parser, "[")) {
      object = { type: "Member", at, object, property: parseExpression(parser) };
      expect(parser, "]");
    } else if (calls && parser.token === "(") {
      object = { type: "Call", at, callee: object, arguments: parseArguments(parser) };
    } else {
      return object;
    }
  }
}

function dotMember(parser: Parser, object: Expression): Expression {
  const dot = expect(parser, ".");
  const { literal, start } = parser;
  if (!isIdentifierName(literal)) {
    expect(parser, "identifier");
    skipToStatement(parser);
    return { type: "Bad", at: dot };
  }
  next(parser);
  return { type: "Member", at: object.at, object, property: { type: "Literal", at: start, value: literal } };
}

function parseNew(parser: Parser): Expression {
  const at = expect(parser, "new");
  const callee = members(parser, false);
  return { type: "New", at, callee, arguments: parser.token === "(" ? parseArguments(parser) : [] };
}

function parseArguments(parser: Parser): Expression[] {
  const list: Expression[] = [];
  expect(parser, "(");
  if (parser.token !== ")") {
    do list.push(parseAssignment(parser));
    while (accept(parser, ","));
  }
  expect(parser, ")");
  return list;
}
