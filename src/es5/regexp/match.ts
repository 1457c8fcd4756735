import type { CharacterSet, RangeSet } from "./classes.ts";
import type { PatternProgram } from "./program.ts";
import type { Spend } from "../budget.ts";
import type { CharacterStep, MatchStep, Step } from "./steps.ts";

/** Where a match and its capture groups begin and end, by pairs; -1 for a group that took no part. */
export type Match = number[];

/** Work of finding the cases of a character. */
const FOLD_WORK = 8;

/** A way to match, at some step. */
interface Thread {
  readonly step: Step;
  readonly slots: Match;
}

/** A way to match that cannot go on without a character, or is complete. */
interface WaitingThread extends Thread {
  readonly step: CharacterStep | MatchStep;
}

function isWaiting(thread: Thread): thread is WaitingThread {
  const { kind } = thread.step;
  return kind === "character" || kind === "match";
}

/**
 * The leftmost match at or after `from`, the one Perl would prefer among those that start there. All ways to match are
 * followed side by side, so the work is at most the length of the text times the size of the program.
 */
export function findMatch(program: PatternProgram, text: string, from: number, spend: Spend): Match | null {
  spend(program.slots >> 2);
  const start = { step: program.first, slots: Array<number>(program.slots).fill(-1) };
  let found: Match | null = null;
  let threads: WaitingThread[] = [];
  program.position += 1;
  for (let at = from; at <= text.length;) {
    if (found === null) follow(program, text, at, start, threads, spend);
    else if (threads.length === 0) break;
    const code = text.codePointAt(at) ?? -1;
    at += code > 0xffff ? 2 : 1;
    const ahead: WaitingThread[] = [];
    /** The character in its cases, computed once for all threads that fold case. */
    let cases: number[] | null = null;
    program.position += 1;
    spend(1);
    for (const { step, slots } of threads) {
      if (step.kind === "match") {
        found = slots;
        break;
      }
      if (code < 0) continue;
      const { operand, next } = step;
      const { set, foldCase } = operand;
      spend(1 + (set.items.length >> (foldCase ? 0 : 3)));
      const matches = foldCase ? inSetInAnyCase(set, (cases ??= casesOf(code, spend))) : inSet(set, code);
      if (matches) follow(program, text, at, { step: next, slots }, ahead, spend);
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

/** Adds to `threads` the steps reachable without a character, the preferred first, each at most once a position. */
function follow(
  { position }: PatternProgram,
  text: string,
  at: number,
  first: Thread,
  threads: WaitingThread[],
  spend: Spend,
): void {
  const pending = [first];
  for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
    const { step, slots } = thread;
    if (step.visitedAt === position) continue;
    spend(1);
    step.visitedAt = position;
    if (isWaiting(thread)) {
      threads.push(thread);
    } else if (step.kind === "capture") {
      spend(slots.length >> 2);
      const saved = slots.slice();
      saved[step.operand] = at;
      pending.push({ step: step.next, slots: saved });
    } else if (step.kind === "split") {
      pending.push({ step: step.operand, slots });
      pending.push({ step: step.next, slots });
    } else if (step.kind === "jump" || (step.kind === "assertion" && holds(step.operand, text, at))) {
      pending.push({ step: step.next, slots });
    }
  }
}

function holds(assertion: RegExp, text: string, at: number): boolean {
  assertion.lastIndex = at;
  return assertion.test(text);
}

function inSet({ negated, items }: CharacterSet, code: number): boolean {
  return items.some((item) => inRanges(item, code) !== item.negated) !== negated;
}

/** Whether a character is in the set in any of its cases. */
function inSetInAnyCase({ negated, items }: CharacterSet, codes: readonly number[]): boolean {
  return items.some((item) => codes.some((code) => inRanges(item, code)) !== item.negated) !== negated;
}

function inRanges({ ranges }: RangeSet, code: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (code >= (ranges[index] ?? 0) && code <= (ranges[index + 1] ?? 0)) return true;
  }
  return false;
}

/** The code points of a character in its cases. */
function casesOf(code: number, spend: Spend): number[] {
  spend(FOLD_WORK);
  const character = String.fromCodePoint(code);
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  const all = [character, lower, upper, lower.toUpperCase(), upper.toLowerCase()];
  return all.filter((one) => one.length === character.length).map((one) => one.codePointAt(0) ?? code);
}
