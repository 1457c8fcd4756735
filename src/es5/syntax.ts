import type { Spend } from "./budget.ts";
import type { Program } from "./parser/ast.ts";
import { parseAssignment, parseExpression } from "./parser/expressions.ts";
import { next } from "./parser/lexer.ts";
import {
  newParser,
  report,
  TOO_DEEP,
  TooDeep,
  type Grammar,
  type Parser,
  type Problem,
} from "./parser/parser.ts";
import { parseBlock, parseStatements } from "./parser/statements.ts";

/**
 * A program, or what is wrong with the text: what Sensu says on write after `syntax error in expression N: `
 * (contract §1.5). Texts that nest more than 200 levels deep are refused here, though not there.
 */
export type Parsed = { program: Program } | { problem: string };

/** The longest filter taken, in characters (design: limits). */
export const MAX_EXPRESSION_LENGTH = 2000;

const GRAMMAR: Grammar = { expression: parseExpression, assignment: parseAssignment, block: parseBlock };

/**
 * Parses ES5 as otto reads it: same texts taken, same first complaint, same count of the others. Draws the work of
 * reading from `spend`, and throws what that throws.
 */
export function parseProgram(text: string, spend: Spend): Parsed {
  const parser = newParser(text, GRAMMAR, spend);
  const body = readAll(parser);
  const { problem, problems } = parser;
  if (problem === null) return { program: { body, declared: parser.scope.declared } };
  const others = problems > 1 ? ` (and ${problems - 1} more errors)` : "";
  return { problem: `(anonymous): Line ${position(text, problem)} ${problem.message}${others}` };
}

function readAll(parser: Parser): Program["body"] {
  try {
    next(parser);
    return parseStatements(parser);
  } catch (error) {
    if (!(error instanceof TooDeep || error instanceof RangeError)) throw error;
    report(parser, parser.start, TOO_DEEP);
    return [];
  }
}

/** `line:column`, both from 1; columns count bytes of UTF-8, as Go does. */
function position(text: string, problem: Problem): string {
  const before = text.slice(0, problem.at).split(/\r\n|[\n\r\u2028\u2029]/);
  const column = 1 + new TextEncoder().encode(before.at(-1)).length;
  return `${before.length}:${column}`;
}
