import type { Meter } from "./meter.ts";

/** A compiled glob, split at its stars; `*` matches any run of characters. */
export interface Glob {
  readonly head: string;
  /** Between the first star and the last. */
  readonly parts: readonly string[];
  /** After the last star; null where there is no star. */
  readonly tail: string | null;
}

/** Steps of a match, and of searching for one of its parts. */
const GLOB_STEPS = 16;
const PART_STEPS = 32;
/** Most steps for each position where a part may stand: longer parts are searched faster. */
const PLACE_STEPS = 8;

/** Compiles a glob for `matchesGlob`. Stars in a row are one. */
export function compileGlob(text: string): Glob {
  const [head = "", ...rest] = text.split("*");
  const tail = rest.pop() ?? null;
  return { head, parts: rest.filter((part) => part !== ""), tail };
}

/** How many stars a glob has; stars in a row are one. */
export function starsOf(text: string): number {
  return text.match(/\*+/g)?.length ?? 0;
}

/**
 * Whether a text matches a glob; draws its work from the meter. Each part between stars is searched for once,
 * after the one before it: its first occurrence leaves the most for the rest.
 */
export function matchesGlob({ head, parts, tail }: Glob, text: string, meter?: Meter): boolean {
  meter?.spend(GLOB_STEPS);
  if (tail === null) return head === text;
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    meter?.spend(
      PART_STEPS + ((found === -1 ? text.length : found) - at) * Math.min(part.length, PLACE_STEPS),
    );
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
