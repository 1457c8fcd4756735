import type { Spent } from "./observability/spent.ts";

/** What every layer needs of a request: made once where the request arrives, and passed down unchanged. */
export interface Scope {
  /** Milliseconds since the epoch, read once a request. */
  readonly now: number;
  /** What the request has cost so far; code that waits for a store adds to it. */
  readonly spent: Spent;
  /** Lets work go on after the answer has been sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}
