import { patternProblem } from "../regexp/program.ts";
import type { Expression, Property } from "./ast.ts";
import { isIdentifierName } from "./characters.ts";
import { finishFunction, parseFunction } from "./functions.ts";
import { next, scanPattern } from "./lexer.ts";
import { numberValue, unescapeString } from "./literals.ts";
import { report, type Parser } from "./parser.ts";
import { accept, expect, reportToken, skipToStatement } from "./recovery.ts";

/** What operators and members are applied to: names, literals, functions, `( ... )` (ES5 §11.1). */
export function parsePrimary(parser: Parser): Expression {
  const { token, literal, start: at } = parser;
  switch (token) {
    case "identifier":
      next(parser);
      return { type: "Identifier", at, name: literal };
    case "null":
    case "boolean":
      next(parser);
      return { type: "Literal", at, value: token === "null" ? null : literal === "true" };
    case "string":
      next(parser);
      return { type: "Literal", at, value: stringValue(parser, at, literal) };
    case "number":
      next(parser);
      return { type: "Literal", at, value: numberValue(literal) };
    case "/":
    case "/=":
      return parseRegExp(parser);
    case "{":
      return parseObject(parser);
    case "[":
      return parseArray(parser);
    case "(": {
      next(parser);
      const inside = parser.grammar.expression(parser);
      expect(parser, ")");
      return inside;
    }
    case "this":
      next(parser);
      return { type: "This", at };
    case "function":
      next(parser);
      return parseFunction(parser, at, false);
    default:
      reportToken(parser);
      skipToStatement(parser);
      return { type: "Bad", at };
  }
}

function stringValue(parser: Parser, at: number, literal: string): string {
  const { value, problem } = unescapeString(literal.slice(1, -1));
  if (problem !== null) report(parser, at, problem);
  return value;
}

function parseRegExp(parser: Parser): Expression {
  const at = parser.start;

  const pattern = scanPattern(parser) ? parser.literal.slice(1, -1) : "";
  next(parser);
  const flags = parser.token === "identifier" ? parser.literal : "";
  if (flags !== "") next(parser);
  const problem = patternProblem(pattern, parser.spend);
  if (problem !== null) report(parser, at, `Invalid regular expression: ${problem}`);
  return { type: "RegExp", at, pattern, flags };
}

function parseArray(parser: Parser): Expression {
  const at = expect(parser, "[");
  const elements: (Expression | null)[] = [];
  while (parser.token !== "]" && parser.token !== "EOF") {
    if (accept(parser, ",")) {
      elements.push(null);
      continue;
    }
    elements.push(parser.grammar.assignment(parser));
    if (parser.token !== "]") expect(parser, ",");
  }
  expect(parser, "]");
  return { type: "Array", at, elements };
}

function parseObject(parser: Parser): Expression {
  const at = expect(parser, "{");
  const properties: Property[] = [];
  while (parser.token !== "}" && parser.token !== "EOF") {
    properties.push(parseProperty(parser));
    accept(parser, ",");
  }
  expect(parser, "}");
  return { type: "Object", at, properties };
}

function parseProperty(parser: Parser): Property {
  const accessor = parser.literal === "get" || parser.literal === "set";
  const key = parseKey(parser);
  if (accessor && parser.token !== ":") {
    const name = parseKey(parser);
    finishFunction(parser, parser.start, name);
    return { key: name, value: null };
  }
  expect(parser, ":");
  return { key, value: parser.grammar.assignment(parser) };
}

function parseKey(parser: Parser): string {
  const { token, literal, start } = parser;
  next(parser);
  if (token === "string") return stringValue(parser, start, literal);
  return token === "number" || isIdentifierName(literal) ? literal : "";
}
