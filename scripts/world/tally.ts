import type { Tier } from "../../src/store/reading.ts";
import type { KvCounts } from "./kv.ts";

/** The last bucket: this and longer. */
const LONGEST_MS = 5_000;

/** A histogram of durations in whole milliseconds, the same size for a million answers as for ten. */
export class Durations {
  readonly #counts = new Uint32Array(LONGEST_MS + 1);
  #total = 0;

  add(milliseconds: number, times = 1): void {
    const at = Math.min(LONGEST_MS, Math.round(milliseconds));
    this.#counts[at] = (this.#counts[at] ?? 0) + times;
    this.#total += times;
  }

  get total(): number {
    return this.#total;
  }

  /** The milliseconds within which this share of the answers came. */
  within(share: number): number {
    let seen = 0;
    const wanted = share * this.#total;
    for (const [milliseconds, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return milliseconds;
    }
    return LONGEST_MS;
  }

  include(other: Durations): void {
    for (const [milliseconds, count] of other.#counts.entries()) if (count > 0) this.add(milliseconds, count);
  }
}

/** What was measured in one place. */
export class Tally implements KvCounts {
  readonly durations = new Durations();
  readonly tiers: Record<Tier, number> = { MEMORY: 0, KV: 0, D1: 0, STALE: 0 };
  /** Answers that memory gave without asking KV for the journal first. */
  hot = 0;
  journalReads = 0;
  copyReads = 0;
  puts = 0;
  /** Queries of D1, and the rows that they read. */
  queries = 0;
  rows = 0;
  isolatesStarted = 0;
  /** The longest time, in milliseconds, from an acknowledged write to an answer that did not have it. */
  stalest = 0;

  get requests(): number {
    return this.durations.total;
  }

  include(other: Tally): void {
    this.durations.include(other.durations);
    for (const tier of ["MEMORY", "KV", "D1", "STALE"] as const) this.tiers[tier] += other.tiers[tier];
    for (const count of [
      "hot",
      "journalReads",
      "copyReads",
      "puts",
      "queries",
      "rows",
      "isolatesStarted",
    ] as const)
      this[count] += other[count];
    this.stalest = Math.max(this.stalest, other.stalest);
  }
}
