const MINUTE_MS = 60_000;

/** Limits what is logged for as long as a state lasts to its beginning and once a minute. */
export class OnceAMinute {
  #at = -Infinity;

  /** Whether it is time again. `now`: milliseconds since the epoch. */
  allows(now: number): boolean {
    if (now - this.#at < MINUTE_MS) return false;
    this.#at = now;
    return true;
  }
}
