import type { Verdict } from "./admit.ts";
import type { Entry } from "./entry.ts";
import type { Journal } from "./journal.ts";

/** Milliseconds after which not even an outage lets a copy be served. Archives are pinned by their sha512. */
export const STALE_MS = 24 * 3_600_000;

/**
 * The copy to serve while the database does not answer: one that nothing known speaks against and that was true at
 * most `staleMs` ago. Never an absence: what is not known to exist may exist. `candidates`: memory's copy, then KV's.
 */
export function staleCopy<T>(
  candidates: readonly (Entry<T> | undefined)[],
  now: number,
  journal: Journal | null,
  staleMs: number,
  judge: (entry: Entry<T>) => Verdict,
): Entry<T> | null {
  for (const entry of candidates) {
    if (entry === undefined || entry.value === null) continue;
    const verdict = judge(entry);
    const trueAt = Math.max(entry.readAt, journal?.asOf ?? 0);
    if ((verdict === "admitted" || verdict === "journal-old") && now - trueAt <= staleMs) return entry;
  }
  return null;
}
