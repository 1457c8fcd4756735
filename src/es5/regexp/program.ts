import type { Spend } from "../budget.ts";
import { parsePattern, type ParsedPattern, type PatternFlags } from "./parse.ts";
import { PatternProblem } from "./problem.ts";
import { add, type Builder, type Step } from "./steps.ts";
import { transformPattern } from "./transform.ts";

/** Work of reading a pattern, in steps of a match: once, and for each character. */
const PATTERN_WORK = 96;
const CHARACTER_WORK = 12;

export interface PatternProgram {
  steps: Step[];
  first: Step;
  /** Two per capture group, the whole match included. */
  slots: number;
  /** The serial number of the position the matcher looks at, over all its matches; steps remember it when visited. */
  position: number;
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
  const first = whole.build(
    builder,
    add(builder, { kind: "match", operand: null, next: null, visitedAt: 0 }),
  );
  return { steps: builder.steps, first, slots: 2 * (groups + 1), position: 0 };
}

function readPattern(source: string, flags: PatternFlags, spend: Spend): ParsedPattern {
  spend(PATTERN_WORK + source.length * CHARACTER_WORK);
  return parsePattern(transformPattern(source), flags);
}
