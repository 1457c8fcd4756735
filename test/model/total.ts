import type { Policy } from "./policies.ts";
import { Simulation, type Outcome } from "./simulation.ts";

const READS_AN_HOUR = 20_000;

/** Simulates hours until there have been so many reads; hour n of a seed is always the same. */
export async function simulate(
  policy: Policy,
  reads: number,
  seed: number,
  namespaces: number,
  progress: (done: number) => void = () => undefined,
): Promise<Outcome> {
  const total: Outcome = {
    reads: 0,
    fromDatabase: 0,
    hot: 0,
    stale: 0,
    unavailable: 0,
    writes: 0,
    late: 0,
    pastBound: 0,
    backwards: 0,
    resurrected: 0,
    maxStaleness: 0,
  };
  for (let hour = 0; total.reads < reads; hour += 1) {
    const outcome = await new Simulation(seed * 100_003 + hour, policy, namespaces).run(
      Math.min(READS_AN_HOUR, reads),
    );
    total.reads += outcome.reads;
    total.fromDatabase += outcome.fromDatabase;
    total.hot += outcome.hot;
    total.stale += outcome.stale;
    total.unavailable += outcome.unavailable;
    total.writes += outcome.writes;
    total.late += outcome.late;
    total.pastBound += outcome.pastBound;
    total.backwards += outcome.backwards;
    total.resurrected += outcome.resurrected;
    total.maxStaleness = Math.max(total.maxStaleness, outcome.maxStaleness);
    progress(total.reads);
  }
  return total;
}
