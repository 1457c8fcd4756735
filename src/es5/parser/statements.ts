import type { Declarator, Expression, Statement, SwitchCase } from "./ast.ts";
import { isReference, parseAssignment, parseExpression } from "./expressions.ts";
import { parseFunction } from "./functions.ts";
import { parseJump, parseReturn, parseThrow } from "./jumps.ts";
import { next } from "./lexer.ts";
import { nested, report, withFlag, type Parser } from "./parser.ts";
import { accept, endLooseStatement, endStatement, expect, reportToken, skipToStatement } from "./recovery.ts";

const EMPTY: Statement = { type: "Empty" };

/** The statements of a program, up to the end of the text; or up to one of these tokens. */
export function parseStatements(parser: Parser, ...ends: string[]): Statement[] {
  const list: Statement[] = [];
  while (!["EOF", ...ends].includes(parser.token)) list.push(parseStatement(parser));
  return list;
}

/** `{ ... }` */
export function parseBlock(parser: Parser): Statement[] {
  expect(parser, "{");
  const list = parseStatements(parser, "}");
  parser.blockEnd = expect(parser, "}") + 1;
  return list;
}

function parseStatement(parser: Parser): Statement {
  return nested(parser, statement);
}

function statement(parser: Parser): Statement {
  const { token, start } = parser;
  if (token === "{") return block(parser);
  if (token === "EOF") {
    reportToken(parser);
    return EMPTY;
  }
  const parse = STATEMENTS[token];
  if (parse === undefined) return parseExpressionStatement(parser);
  next(parser);
  return parse(parser, start);
}

/** The rest of a statement, by the token that starts it; `at` is where that stood. */
const STATEMENTS: Record<string, (parser: Parser, at: number) => Statement> = {
  ";": () => EMPTY,
  debugger(parser) {
    endStatement(parser);
    return EMPTY;
  },
  var(parser) {
    const declarations = parseDeclarations(parser);
    endStatement(parser);
    return { type: "Variable", declarations };
  },
  function(parser, at) {
    parseFunction(parser, at, true);
    return EMPTY;
  },
  if(parser) {
    const test = parenthesised(parser);
    const consequent = parseStatement(parser);
    const alternate = accept(parser, "else") ? parseStatement(parser) : null;
    return { type: "If", test, consequent, alternate };
  },
  while: (parser) => ({ type: "While", test: parenthesised(parser), body: loopBody(parser) }),
  do(parser) {
    const whole = withFlag(parser, "inLoop", true, (): Statement => {
      const body = parseStatement(parser);
      expect(parser, "while");
      return { type: "DoWhile", body, test: parenthesised(parser) };
    });
    parser.newline = true;
    endLooseStatement(parser);
    return whole;
  },
  for: parseFor,
  with: (parser) => ({ type: "With", object: parenthesised(parser), body: parseStatement(parser) }),
  switch: parseSwitch,
  try: parseTry,
  break: (parser, at) => parseJump(parser, at, "Break"),
  continue: (parser, at) => parseJump(parser, at, "Continue"),
  return: parseReturn,
  throw: parseThrow,
};

function block(parser: Parser): Statement {
  return { type: "Block", body: parseBlock(parser) };
}

function parenthesised(parser: Parser): Expression {
  expect(parser, "(");
  const inside = parseExpression(parser);
  expect(parser, ")");
  return inside;
}

function parseExpressionStatement(parser: Parser): Statement {
  const expression = parseExpression(parser);
  if (expression.type !== "Identifier" || parser.token !== ":") {
    endLooseStatement(parser);
    return { type: "Expression", expression };
  }
  next(parser);
  const { labels } = parser.scope;
  const { name: label, at } = expression;
  const known = labels.get(label) ?? 0;
  if (known > 0) report(parser, at, `Label '${label}' already exists`, known);
  labels.set(label, known + 1);
  const body = parseStatement(parser);
  labels.set(label, known);
  return { type: "Labelled", label, body };
}

function loopBody(parser: Parser): Statement {
  return withFlag(parser, "inLoop", true, () => parseStatement(parser));
}

function parseDeclarations(parser: Parser): Declarator[] {
  const list: Declarator[] = [];
  do {
    const name = parser.literal;
    if (parser.token === "identifier") {
      next(parser);
      list.push({ name, value: accept(parser, "=") ? parseAssignment(parser) : null });
    } else {
      expect(parser, "identifier");
      skipToStatement(parser);
    }
  } while (accept(parser, ","));
  parser.scope.declared.variables.push(...list.map(({ name }) => name));
  return list;
}

function parseFor(parser: Parser, at: number): Statement {
  expect(parser, "(");
  let init: Expression | Declarator[] | null = null;
  if (parser.token !== ";") {
    const head = withFlag(parser, "allowIn", false, () => {
      const first = accept(parser, "var") ? parseDeclarations(parser) : parseExpression(parser);
      const single = !(Array.isArray(first) && first.length > 1);
      return { first, isForIn: single && accept(parser, "in") };
    });
    init = head.first;
    if (head.isForIn) return parseForIn(parser, at, Array.isArray(init) ? init[0] : init);
  }
  expect(parser, ";");
  const test = parser.token === ";" ? null : parseExpression(parser);
  expect(parser, ";");
  const update = parser.token === ")" ? null : parseExpression(parser);
  expect(parser, ")");
  return { type: "For", init, test, update, body: loopBody(parser) };
}

function parseForIn(parser: Parser, at: number, into: Expression | Declarator | undefined): Statement {
  if (into === undefined || ("type" in into && !isReference(into))) {
    report(parser, at, "Invalid left-hand side in for-in");
    skipToStatement(parser);
    return EMPTY;
  }
  const source = parseExpression(parser);
  expect(parser, ")");
  return { type: "ForIn", into, source, body: loopBody(parser) };
}

function parseSwitch(parser: Parser): Statement {
  const discriminant = parenthesised(parser);
  expect(parser, "{");
  const cases: SwitchCase[] = [];
  withFlag(parser, "inSwitch", true, () => {
    while (parser.token !== "EOF" && !accept(parser, "}")) {
      const { start } = parser;
      const clause = parseCase(parser);
      const again = clause.test === null && cases.some(({ test }) => test === null);
      if (again) report(parser, start, "Already saw a default in switch");
      cases.push(clause);
    }
  });
  return { type: "Switch", discriminant, cases };
}

function parseCase(parser: Parser): SwitchCase {
  let test: Expression | null = null;
  if (!accept(parser, "default")) {
    expect(parser, "case");
    test = parseExpression(parser);
  }
  expect(parser, ":");
  return { test, body: parseStatements(parser, "}", "case", "default") };
}

function parseTry(parser: Parser, at: number): Statement {
  const body = block(parser);
  let parameter = "";
  let handler: Statement | null = null;
  if (accept(parser, "catch")) {
    expect(parser, "(");
    parameter = parser.literal;
    if (parser.token !== "identifier") {
      expect(parser, "identifier");
      skipToStatement(parser);
      return EMPTY;
    }
    next(parser);
    expect(parser, ")");
    handler = block(parser);
  }
  const finalizer = accept(parser, "finally") ? block(parser) : null;
  if (handler === null && finalizer === null) report(parser, at, "Missing catch or finally after try");
  return { type: "Try", body, parameter, handler, finalizer };
}
