import type { Scope } from "../scope.ts";

/** How a caller reads: for which request, and what it asks of the answer. */
export interface Reading {
  /** `newest`: D1's primary. `bounded`: any copy that the freshness rule admits. */
  readonly freshness: "newest" | "bounded";
  readonly scope: Scope;
  /** Called before a bounded read leaves memory; throws to refuse that. Not called for the newest. */
  readonly beforeLookup?: (() => void) | undefined;
}

/** Where an answer came from; `STALE` is an answer past the bound, given because the database does not answer. */
export type Tier = "MEMORY" | "KV" | "D1" | "STALE";

/** Where an answer came from and how old it is. */
export interface CacheStatus {
  readonly tier: Tier;
  /** Seconds since the answer was last known to be current. */
  readonly ageSeconds: number;
}

/** What a read returns: the value, and how current it is. */
export interface ReadResult<T> extends CacheStatus {
  readonly value: T;
}

/** Of an answer that the database has just given. */
export const JUST_READ: CacheStatus = { tier: "D1", ageSeconds: 0 };

/** The same status for a value made from what was read. */
export function withValue<T>({ tier, ageSeconds }: CacheStatus, value: T): ReadResult<T> {
  return { value, tier, ageSeconds };
}

/** Whole seconds from one time to another (milliseconds), none if it lies ahead. */
export function secondsSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / 1000));
}

/** Tiers from the one that says most of how current an answer is to the one that says least. */
const TIERS: readonly Tier[] = ["D1", "KV", "MEMORY", "STALE"];

/** How current an answer is that was made from several: as its least current part. */
export function leastCurrent(one: CacheStatus, other: CacheStatus): CacheStatus {
  const tier = TIERS.indexOf(one.tier) > TIERS.indexOf(other.tier) ? one.tier : other.tier;
  return { tier, ageSeconds: Math.max(one.ageSeconds, other.ageSeconds) };
}
