/** Marks kept one by one; beyond them the floor rises. */
const MAX_MARKS = 50_000;

/**
 * The newest commit this isolate has served, by key: it never serves an older one (I3). Memory is bounded: a mark
 * that is dropped raises the floor under all keys that have none, which costs reads and never truth.
 */
export class HighWater {
  readonly #max: number;
  readonly #marks = new Map<string, number>();
  #epoch = "";
  #floor = 0;

  constructor(max = MAX_MARKS) {
    this.#max = max;
  }

  of(key: string, epoch: string): number {
    return epoch === this.#epoch ? (this.#marks.get(key) ?? this.#floor) : 0;
  }

  /** Remembers that commit `s` of this key was served. Another epoch counts from its own start (I9). */
  raise(key: string, epoch: string, s: number): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#floor = 0;
      this.#marks.clear();
    }
    const mark = this.#marks.get(key);
    if (mark !== undefined && mark >= s) return;
    if (mark === undefined && this.#marks.size >= this.#max) this.#dropOldest();
    // A key without a mark may have lost one as high as the floor.
    this.#marks.set(key, Math.max(s, mark ?? this.#floor));
  }

  #dropOldest(): void {
    const [oldest] = this.#marks;
    if (oldest === undefined) return;
    this.#floor = Math.max(this.#floor, oldest[1]);
    this.#marks.delete(oldest[0]);
  }
}
