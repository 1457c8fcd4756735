import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  decodeJournal,
  encodeJournal,
  extendJournal,
  MAX_JOURNAL_CHANGES,
  mergeJournals,
  type Journal,
} from "../../src/freshness/journal.ts";
import type { CommitLog } from "../../src/store/commit.ts";

type Commits = readonly string[];

/** The log of a history (the nth commit changes the nth key) as read at `seq`, leaving out what is up to `since`. */
function logOf(commits: Commits, seq: number, since: number, epoch = "e"): CommitLog {
  const last = new Map<string, number>();
  for (let at = since + 1; at <= seq; at += 1) last.set(commits[at - 1] ?? "", at);
  return { epoch, at: seq, seq, since, changes: [...last] };
}

/** Whether a journal tells each key's and each namespace's last change in (since, seq], and nothing else. */
function isTrue(journal: Journal, commits: Commits): boolean {
  const { changes } = logOf(commits, journal.seq, journal.since);
  const told = [...journal.changes].filter(([, seq]) => seq > journal.since);
  const namespaces = new Map<string, number>();
  for (const [key, seq] of changes) {
    const [kind, namespace] = key.split("/");
    if (namespace === undefined || (kind !== "a" && kind !== "n")) continue;
    namespaces.set(namespace, Math.max(seq, namespaces.get(namespace) ?? 0));
  }
  const toldOf = [...journal.namespaces].filter(([, seq]) => seq > journal.since);
  return (
    told.length === changes.length &&
    changes.every(([key, seq]) => journal.changes.get(key) === seq) &&
    toldOf.length === namespaces.size &&
    [...namespaces].every(([namespace, seq]) => journal.namespaces.get(namespace) === seq)
  );
}

/** A journal with its commits as lists, which can be compared. */
function plain(journal: Journal | null) {
  if (journal === null) return null;
  return { ...journal, changes: [...journal.changes], namespaces: [...journal.namespaces] };
}

const KEYS_OF_THREE_KINDS = ["a/team/b", "a/team/c", "a/default/b", "n/team", "k/team"];
const histories = fc.array(fc.constantFrom(...KEYS_OF_THREE_KINDS), { minLength: 1, maxLength: 30 });
const parts = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.nat(1_000)), { minLength: 1, maxLength: 8 });

describe("a journal", () => {
  it("made of any logs in any order is true of the history", () => {
    fc.assert(
      fc.property(histories, parts, (commits, reads) => {
        let held: Journal | null = null;
        for (const [first, second, asOf] of reads) {
          const [since, seq] = [Math.min(first, second), Math.max(first, second)];
          if (seq > commits.length) continue;
          const extended = extendJournal(held, logOf(commits, seq, since), asOf);
          expect(isTrue(extended, commits)).toBe(true);
          held = mergeJournals(held, extended);
          expect(isTrue(held, commits)).toBe(true);
        }
      }),
    );
  });

  it.each<[string, [seq: number, since: number, epoch: string], number, number[]]>([
    ["the next log", [5, 3, "e"], 0, [1, 2, 3, 4, 5]],
    ["a log that it knows the beginning of", [5, 2, "e"], 0, [1, 2, 3, 4, 5]],
    ["a log that leaves a gap", [8, 5, "e"], 5, [6, 7, 8]],
    ["a log from before it", [2, 0, "e"], 0, [1, 2]],
    ["a log of another epoch", [5, 3, "f"], 3, [4, 5]],
  ])("is continued by %s or starts again with it", (_, [seq, since, epoch], from, changes) => {
    const commits = Array.from({ length: 8 }, (__, index) => `key-${index + 1}`);
    const held = extendJournal(null, logOf(commits, 3, 0), 1);
    const extended = extendJournal(held, logOf(commits, seq, since, epoch), 2);
    expect(extended).toMatchObject({ epoch, seq, since: from, asOf: 2 });
    expect([...extended.changes].map(([, at]) => at).sort((a, b) => a - b)).toEqual(changes);
  });

  it("has of each key the last change, in whatever order the logs come", () => {
    const log = (seq: number, since: number) => logOf(["a", "a", "a"], seq, since);
    const held = extendJournal(null, log(3, 0), 5);
    const again = extendJournal(held, { ...log(3, 0), changes: [["a", 2]] }, 4);
    expect([again.asOf, [...again.changes]]).toEqual([5, [["a", 3]]]);
    expect([...extendJournal(extendJournal(null, log(1, 0), 1), log(3, 1), 2).changes]).toEqual([["a", 3]]);
  });

  it("merged with another knows no less, is no older, and never goes back", () => {
    fc.assert(
      fc.property(histories, fc.nat(30), fc.nat(30), fc.nat(9), fc.nat(9), (commits, one, other, t1, t2) => {
        const [a, b] = [one, other].map((seq, index) =>
          extendJournal(null, logOf(commits, Math.min(seq, commits.length), 0), index === 0 ? t1 : t2),
        );
        if (a === undefined || b === undefined) return;
        const merged = mergeJournals(a, b);
        expect(merged.seq).toBe(Math.max(a.seq, b.seq));
        expect(merged.asOf).toBe(Math.max(a.asOf, b.asOf));
      }),
    );
  });

  it("is replaced by a later one of another epoch, not by an earlier one", () => {
    const old = extendJournal(null, logOf(["a"], 1, 0), 10);
    const restored = extendJournal(null, logOf(["b"], 1, 0, "f"), 11);
    expect(mergeJournals(old, restored)).toBe(restored);
    expect(mergeJournals(restored, old)).toBe(restored);
  });

  it("holds so many changes; beyond them it knows less of the past and says so", () => {
    const commits = Array.from({ length: MAX_JOURNAL_CHANGES + 1 }, (_, index) => `a/ns-${index}/tool`);
    const full = extendJournal(null, logOf(commits, MAX_JOURNAL_CHANGES, 0), 1);
    expect([full.changes.size, full.since]).toEqual([MAX_JOURNAL_CHANGES, 0]);
    const trimmed = extendJournal(full, logOf(commits, commits.length, MAX_JOURNAL_CHANGES), 2);
    const kept = trimmed.changes.size;
    expect(kept).toBeGreaterThan(MAX_JOURNAL_CHANGES / 2);
    expect(kept).toBeLessThan(MAX_JOURNAL_CHANGES);
    expect([trimmed.since, trimmed.namespaces.size]).toEqual([commits.length - kept, kept]);
    expect(isTrue(trimmed, commits)).toBe(true);
  });

  it("is no longer where there are many namespaces than where there is one", () => {
    const bytesOver = (namespaces: number) => {
      const commits = Array.from({ length: 1_000 }, (_, index) => `a/ns-${index % namespaces}/tool-${index}`);
      return encodeJournal(extendJournal(null, logOf(commits, commits.length, 0), 1)).length;
    };
    expect(bytesOver(1_000)).toBeLessThan(1.25 * bytesOver(1));
  });

  it.each([
    [1, 2, 2],
    [2, 1, 2],
    [null, 1, 1],
    [1, null, 1],
    [null, null, null],
  ])("where the cron ran at %j, merged with one where it ran at %j, says %j", (a, b, cronAt) => {
    const journal = extendJournal(null, logOf(["a"], 1, 0), 1);
    expect(mergeJournals({ ...journal, cronAt: a }, { ...journal, asOf: 2, cronAt: b })).toMatchObject({
      asOf: 2,
      cronAt,
    });
    expect(extendJournal({ ...journal, cronAt: a }, logOf(["a"], 1, 0), 2).cronAt).toBe(a);
  });

  it("of a release that did not note the cron is read, and knows of no run", () => {
    const journal = { ...extendJournal(null, logOf(["a"], 1, 0), 5), cronAt: 3 };
    const { cronAt, ...older } = JSON.parse(encodeJournal(journal)) as Record<string, unknown>;
    expect(cronAt).toBe(3);
    expect(plain(decodeJournal(JSON.stringify(older)))).toEqual(plain({ ...journal, cronAt: null }));
  });

  it("comes back from its text; a text that is none is no journal", () => {
    const journal = extendJournal(null, logOf(["a", "b"], 2, 0), 5);
    expect(plain(decodeJournal(encodeJournal(journal)))).toEqual(plain(journal));
    for (const text of ["", "null", "{}", "[]", '{"epoch":"e"}', '{"epoch":1,"asOf":1,"seq":1,"since":1}']) {
      expect(decodeJournal(text)).toBeNull();
    }
  });
});
