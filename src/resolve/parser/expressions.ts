import type { Expression } from "./ast.ts";
import { isIdentifierName } from "./characters.ts";
import { next } from "./lexer.ts";
import { nested, report, type Parser } from "./parser.ts";
import { parsePrimary } from "./primary.ts";
import { accept, expect, skipToStatement } from "./recovery.ts";

const ASSIGNMENTS = new Set("= += -= *= /= %= &= |= ^= <<= >>= >>>= &^=".split(" "));
const UNARY = new Set("+ - ! ~ delete void typeof".split(" "));
/** Left-associative operators by how tightly they bind. Comparisons are not among them: see `relational`. */
const LEVELS = ["||", "&&", "|", "^", "&", "== != === !==", "relational", "<< >> >>>", "+ -", "* / %"].map(
  (level) => new Set(level.split(" ")),
);
const RELATIONAL_LEVEL = 6;
const RELATIONAL = new Set("< <= > >= instanceof in".split(" "));

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
  if (!ASSIGNMENTS.has(operator)) return left;
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

function binary(parser: Parser, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(parser);
  if (level === RELATIONAL_LEVEL) return relational(parser);
  let left = binary(parser, level + 1);
  while (operators.has(parser.token)) {
    const operator = parser.token;
    next(parser);
    const type = level < 2 ? "Logical" : "Binary";
    left = { type, at: left.at, operator, left, right: binary(parser, level + 1) };
  }
  return left;
}

/** otto reads `a < b < c` as `a < (b < c)`, against ES5 §11.8, and so do its verdicts. */
function relational(parser: Parser): Expression {
  const left = binary(parser, RELATIONAL_LEVEL + 1);
  const operator = parser.token;
  const { scope } = parser;
  const { allowIn } = scope;
  if (!RELATIONAL.has(operator) || (operator === "in" && !allowIn)) return left;
  next(parser);
  scope.allowIn = true;
  const right = nested(parser, relational);
  scope.allowIn = allowIn;
  return { type: "Binary", at: left.at, operator, left, right };
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
  const { scope } = parser;
  const { allowIn } = scope;
  scope.allowIn = true;
  const argument = members(parser, true);
  scope.allowIn = allowIn;
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
