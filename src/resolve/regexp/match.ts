import type { CharacterSet, RangeSet } from "./classes.ts";
import type { Assertion } from "./parse.ts";
import type { PatternProgram } from "./program.ts";

/** Where a match and its groups begin and end, by pairs; -1 for a group that took no part. */
export type Match = number[];

/** Called with the work about to be done; throws when there has been enough. */
export type Spend = (work: number) => void;

interface Threads {
  /** Steps to try at this place in the text, the preferred first. */
  queue: { step: number; slots: Match }[];
  /** The place each step was last added for, by number. */
  readonly seen: Uint32Array;
  place: number;
}

/** What a search works in, kept from one to the next: making it anew for each of many matches would cost more. */
interface Workspace {
  current: Threads;
  ahead: Threads;
  readonly nowhere: Match;
  places: number;
}

const workspaces = new WeakMap<PatternProgram, Workspace>();

function workspaceOf(program: PatternProgram): Workspace {
  const known = workspaces.get(program);
  if (known !== undefined) return known;
  const { length } = program.steps;
  const made = {
    current: newThreads(length),
    ahead: newThreads(length),
    nowhere: Array<number>(program.slots).fill(-1),
    places: 0,
  };
  workspaces.set(program, made);
  return made;
}

/**
 * The leftmost match at or after `from`, the one Perl would prefer among those that start there. All ways to match are
 * followed side by side, so the work is at most the length of the text times the size of the program.
 */
export function findMatch(program: PatternProgram, text: string, from: number, spend: Spend): Match | null {
  const { steps } = program;
  const work = workspaceOf(program);
  let { current, ahead } = work;
  empty(current, (work.places += 1));
  let found: Match | null = null;
  for (let at = from; at <= text.length;) {
    if (found === null) follow(program, text, at, current, 0, work.nowhere, spend);
    else if (current.queue.length === 0) break;
    const code = text.codePointAt(at) ?? -1;
    const next = at + (code > 0xffff ? 2 : 1);
    empty(ahead, (work.places += 1));
    spend(1);
    for (const thread of current.queue) {
      const step = steps[thread.step];
      if (step?.op === "match") {
        found = thread.slots;
        break;
      }
      if (step?.op !== "set" || code < 0) continue;
      spend(1 + (step.set.items.length >> (step.fold ? 0 : 3)));
      if (inSet(step.set, step.fold, code)) {
        follow(program, text, next, ahead, thread.step + 1, thread.slots, spend);
      }
    }
    [current, ahead] = [ahead, current];
    at = next;
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

function newThreads(size: number): Threads {
  return { queue: [], seen: new Uint32Array(size), place: 0 };
}

/** Makes ready for another place in the text. */
function empty(threads: Threads, place: number): void {
  threads.queue.length = 0;
  threads.place = place;
}

/** Adds the steps that can be reached without reading a character. */
function follow(
  { steps }: PatternProgram,
  text: string,
  at: number,
  threads: Threads,
  first: number,
  firstSlots: Match,
  spend: Spend,
): void {
  const waiting = [{ step: first, slots: firstSlots }];
  for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
    const { step: index, slots } = thread;
    const step = steps[index];
    if (step === undefined || threads.seen[index] === threads.place) continue;
    spend(1);
    threads.seen[index] = threads.place;
    switch (step.op) {
      case "jump":
        waiting.push({ step: step.to, slots });
        break;
      case "split":
        waiting.push({ step: step.or, slots }, { step: step.to, slots });
        break;
      case "assert":
        if (holds(step.kind, text, at)) waiting.push({ step: index + 1, slots });
        break;
      case "save": {
        spend(slots.length >> 2);
        const saved = slots.slice();
        saved[step.slot] = at;
        waiting.push({ step: index + 1, slots: saved });
        break;
      }
      case "set":
      case "match":
        threads.queue.push(thread);
    }
  }
}

function holds(kind: Assertion, text: string, at: number): boolean {
  switch (kind) {
    case "textStart":
      return at === 0;
    case "textEnd":
      return at === text.length;
    case "lineStart":
      return at === 0 || text.charAt(at - 1) === "\n";
    case "lineEnd":
      return at === text.length || text.charAt(at) === "\n";
    default: {
      const boundary = isWord(text.charAt(at - 1)) !== isWord(text.charAt(at));
      return boundary === (kind === "boundary");
    }
  }
}

function isWord(character: string): boolean {
  return /^\w$/.test(character);
}

function inSet({ negated, items }: CharacterSet, fold: boolean, code: number): boolean {
  const codes = fold ? variants(code) : [code];
  return items.some((item) => codes.some((one) => inRanges(item, one)) !== item.negated) !== negated;
}

function inRanges({ ranges }: RangeSet, code: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (code >= (ranges[index] ?? 0) && code <= (ranges[index + 1] ?? 0)) return true;
  }
  return false;
}

/** A character in its cases. */
function variants(code: number): number[] {
  const character = String.fromCodePoint(code);
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  const all = [character, lower, upper, lower.toUpperCase(), upper.toLowerCase()];
  return all.filter((one) => one.length === character.length).map((one) => one.codePointAt(0) ?? code);
}
