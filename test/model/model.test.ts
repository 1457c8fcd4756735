import { describe, expect, it } from "vitest";
import { POLICIES } from "./policies.ts";
import { simulate } from "./total.ts";

const READS = 60_000;
const SEED = 1;

describe("in a simulated world where everything goes wrong", () => {
  it("no answer is past the bound, goes backwards or comes from the dead", async () => {
    const outcome = await simulate(ruleOf("the rule"), READS, SEED);
    expect(outcome.reads).toBeGreaterThanOrEqual(READS);
    expect(outcome).toMatchObject({ pastBound: 0, backwards: 0, resurrected: 0 });
    expect(outcome.maxStaleness).toBeLessThanOrEqual(182_000);
    expect(outcome.hot).toBeGreaterThan(outcome.reads / 10);
    expect(outcome.fromDatabase).toBeLessThan(outcome.reads / 2);
  });

  it("the model sees every kind of violation when nothing is refused", async () => {
    const outcome = await simulate(ruleOf("everything admitted"), READS / 3, SEED);
    expect(outcome.pastBound).toBeGreaterThan(0);
    expect(outcome.backwards).toBeGreaterThan(0);
    expect(outcome.resurrected).toBeGreaterThan(0);
  });

  it("gives the same figures for the same seed", async () => {
    const once = await simulate(ruleOf("the rule"), 5_000, 7);
    expect(await simulate(ruleOf("the rule"), 5_000, 7)).toEqual(once);
    expect(await simulate(ruleOf("the rule"), 5_000, 8)).not.toEqual(once);
  });
});

function ruleOf(name: string) {
  const rule = POLICIES[name];
  if (rule === undefined) throw new Error(`no policy ${name}`);
  return rule;
}
