import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/freshness/admit.ts";
import type { Entry } from "../../src/freshness/entry.ts";
import { extendJournal } from "../../src/freshness/journal.ts";
import { staleCopy, STALE_MS } from "../../src/freshness/stale.ts";

const NOW = 1_800_000_000_000;

const entry = (members: Partial<Entry<string>> = {}): Entry<string> => ({
  epoch: "e",
  s: 1,
  g: 1,
  readAt: NOW - 600_000,
  tombstone: false,
  value: "tool",
  ...members,
});

const journalOf = (asOf: number) =>
  extendJournal(null, { epoch: "e", at: asOf, seq: 1, since: 0, changes: [] }, asOf);

const copyOf = (candidate: Entry<string> | null, verdict: Verdict, asOf?: number, staleMs = STALE_MS) =>
  staleCopy(candidate, NOW, asOf === undefined ? null : journalOf(asOf), staleMs, () => verdict);

describe("while the database does not answer", () => {
  it.each<[Verdict, boolean]>([
    ["admitted", true],
    ["journal-old", true],
    ["refuted", false],
    ["backwards", false],
    ["before-journal", false],
    ["other-epoch", false],
  ])("a copy of the verdict %s is served: %s", (verdict, isServed) => {
    const copy = entry();
    expect(copyOf(copy, verdict)).toBe(isServed ? copy : null);
  });

  it("an absence is never served, and nothing is made of no copy", () => {
    const absences = [entry({ value: null }), entry({ value: null, tombstone: true }), null];
    for (const absence of absences)
      for (const verdict of ["admitted", "journal-old"] as const) expect(copyOf(absence, verdict)).toBeNull();
  });

  it.each([STALE_MS, 3_600_000, 0])(
    "a copy is served for the %i ms of its kind after it was last known to be true, by itself or by the journal",
    (staleMs) => {
      const served = (readAt: number, asOf?: number) =>
        copyOf(entry({ readAt }), "journal-old", asOf, staleMs) !== null;
      const [old, older] = [NOW - staleMs, NOW - staleMs - 1];
      expect([served(old), served(older)]).toEqual([true, false]);
      expect([served(older, old), served(older, older), served(old, older)]).toEqual([true, false, true]);
    },
  );
});
