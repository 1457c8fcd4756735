/** Milliseconds by which the clocks of two machines may differ without being wrong. */
export const CLOCK_TOLERANCE_MS = 2_000;

/**
 * Converts between the database's clock, which dates everything that isolates exchange, and the isolate's own. Until the
 * database has answered, both are taken to show the same time.
 */
export class DatabaseTime {
  /** Milliseconds by which the isolate's clock is ahead, at the least; null before the first answer. */
  #ahead: number | null = null;
  #lost = false;

  /** Whether the isolate's clock is unreliable: then a date of another isolate says nothing about its age. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** How far the isolate's clock is ahead of the database's, in milliseconds; negative when behind. */
  get ahead(): number {
    return this.#ahead ?? 0;
  }

  /**
   * Learns that the database's clock showed `at` at some instant between `askedAt` and `answeredAt`. The longer the
   * question was on its way, the less that says, so the greatest difference counts unless this answer disproves it.
   * Returns whether the clocks differ from what was known by more than the tolerance.
   */
  heard(at: number, askedAt: number, answeredAt: number): boolean {
    const [least, most] = [askedAt - at, answeredAt - at];
    const before = this.ahead;
    const known = this.#ahead !== null && before <= most;
    this.#ahead = known ? Math.max(before, least) : least;
    this.#lost = false;
    return before < least - CLOCK_TOLERANCE_MS || before > most + CLOCK_TOLERANCE_MS;
  }

  /** Marks the isolate's clock as unreliable until the database answers again. */
  lose(): void {
    this.#ahead = null;
    this.#lost = true;
  }

  /** The isolate's time at a date of the database. */
  toOwn(at: number): number {
    return at + this.ahead;
  }

  /** The database's date at a time of the isolate. */
  toDatabase(own: number): number {
    return own - this.ahead;
  }
}
