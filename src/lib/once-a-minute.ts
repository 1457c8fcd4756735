const MINUTE_MS = 60_000;

/** Limits a repeated log line to once a minute. */
export class OnceAMinute {
  #at = -Infinity;

  /** Whether to log now. `now`: milliseconds since the epoch. */
  allows(now: number): boolean {
    if (now - this.#at < MINUTE_MS) return false;
    this.#at = now;
    return true;
  }
}
