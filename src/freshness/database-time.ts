/** Milliseconds by which the clocks of two machines may differ without being wrong. */
export const CLOCK_TOLERANCE_MS = 2_000;

/**
 * The database's clock as one isolate knows it. Every date that isolates exchange is that clock's, and so of one clock;
 * here it becomes a date of the isolate's own. Until the database has answered, both clocks are taken for the same.
 */
export class DatabaseTime {
  /** Milliseconds by which the isolate's clock is ahead, at the least; null before the first answer. */
  #ahead: number | null = null;
  #lost = false;

  /** Whether the isolate's clock has lost its way: then a date of another isolate says nothing about its age. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** How far the isolate's clock is ahead of the database's, in milliseconds; negative when behind. */
  get ahead(): number {
    return this.#ahead ?? 0;
  }

  /**
   * Takes in that the database's clock was at `at` at some instant between two of the isolate's. The later the question
   * arrived the less it says, so the greatest difference counts, unless this answer disproves it. Returns whether the
   * clocks turn out to differ by more than was thought.
   */
  heard(at: number, askedAt: number, answeredAt: number): boolean {
    const [least, most] = [askedAt - at, answeredAt - at];
    const before = this.ahead;
    const known = this.#ahead !== null && before <= most;
    this.#ahead = known ? Math.max(before, least) : least;
    this.#lost = false;
    return before < least - CLOCK_TOLERANCE_MS || before > most + CLOCK_TOLERANCE_MS;
  }

  /** The isolate's clock cannot be relied on until the database has answered again. */
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
