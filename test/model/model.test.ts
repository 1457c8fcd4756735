import { describe, expect, it } from "vitest";
import { POLICIES, type Policy } from "./policies.ts";
import { Simulation, type Outcome } from "./simulation.ts";
import { simulate } from "./total.ts";
import { runs } from "../support/nightly.ts";

const READS = runs(10_000);
const SEED = 1;
/** So that what is asked for has often been changed. */
const FEW = 2;
const RULE = POLICIES["the rule"];

describe("in a simulated world where everything goes wrong", () => {
  it("no answer is past the bound, goes backwards, brings back what is deleted, or is late", async () => {
    const outcome = await simulate(RULE, READS, SEED, FEW);
    expect(outcome.reads).toBeGreaterThanOrEqual(READS);
    expect(outcome).toMatchObject({ pastBound: 0, backwards: 0, resurrected: 0, late: 0 });
    expect(outcome.maxStaleness).toBeLessThanOrEqual(182_000);
    expect(outcome.hot).toBeGreaterThan(outcome.reads / 20);
    expect(outcome.fromDatabase).toBeLessThan(outcome.reads / 2);
  });

  it("nor is one where there are 20,000 namespaces", async () => {
    const outcome = await simulate(RULE, READS / 5, SEED, 20_000);
    expect(outcome).toMatchObject({ pastBound: 0, backwards: 0, resurrected: 0, late: 0 });
    expect(outcome.fromDatabase).toBeLessThan(outcome.reads);
  });

  it("the model sees every kind of violation when nothing is refused", async () => {
    const outcome = await simulate(POLICIES["without admission"], READS / 3, SEED, FEW);
    expect(outcome.pastBound).toBeGreaterThan(0);
    expect(outcome.backwards).toBeGreaterThan(0);
    expect(outcome.resurrected).toBeGreaterThan(0);
  });

  it("gives the same figures for the same seed", async () => {
    const once = await simulate(RULE, 1_000, 7, FEW);
    expect(await simulate(RULE, 1_000, 7, FEW)).toEqual(once);
    expect(await simulate(RULE, 1_000, 8, FEW)).not.toEqual(once);
  });
});

describe("each rule is needed: an hour that keeps all promises under the rule breaks one without it", () => {
  it.each<[keyof typeof POLICIES, keyof Outcome, number]>([
    ["without high-water", "backwards", 11],
    ["without journal-age", "pastBound", 49],
    ["without journal-changes", "pastBound", 1],
    ["without deadline", "late", 1],
    ["without monotonic-clock", "pastBound", 5],
    ["without future-journal", "pastBound", 25],
  ])("%s: %s", async (name, kind, firstHour) => {
    const hour = await brokenHour(POLICIES[name], kind, firstHour);
    expect(hour).not.toBeNull();
    const ruled = await new Simulation(hour ?? 0, RULE, FEW).run(READS_AN_HOUR);
    expect(ruled).toMatchObject({ pastBound: 0, backwards: 0, resurrected: 0, late: 0 });
  });
});

const READS_AN_HOUR = 3_000;
/** Not every hour has the fault that a rule is for. */
const HOURS = 30;

/** The first hour in which a promise is broken; null when there is none. */
async function brokenHour(policy: Policy, kind: keyof Outcome, from: number): Promise<number | null> {
  for (let hour = from; hour < from + HOURS; hour += 1) {
    const outcome = await new Simulation(hour, policy, FEW).run(READS_AN_HOUR);
    if (outcome[kind] > 0) return hour;
  }
  return null;
}
