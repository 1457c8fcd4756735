import type { FunctionNode } from "./ast.ts";
import { nested, openScope, type Parser } from "./parser.ts";
import { expect } from "./recovery.ts";

/** The rest of a function; a declared one must have a name and is hoisted into the scope it stands in. */
export function parseFunction(parser: Parser, at: number, declared: boolean): FunctionNode {
  const { scope, literal } = parser;
  const named = parser.token === "identifier";
  if (named || declared) expect(parser, "identifier");
  const hoistedAt = scope.declared.functions.length;
  const node = finishFunction(parser, at, named ? literal : "");
  if (named && declared) scope.declared.functions.splice(hoistedAt, 0, node);
  return node;
}

/** Parameters and body of a function. */
export function finishFunction(parser: Parser, at: number, name: string): FunctionNode {
  const parameters = parseParameters(parser);
  const outer = parser.scope;
  parser.scope = openScope(outer);
  const { declared } = parser.scope;
  const body = nested(parser, parser.grammar.block);
  parser.scope = outer;
  const source = parser.text.slice(at, parser.blockEnd);
  return { type: "Function", at, name, parameters, body, declared, source };
}

function parseParameters(parser: Parser): string[] {
  const names: string[] = [];
  expect(parser, "(");
  while (parser.token !== ")" && parser.token !== "EOF") {
    if (parser.token === "identifier") names.push(parser.literal);
    expect(parser, "identifier");
    if (parser.token !== ")") expect(parser, ",");
  }
  expect(parser, ")");
  return names;
}
