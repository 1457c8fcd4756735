import type { Namespace } from "../identity/names.ts";
import { reaches, type Grant } from "./grants.ts";

/** A range of asset names in byte order: from one text, inclusive, up to another, exclusive; null has no end. */
export interface NameRange {
  readonly from: string;
  readonly before: string | null;
}

/** Every name there can be. */
export const ALL_NAMES: NameRange = { from: "", before: null };

/** Sorts after every character of a name. */
const AFTER_ALL = "\u007f";
/** Sorts before every character of a name. */
const BEFORE_ALL = "\u0000";

/**
 * The ranges outside which these grants cover no name of a namespace, in order and apart from each other: a list need
 * not read what lies between them. Names within may still not be covered.
 */
export function coveredRanges(grants: readonly Grant[], namespace: Namespace): readonly NameRange[] {
  const ranges = grants
    .filter((grant) => reaches(grant, namespace))
    .map(({ names }) => rangeOf(names))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  const merged: NameRange[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last === undefined || (last.before !== null && last.before < range.from)) merged.push(range);
    else merged[merged.length - 1] = { from: last.from, before: laterEnd(last.before, range.before) };
  }
  return merged;
}

/** The names that begin as a glob does up to its first star. */
function rangeOf(glob: string | null): NameRange {
  if (glob === null) return ALL_NAMES;
  const star = glob.indexOf("*");
  if (star === 0) return ALL_NAMES;
  if (star === -1) return { from: glob, before: glob + BEFORE_ALL };
  const prefix = glob.slice(0, star);
  return { from: prefix, before: prefix + AFTER_ALL };
}

function laterEnd(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}
