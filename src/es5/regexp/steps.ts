import type { Spend } from "../budget.ts";
import type { CharacterSet } from "./classes.ts";

/**
 * One step of the matcher, which tries them in the order that Perl would. All kinds have the same members in the same
 * order, because V8 reads objects of one shape faster and a match visits very many of them.
 */
interface StepOf<Kind extends string, Operand, Next = Step> {
  readonly kind: Kind;
  operand: Operand;
  next: Next;
  /** The serial number of the last position at which the matcher was here (`PatternProgram.position`). */
  visitedAt: number;
}

/** Consumes a character of the set. */
export type CharacterStep = StepOf<"character", CharacterMatcher>;
/** Continues where the sticky expression matches, which consumes nothing. */
type AssertionStep = StepOf<"assertion", RegExp>;
/** Saves the position in the capture slot of this number. */
type CaptureStep = StepOf<"capture", number>;
/** Tries `next`, then the alternative. */
export type SplitStep = StepOf<"split", Step>;
/** Leads to `next`, where branches meet again. */
type JumpStep = StepOf<"jump", null>;
/** The match is complete. */
export type MatchStep = StepOf<"match", null, null>;

export type Step = CharacterStep | AssertionStep | CaptureStep | SplitStep | JumpStep | MatchStep;

export interface CharacterMatcher {
  readonly set: CharacterSet;
  /** A character matches in any of its cases. */
  readonly foldCase: boolean;
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
