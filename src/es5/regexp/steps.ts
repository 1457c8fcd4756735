import type { Spend } from "../budget.ts";
import type { CharacterSet } from "./classes.ts";

/** One step of the matching interpreter: at most one of `set`, `shape`, `slot` and `or` says what it does. */
export interface Step {
  /** Where it leads; `null`: the match is complete. */
  next: Step | null;
  /** Tried when `next` has failed. */
  or: Step | null;
  /** Takes a character of the set, in any case if `fold`. */
  set: CharacterSet | null;
  fold: boolean;
  /** Goes on where this sticky expression matches. */
  shape: RegExp | null;
  /** Keeps the place it is come to at, unless negative. */
  slot: number;
  /** The last place in a text it was added for, by number. */
  seen: number;
}

/** The steps of a pattern so far, and what each of them is paid from. */
export interface Builder {
  readonly steps: Step[];
  readonly spend: Spend;
}

/** A part of a pattern. */
export interface Part {
  /** Its counted repetitions, multiplied along the nesting. */
  repeats: number;
  /** Adds its steps, which lead to `next`; returns the first. */
  build: (builder: Builder, next: Step) => Step;
}

export interface Repetition {
  min: number;
  max: number;
  greedy: boolean;
}

/** More steps than this are not built; the longest pattern in sight of 2,000 characters stays below. */
const MAX_STEPS = 4000;

/** What making a step takes, in steps of a match. */
const STEP_WORK = 2;

/** Adds a step. Throws RangeError when there are too many. */
export function add({ steps, spend }: Builder, next: Step | null, own: Partial<Step>): Step {
  spend(STEP_WORK);
  if (steps.length >= MAX_STEPS) throw new RangeError("expression too large");
  const step = { next, or: null, set: null, fold: false, shape: null, slot: -1, seen: 0, ...own };
  steps.push(step);
  return step;
}

/** A part of one step. */
export function single(own: Partial<Step>): Part {
  return { repeats: 1, build: (builder, next) => add(builder, next, own) };
}

/** A part whose place in the text is kept. */
export function group(index: number, { repeats, build }: Part): Part {
  return {
    repeats,
    build(builder, next) {
      const end = add(builder, next, { slot: 2 * index + 1 });
      return add(builder, build(builder, end), { slot: 2 * index });
    },
  };
}

export function sequence(parts: Part[]): Part {
  return {
    repeats: most(parts),
    build: (builder, next) => parts.reduceRight((after, part) => part.build(builder, after), next),
  };
}

/** One of several parts, the first preferred; the last is given apart, as there is always one. */
export function choice(parts: Part[], last: Part): Part {
  return {
    repeats: most([...parts, last]),
    build: (builder, end) =>
      parts.reduceRight(
        (or: Step, part) => {
          const next = part.build(builder, add(builder, end, {}));
          return add(builder, next, { or });
        },
        last.build(builder, end),
      ),
  };
}

function most(parts: Part[]): number {
  return Math.max(1, ...parts.map(({ repeats }) => repeats));
}

export function repeat(part: Part, { min, max, greedy }: Repetition): Part {
  const times = Math.max(1, max === Infinity ? min : max);
  return {
    repeats: max === 0 ? 1 : times * part.repeats,
    build(builder, next) {
      /** The part or none of it, and then `after`; without that, the same again. */
      const option = (after?: Step) => {
        const split = add(builder, next, { or: next });
        const taken = part.build(builder, after ?? add(builder, split, {}));
        if (greedy) split.next = taken;
        else split.or = taken;
        return split;
      };
      let first = next;
      if (max === Infinity) first = option();
      else for (let count = min; count < max; count += 1) first = option(first);
      for (let count = 0; count < min; count += 1) first = part.build(builder, first);
      return first;
    },
  };
}
