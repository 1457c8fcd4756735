import { admit } from "../../src/freshness/admit.ts";
import type { Rules } from "../../src/freshness/edge.ts";

/** The rules of a simulation: those that are used, without one of them. */
export interface Policy {
  readonly rules?: Partial<Rules>;
  /** False: whoever asks the database waits until it answers. */
  readonly deadline?: false;
  /** False: isolates believe their machine's clock, also when it goes back. */
  readonly monotonicClock?: false;
}

/** Rules to be compared: all of them, and what happens without each. */
export const POLICIES = {
  "the rule": {},
  "without high-water": {
    rules: { admit: (copy, evidence, now, bound) => admit(copy, evidence, now, bound, 0) },
  },
  "without journal-age": {
    rules: {
      admit: (copy, evidence, _now, bound, highWater) =>
        admit(copy, evidence, evidence.asOf, bound, highWater),
    },
  },
  "without journal-changes": {
    rules: {
      admit: (copy, evidence, now, bound, highWater) =>
        admit(copy, { ...evidence, changedAt: 0 }, now, bound, highWater),
    },
  },
  "without admission": { rules: { admit: () => "admitted" } },
  "without deadline": { deadline: false },
  "without monotonic-clock": { monotonicClock: false },
  "without future-journal": { rules: { tolerance: Infinity } },
} as const satisfies Readonly<Record<string, Policy>>;

export type PolicyName = keyof typeof POLICIES;

export function isPolicyName(name: string): name is PolicyName {
  return Object.hasOwn(POLICIES, name);
}
