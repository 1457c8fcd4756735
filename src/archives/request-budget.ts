import { Postponed } from "./fetch-archive.ts";

/**
 * Requests that one run may still send: to hosts, to the bucket and to D1, where each statement of a batch counts. The
 * free plan allows 50 to an invocation, and it is not documented which of these counts are separate: together they are safe.
 */
export class RequestBudget {
  #left: number;

  constructor(requests: number) {
    this.#left = requests;
  }

  /** Sets requests aside for one check; null where there are not that many. */
  reserve(requests: number): Reservation | null {
    if (this.#left < requests) return null;
    this.#left -= requests;
    return new Reservation(requests, (change) => {
      if (this.#left + change < 0) return false;
      this.#left += change;
      return true;
    });
  }
}

/** The requests of one check. */
export class Reservation {
  #left: number;
  /** Changes what the run has left; false where that is not enough. */
  readonly #change: (requests: number) => boolean;

  constructor(requests: number, change: (requests: number) => boolean) {
    this.#left = requests;
    this.#change = change;
  }

  /** Counts requests that are about to be sent. Throws `Postponed` where none may be sent any more. */
  readonly spend = (requests: number): void => {
    const missing = Math.max(0, requests - this.#left);
    if (missing > 0 && !this.#change(-missing)) throw new Postponed("the requests of this run are used up");
    this.#left += missing - requests;
  };

  /** Gives back what was not needed. */
  end(): void {
    this.#change(this.#left);
    this.#left = 0;
  }
}
