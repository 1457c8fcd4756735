import { admit, type Admit } from "../../src/cache/admit.ts";

/** Rules to be compared: the one that is used, and what happens without it or without a part of it. */
export const POLICIES: Readonly<Record<string, Admit>> = {
  "the rule": admit,
  "no high-water mark": (copy, evidence, now, bound) => admit(copy, evidence, now, bound, 0),
  "no age of the journal": (copy, evidence, _now, bound, highWater) =>
    admit(copy, evidence, evidence.asOf, bound, highWater),
  "no journal's changes": (copy, evidence, now, bound, highWater) =>
    admit(copy, { ...evidence, changedAt: 0 }, now, bound, highWater),
  "everything admitted": () => "admitted",
};
