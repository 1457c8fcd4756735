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
    if (this.#failures < FAILURES_TO_OPEN) return true;
    if (now < this.#openUntil) return false;
    this.#openUntil = now + OPEN_MS;
    return true;
  }

  isOpen(now: number): boolean {
    return this.#failures >= FAILURES_TO_OPEN && now < this.#openUntil;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.#failures >= FAILURES_TO_OPEN) this.#openUntil = now + OPEN_MS;
  }
}
