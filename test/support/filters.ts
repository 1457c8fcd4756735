import { Budget, type Spend } from "../../src/es5/budget.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import { parseProgram, type Parsed } from "../../src/es5/syntax.ts";

/** Pays for everything: for tests of what is read, not of what that costs. */
export const UNLIMITED: Spend = () => undefined;

export function parse(text: string): Parsed {
  return parseProgram(text, UNLIMITED);
}

/** What Sensu says about a filter on write; null when it takes the text. */
export function syntaxProblem(text: string): string | null {
  const parsed = parse(text);
  return "problem" in parsed ? parsed.problem : null;
}

/** A reader with the budget of one request. */
export function newFilterReader(): FilterReader {
  return new FilterReader(new Budget());
}
