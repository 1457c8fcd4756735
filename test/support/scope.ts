import { Spent } from "../../src/observability/spent.ts";
import type { Scope } from "../../src/scope.ts";
import type { Commit } from "../../src/store/asset-store.ts";
import type { Reading } from "../../src/store/reading.ts";

const ignore = (): void => undefined;

/** The scope of a request that nobody sent; `now` is milliseconds since the epoch. */
export function testScope(now = 0, waitUntil: Scope["waitUntil"] = ignore): Scope {
  return { now, waitUntil, spent: new Spent() };
}

/** A read of its own. */
export function testReading(freshness: Reading["freshness"], waitUntil?: Scope["waitUntil"]): Reading {
  return { freshness, scope: testScope(0, waitUntil) };
}

/** A commit of its own, without a reason; `now` is milliseconds since the epoch. */
export function testCommit(now = 1, waitUntil?: Scope["waitUntil"], principal = "tester"): Commit {
  return { principal, reason: null, scope: testScope(now, waitUntil) };
}
