import type { CharacterSet, RangeSet } from "./classes.ts";
import type { PatternProgram } from "./program.ts";
import type { Spend } from "../budget.ts";
import type { Step } from "./steps.ts";

/** Where a match and its groups begin and end, by pairs; -1 for a group that took no part. */
export type Match = number[];

/** What the cases of a character take. */
const FOLD_WORK = 8;

/** A way to match, at a step that reads a character or ends the match. */
interface Thread {
  readonly step: Step;
  readonly slots: Match;
}

/**
 * The leftmost match at or after `from`, the one Perl would prefer among those that start there. All ways to match are
 * followed side by side, so the work is at most the length of the text times the size of the program.
 */
export function findMatch(program: PatternProgram, text: string, from: number, spend: Spend): Match | null {
  spend(program.slots >> 2);
  const start = { step: program.first, slots: Array<number>(program.slots).fill(-1) };
  let found: Match | null = null;
  let threads: Thread[] = [];
  program.places += 1;
  for (let at = from; at <= text.length;) {
    if (found === null) follow(program, text, at, start, threads, spend);
    else if (threads.length === 0) break;
    const code = text.codePointAt(at) ?? -1;
    at += code > 0xffff ? 2 : 1;
    const ahead: Thread[] = [];
    /** The character in its cases, made once for all threads that fold. */
    let cases: number[] | null = null;
    program.places += 1;
    spend(1);
    for (const { step, slots } of threads) {
      const { set, fold, next } = step;
      if (next === null) {
        found = slots;
        break;
      }
      if (set === null || code < 0) continue;
      spend(1 + (set.items.length >> (fold ? 0 : 3)));
      const takes = fold ? folds(set, (cases ??= variants(code, spend))) : inSet(set, code);
      if (takes) follow(program, text, at, { step: next, slots }, ahead, spend);
    }
    threads = ahead;
  }
  return found;
}

/** All matches, as Go counts them: an empty one right after another match is none. */
export function findAll(program: PatternProgram, text: string, limit: number, spend: Spend): Match[] {
  const all: Match[] = [];
  let lastEnd = -1;
  for (let at = 0; all.length < limit && at <= text.length;) {
    const match = findMatch(program, text, at, spend);
    if (match === null) break;
    const [start = 0, end = 0] = match;
    if (end !== at || start !== lastEnd) all.push(match);
    at = end === at ? at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) : end;
    lastEnd = end;
  }
  return all;
}

/** Adds to `threads` what can be reached without reading a character, the preferred first, each step once a place. */
function follow(
  { places }: PatternProgram,
  text: string,
  at: number,
  first: Thread,
  threads: Thread[],
  spend: Spend,
): void {
  const waiting = [first];
  for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
    const { step, slots } = thread;
    const { next, or, set, shape, slot } = step;
    if (step.seen === places) continue;
    spend(1);
    step.seen = places;
    if (set !== null || next === null) {
      threads.push(thread);
    } else if (slot >= 0) {
      spend(slots.length >> 2);
      const saved = slots.slice();
      saved[slot] = at;
      waiting.push({ step: next, slots: saved });
    } else if (shape === null || holds(shape, text, at)) {
      if (or !== null) waiting.push({ step: or, slots });
      waiting.push({ step: next, slots });
    }
  }
}

function holds(shape: RegExp, text: string, at: number): boolean {
  shape.lastIndex = at;
  return shape.test(text);
}

function inSet({ negated, items }: CharacterSet, code: number): boolean {
  return items.some((item) => inRanges(item, code) !== item.negated) !== negated;
}

/** Whether a character is in the set in any of its cases. */
function folds({ negated, items }: CharacterSet, codes: readonly number[]): boolean {
  return items.some((item) => codes.some((code) => inRanges(item, code)) !== item.negated) !== negated;
}

function inRanges({ ranges }: RangeSet, code: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (code >= (ranges[index] ?? 0) && code <= (ranges[index + 1] ?? 0)) return true;
  }
  return false;
}

/** A character in its cases. */
function variants(code: number, spend: Spend): number[] {
  spend(FOLD_WORK);
  const character = String.fromCodePoint(code);
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  const all = [character, lower, upper, lower.toUpperCase(), upper.toLowerCase()];
  return all.filter((one) => one.length === character.length).map((one) => one.codePointAt(0) ?? code);
}
