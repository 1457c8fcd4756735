import type { CharacterSet } from "./classes.ts";
import { add, type Builder, type SplitStep, type Step } from "./steps.ts";

/** A part of a pattern, from which the steps of the program are built. */
export interface Part {
  /** Its counted repetitions, multiplied along the nesting. */
  readonly repeats: number;
  /** Adds the part's steps, which lead to `next`, and returns the first of them. */
  readonly build: (builder: Builder, next: Step) => Step;
}

export interface Repetition {
  readonly min: number;
  readonly max: number;
  readonly greedy: boolean;
}

/** One character of a set. */
export function character(set: CharacterSet, foldCase: boolean): Part {
  return {
    repeats: 1,
    build: (builder, next) =>
      add(builder, { kind: "character", operand: { set, foldCase }, next, visitedAt: 0 }),
  };
}

/** A place that a sticky expression accepts. */
export function assertion(expression: RegExp): Part {
  return {
    repeats: 1,
    build: (builder, next) => add(builder, { kind: "assertion", operand: expression, next, visitedAt: 0 }),
  };
}

/** A part whose begin and end are saved in the slots of a capture group. */
export function captureGroup(index: number, { repeats, build }: Part): Part {
  return {
    repeats,
    build(builder, next) {
      const end = add(builder, { kind: "capture", operand: 2 * index + 1, next, visitedAt: 0 });
      const inside = build(builder, end);
      return add(builder, { kind: "capture", operand: 2 * index, next: inside, visitedAt: 0 });
    },
  };
}

/** Parts one after another. */
export function sequence(parts: Part[]): Part {
  return {
    repeats: mostRepeats(parts),
    build: (builder, next) => parts.reduceRight((after, part) => part.build(builder, after), next),
  };
}

/** Alternatives, the first preferred; the last is a separate parameter because there is always one. */
export function choice(parts: Part[], last: Part): Part {
  return {
    repeats: mostRepeats([...parts, last]),
    build: (builder, end) =>
      parts.reduceRight(
        (alternative: Step, part) => {
          const jump = add(builder, { kind: "jump", operand: null, next: end, visitedAt: 0 });
          const next = part.build(builder, jump);
          return add(builder, { kind: "split", operand: alternative, next, visitedAt: 0 });
        },
        last.build(builder, end),
      ),
  };
}

/** A part that may occur several times or not at all. */
export function repeat(part: Part, { min, max, greedy }: Repetition): Part {
  const times = Math.max(1, max === Infinity ? min : max);
  return {
    repeats: max === 0 ? 1 : times * part.repeats,
    build(builder, next) {
      let first = next;
      if (max === Infinity) first = loop(builder, part, next, greedy);
      else for (let count = min; count < max; count += 1) first = option(builder, part, first, next, greedy);
      for (let count = 0; count < min; count += 1) first = part.build(builder, first);
      return first;
    },
  };
}

/** The part any number of times, then `next`. */
function loop(builder: Builder, part: Part, next: Step, greedy: boolean): Step {
  const split = newSplit(builder, next);
  const again = add(builder, { kind: "jump", operand: null, next: split, visitedAt: 0 });
  enter(split, part.build(builder, again), greedy);
  return split;
}

/** The part and then `after`, or `next` without it. */
function option(builder: Builder, part: Part, after: Step, next: Step, greedy: boolean): Step {
  const split = newSplit(builder, next);
  enter(split, part.build(builder, after), greedy);
  return split;
}

/** A split that skips a part both ways until `enter` says which way leads into it. */
function newSplit(builder: Builder, next: Step): SplitStep {
  return add(builder, { kind: "split", operand: next, next, visitedAt: 0 });
}

function enter(split: SplitStep, part: Step, greedy: boolean): void {
  if (greedy) split.next = part;
  else split.operand = part;
}

function mostRepeats(parts: Part[]): number {
  return Math.max(1, ...parts.map(({ repeats }) => repeats));
}
