import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admit, type Evidence, type Judged } from "../../src/cache/admit.ts";

const seq = fc.integer({ min: 0, max: 50 });
const copy: fc.Arbitrary<Judged> = fc
  .record({ epoch: fc.constantFrom("e1", "e2"), s: seq, g: seq })
  .map(({ epoch, s, g }) => ({ epoch, s: Math.min(s, g), g: Math.max(s, g) }));
const evidence: fc.Arbitrary<Evidence> = fc.record({
  epoch: fc.constantFrom("e1", "e2"),
  asOf: seq,
  since: seq,
  changedAt: seq,
});

describe("the rule of admission", () => {
  it("admits only what was current when the journal was made, of its epoch, within the bound, and not behind what was served", () => {
    fc.assert(
      fc.property(copy, evidence, seq, seq, seq, (held, told, now, bound, highWater) => {
        const admitted = admit(held, told, now, bound, highWater) === "admitted";
        const current = held.epoch === told.epoch && held.g >= told.since && held.g >= told.changedAt;
        const forwards = held.s >= highWater || held.g >= highWater;
        expect(admitted).toBe(current && forwards && now - told.asOf <= bound);
      }),
      { numRuns: 5_000 },
    );
  });

  it("once it refuses for a change, refuses for ever as the journal grows", () => {
    fc.assert(
      fc.property(copy, evidence, seq, (held, told, later) => {
        if (admit(held, told, told.asOf, 0, 0) !== "refuted") return;
        const grown = { ...told, changedAt: told.changedAt + later };
        expect(admit(held, grown, told.asOf, 0, 0)).toBe("refuted");
      }),
    );
  });

  it("never admits a copy later that a higher mark has refused", () => {
    fc.assert(
      fc.property(copy, evidence, seq, seq, (held, told, low, more) => {
        const strict = admit(held, told, told.asOf, 0, low + more) === "admitted";
        const lax = admit(held, told, told.asOf, 0, low) === "admitted";
        expect(strict && !lax).toBe(false);
      }),
    );
  });
});
