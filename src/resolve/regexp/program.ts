import { parsePattern, type PatternFlags } from "./parse.ts";
import { add, type Step } from "./steps.ts";
import { transformPattern } from "./transform.ts";

export interface PatternProgram {
  steps: Step[];
  first: Step;
  /** Two per group, the whole match included. */
  slots: number;
  /** How many places in texts were looked at: what `seen` of a step counts. */
  places: number;
}

/** Why otto refuses the pattern (in a literal, on write), or `null`. */
export function patternProblem(source: string): string | null {
  try {
    parsePattern(transformPattern(source), { ignoreCase: false, multiline: false });
    return null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return error.message;
    throw error;
  }
}

/**
 * Builds the machine for a JavaScript pattern. Throws TypeError where otto's rewriting refuses the pattern, SyntaxError
 * where Go does, and RangeError when it would be too large.
 */
export function compilePattern(source: string, flags: PatternFlags): PatternProgram {
  const { whole, groups } = parsePattern(transformPattern(source), flags);
  const steps: Step[] = [];
  const first = whole.build(steps, add(steps, null, {}));
  return { steps, first, slots: 2 * (groups + 1), places: 0 };
}
