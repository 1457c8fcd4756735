/** Failures in a row that open a breaker. One slow answer is common in a cold location, three are not. */
const FAILURES_TO_OPEN = 3;
/** Milliseconds for which it stays open (I4). */
const OPEN_MS = 10_000;

/**
 * A circuit breaker: after three failures in a row callers are refused at once for 10 s, so that they need not wait for
 * what does not answer. Then one caller is let through every 10 s, until one succeeds.
 */
export class Breaker {
  #failures = 0;
  #openUntil = 0;

  /** Whether to call now. */
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
