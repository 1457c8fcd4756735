import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { admit, BOUND_MS, type Evidence, type Judged, type Verdict } from "../../src/freshness/admit.ts";

const NOW = 1_000_000;
const COPY: Judged = { epoch: "e", s: 10, g: 20 };
const EVIDENCE: Evidence = { epoch: "e", asOf: NOW, since: 0, changedAt: 0 };

const seq = fc.integer({ min: 0, max: 30 });
const copies = fc
  .record({ epoch: fc.constantFrom("e", "f"), s: seq, g: seq })
  .map(({ epoch, s, g }) => ({ epoch, s: Math.min(s, g), g }));
const evidences = fc.record({
  epoch: fc.constantFrom("e", "f"),
  asOf: fc.integer({ min: NOW - 2 * BOUND_MS, max: NOW + 2_000 }),
  since: seq,
  changedAt: seq,
});

describe("the admission rule", () => {
  it.each<[string, Partial<Judged>, Partial<Evidence>, number, Verdict]>([
    ["a copy newer than all that is known", {}, {}, 0, "admitted"],
    ["a copy as old as the journal's beginning", { g: 20 }, { since: 20 }, 0, "admitted"],
    ["a copy of the last change itself", { g: 20 }, { changedAt: 20 }, 0, "admitted"],
    ["a journal at the bound", {}, { asOf: NOW - BOUND_MS }, 0, "admitted"],
    ["a journal past the bound", {}, { asOf: NOW - BOUND_MS - 1 }, 0, "journal-old"],
    ["another epoch", { epoch: "f" }, {}, 0, "other-epoch"],
    ["a copy from before what the journal knows", {}, { since: 21 }, 0, "before-journal"],
    ["a copy from before the last change", {}, { changedAt: 21 }, 0, "refuted"],
    ["an older commit than was served", {}, {}, 21, "backwards"],
    ["an older commit, but known to be current after what was served", {}, {}, 20, "admitted"],
    ["a refuted copy under an old journal is refuted", {}, { changedAt: 21, asOf: 0 }, 0, "refuted"],
  ])("%s: %#", (_, copy, evidence, highWater, verdict) => {
    expect(admit({ ...COPY, ...copy }, { ...EVIDENCE, ...evidence }, NOW, BOUND_MS, highWater)).toBe(verdict);
  });

  it("has the bound that is promised: three minutes (I1)", () => {
    expect(BOUND_MS).toBe(180_000);
  });

  it("admits only what was current when the journal was made, of its epoch, within the bound, and not behind what was served", () => {
    fc.assert(
      fc.property(copies, evidences, seq, (copy, evidence, highWater) => {
        const admitted = admit(copy, evidence, NOW, BOUND_MS, highWater) === "admitted";
        const current =
          copy.epoch === evidence.epoch && copy.g >= Math.max(evidence.since, evidence.changedAt);
        const forwards = copy.s >= highWater || copy.g >= highWater;
        expect(admitted).toBe(current && forwards && NOW - evidence.asOf <= BOUND_MS);
      }),
      { numRuns: 5_000 },
    );
  });

  it("admits what is admitted also when it was seen in a later snapshot", () => {
    fc.assert(
      fc.property(copies, evidences, seq, seq, (copy, evidence, highWater, later) => {
        const first = admit(copy, evidence, NOW, BOUND_MS, highWater);
        const then = admit({ ...copy, g: copy.g + later }, evidence, NOW, BOUND_MS, highWater);
        expect(first === "admitted" && then !== "admitted").toBe(false);
      }),
    );
  });

  it("never admits again, as time passes and more is known, what it has refused within an epoch", () => {
    fc.assert(
      fc.property(copies, evidences, seq, seq, seq, seq, (copy, evidence, highWater, more, rise, wait) => {
        const refused = new Set<Verdict>(["before-journal", "refuted", "backwards"]);
        if (!refused.has(admit(copy, evidence, NOW, BOUND_MS, highWater))) return;
        const later = { ...evidence, changedAt: evidence.changedAt + more, since: evidence.since + rise };
        const verdict = admit(copy, later, NOW + wait, BOUND_MS, highWater + rise);
        expect(verdict).not.toBe("admitted");
      }),
    );
  });

  it("keeps the bound: what is admitted was current at an instant no older than the bound", () => {
    // A history of commits to one key among others; a journal of any instant; a copy of any snapshot.
    const history = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 10 });
    const wrong = fc.check(
      fc.property(history, seq, seq, seq, (commits, known, g, from) => {
        const upTo = (limit: number) => Math.max(0, ...commits.filter((commit) => commit <= limit));
        const since = Math.min(from, known);
        const changedAt = upTo(known) > since ? upTo(known) : 0;
        const evidence = { epoch: "e", asOf: NOW, since, changedAt };
        const verdict = admit({ epoch: "e", s: upTo(g), g }, evidence, NOW, BOUND_MS, 0);
        return verdict !== "admitted" || upTo(g) >= upTo(known);
      }),
      { numRuns: 1_000 },
    );
    expect(wrong.counterexample).toBeNull();
  });
});
