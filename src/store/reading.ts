import { Spent } from "../observability/spent.ts";

/** Where an answer came from; `STALE` is an answer past the bound, given because the database does not answer. */
export type Tier = "MEMORY" | "KV" | "D1" | "STALE";

/** How one request reads: what it asks of the store, and what the store tells about its answer. */
export interface Reading {
  /** `newest`: D1's primary. `bounded`: any copy that the freshness rule admits. */
  readonly freshness: "newest" | "bounded";
  /** Lets filling of caches go on after the answer has been sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Set by the store that answered. */
  tier: Tier;
  /** Seconds since the answer was last known to be current. */
  ageSeconds: number;
  readonly spent: Spent;
  /** Called before a bounded read leaves memory; throws to refuse that. Not called for the newest. */
  readonly beforeLookup: () => void;
}

/** Whole seconds from one time to another (milliseconds), none if it lies ahead. */
export function secondsSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / 1000));
}

/** Tiers from the one that says most of how current an answer is to the one that says least. */
const TIERS: readonly Tier[] = ["D1", "KV", "MEMORY", "STALE"];

/** How current an answer is that was made from several: as its least current part. */
export function leastCurrent(
  one: Pick<Reading, "tier" | "ageSeconds">,
  other: Pick<Reading, "tier" | "ageSeconds">,
): Pick<Reading, "tier" | "ageSeconds"> {
  const tier = TIERS.indexOf(one.tier) > TIERS.indexOf(other.tier) ? one.tier : other.tier;
  return { tier, ageSeconds: Math.max(one.ageSeconds, other.ageSeconds) };
}

/** The reading of a request that has not been answered yet. */
export function newReading(
  freshness: Reading["freshness"],
  waitUntil: Reading["waitUntil"],
  spent = new Spent(),
  beforeLookup: Reading["beforeLookup"] = () => undefined,
): Reading {
  return { freshness, waitUntil, tier: "D1", ageSeconds: 0, spent, beforeLookup };
}
