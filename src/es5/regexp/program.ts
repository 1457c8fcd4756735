import type { Spend } from "../budget.ts";
import { parsePattern, type ParsedPattern, type PatternFlags } from "./parse.ts";
import { PatternProblem } from "./problem.ts";
import { add, type Builder, type Step } from "./steps.ts";
import { transformPattern } from "./transform.ts";

/** What reading a pattern takes, in steps of a match: once, and for each character. */
const PATTERN_WORK = 72;
const CHARACTER_WORK = 9;

export interface PatternProgram {
  steps: Step[];
  first: Step;
  /** Two per group, the whole match included. */
  slots: number;
  /** How many places in texts were looked at: what `seen` of a step counts. */
  places: number;
}

/** Why otto refuses the pattern (in a literal, on write), or `null`. Draws the work of reading it from `spend`. */
export function patternProblem(source: string, spend: Spend): string | null {
  try {
    readPattern(source, { ignoreCase: false, multiline: false }, spend);
    return null;
  } catch (error) {
    if (error instanceof PatternProblem) return error.message;
    throw error;
  }
}

/**
 * Builds the program for a JavaScript pattern. Draws what that takes from `spend`, whether it succeeds or not. Throws a
 * PatternProblem where otto's rewriting or Go refuses the pattern, and RangeError when it would be too large.
 */
export function compilePattern(
  source: string,
  flags: PatternFlags,
  spend: Spend = () => undefined,
): PatternProgram {
  const { whole, groups } = readPattern(source, flags, spend);
  const builder: Builder = { steps: [], spend };
  const first = whole.build(builder, add(builder, null, {}));
  return { steps: builder.steps, first, slots: 2 * (groups + 1), places: 0 };
}

function readPattern(source: string, flags: PatternFlags, spend: Spend): ParsedPattern {
  spend(PATTERN_WORK + source.length * CHARACTER_WORK);
  return parsePattern(transformPattern(source), flags);
}
