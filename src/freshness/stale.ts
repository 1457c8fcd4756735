import type { Verdict } from "./admit.ts";
import type { Entry } from "./entry.ts";
import type { Journal } from "./journal.ts";

/** Milliseconds after which not even an outage lets a copy be served. Archives are pinned by their sha512. */
export const STALE_MS = 24 * 3_600_000;

/**
 * The copy, if it may be served while the database does not answer: nothing known speaks against it, and it was true at
 * most `staleMs` ago. Never an absence: what was unknown then may exist now.
 */
export function staleCopy<T>(
  entry: Entry<T> | null,
  now: number,
  journal: Journal | null,
  staleMs: number,
  judge: (entry: Entry<T>) => Verdict,
): Entry<T> | null {
  if (entry === null || entry.value === null) return null;
  const verdict = judge(entry);
  if (verdict !== "admitted" && verdict !== "journal-old") return null;
  const trueAt = Math.max(entry.readAt, journal?.asOf ?? 0);
  return now - trueAt <= staleMs ? entry : null;
}
