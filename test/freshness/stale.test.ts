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
  extendJournal(null, { epoch: "e", at: asOf, seq: 1, since: 0, changes: [], namespaces: {} }, asOf);

const copyAmong = (candidates: readonly (Entry<string> | undefined)[], verdict: Verdict, asOf?: number) =>
  staleCopy(candidates, NOW, asOf === undefined ? null : journalOf(asOf), () => verdict);

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
    expect(copyAmong([copy], verdict)).toBe(isServed ? copy : null);
  });

  it("an absence is never served, and does not keep the next copy from being", () => {
    const copy = entry();
    const absence = entry({ value: null, tombstone: true });
    expect(copyAmong([absence], "admitted")).toBeNull();
    expect(copyAmong([undefined, absence, copy], "journal-old")).toBe(copy);
  });

  it("a copy is served for a day after it was last known to be true, by itself or by the journal", () => {
    const old = entry({ readAt: NOW - STALE_MS });
    const older = entry({ readAt: NOW - STALE_MS - 1 });
    expect([copyAmong([old], "journal-old"), copyAmong([older], "journal-old")]).toEqual([old, null]);
    expect(copyAmong([older], "journal-old", NOW - STALE_MS)).toBe(older);
    expect(copyAmong([older], "journal-old", NOW - STALE_MS - 1)).toBeNull();
  });
});
