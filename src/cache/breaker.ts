/** Failures in a row after which KV is left alone. One slow answer is common in a cold location, three are not. */
const FAILURES_TO_OPEN = 3;
/** For how long it is left alone (I4). */
const OPEN_MS = 10_000;

/** Keeps requests from waiting for what does not answer. When its time is over, one caller at a time may try. */
export class Breaker {
  #failures = 0;
  #leftAloneUntil = 0;

  /** Whether to try now. */
  allows(now: number): boolean {
    if (this.#failures < FAILURES_TO_OPEN) return true;
    if (now < this.#leftAloneUntil) return false;
    this.#leftAloneUntil = now + OPEN_MS;
    return true;
  }

  /** Whether it is being left alone. */
  isOpen(now: number): boolean {
    return this.#failures >= FAILURES_TO_OPEN && now < this.#leftAloneUntil;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.#failures >= FAILURES_TO_OPEN) this.#leftAloneUntil = now + OPEN_MS;
  }
}
