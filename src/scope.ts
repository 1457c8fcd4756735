import type { Spent } from "./observability/spent.ts";

/** What belongs to one request, whatever it does: made once where the request comes in, and passed down as it is. */
export interface Scope {
  /** Milliseconds since the epoch, read once a request. */
  readonly now: number;
  /** What the request has cost so far; who waits for a store adds to it. */
  readonly spent: Spent;
  /** Lets work go on after the answer has been sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}
