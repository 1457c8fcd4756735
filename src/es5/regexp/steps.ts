import type { Spend } from "../budget.ts";
import type { CharacterSet } from "./classes.ts";

/** One step of the matcher, which tries them in the order that Perl would. */
export type Step = CharacterStep | AssertionStep | CaptureStep | SplitStep | JumpStep | MatchStep;

interface Visited {
  /** The serial number of the last position at which the matcher was here (`PatternProgram.position`). */
  visitedAt: number;
}

/** Consumes a character of the set. */
export interface CharacterStep extends Visited {
  readonly kind: "character";
  readonly set: CharacterSet;
  /** A character matches in any of its cases. */
  readonly foldCase: boolean;
  readonly next: Step;
}

/** Continues where the sticky expression matches, which consumes nothing. */
interface AssertionStep extends Visited {
  readonly kind: "assertion";
  readonly assertion: RegExp;
  readonly next: Step;
}

/** Saves the position in a capture slot. */
interface CaptureStep extends Visited {
  readonly kind: "capture";
  readonly slot: number;
  readonly next: Step;
}

/** Tries `next`, then `alternative`. */
export interface SplitStep extends Visited {
  readonly kind: "split";
  next: Step;
  alternative: Step;
}

/** Where branches meet again: leads to `next`. */
interface JumpStep extends Visited {
  readonly kind: "jump";
  readonly next: Step;
}

/** The match is complete. */
export interface MatchStep extends Visited {
  readonly kind: "match";
}

/** The program under construction, and what pays for each of its steps. */
export interface Builder {
  readonly steps: Step[];
  readonly spend: Spend;
}

/** Steps of a program; the longest pattern in practice, of 2,000 characters, stays below. */
const MAX_STEPS = 4000;

/** Work of adding a step, in steps of a match. */
const STEP_WORK = 2;

/** Adds a step to the program. Throws RangeError when there are too many. */
export function add<S extends Step>({ steps, spend }: Builder, step: S): S {
  spend(STEP_WORK);
  if (steps.length >= MAX_STEPS) throw new RangeError("expression too large");
  steps.push(step);
  return step;
}
