/** Failures in a row that open a breaker. One slow answer is common in a cold location, three are not. */
const FAILURES_TO_OPEN = 3;
/** How long it stays open (I4). */
const OPEN_MS = 10_000;

/**
 * A circuit breaker: after three failures in a row it refuses callers for 10 s, so that they need not wait for a timeout.
 * Then it lets one caller through every 10 s, until one succeeds.
 */
export class Breaker {
  #failures = 0;
  #openUntil = 0;

  /** Whether a caller may try now. `now`: milliseconds since the epoch. */
  allows(now: number): boolean {
    if (!this.isOpen) return true;
    if (now < this.#openUntil) return false;
    this.#openUntil = now + OPEN_MS;
    return true;
  }

  /** Whether the last three calls or more have failed, also while the next one may be tried. */
  get isOpen(): boolean {
    return this.#failures >= FAILURES_TO_OPEN;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.isOpen) this.#openUntil = now + OPEN_MS;
  }
}
