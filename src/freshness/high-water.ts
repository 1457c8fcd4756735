import { textBytes } from "../lib/text-bytes.ts";

/** Marks kept one by one, by number and by bytes of memory; beyond them the floor rises. */
export const MARKS = { entries: 50_000, bytes: 6 * 1024 * 1024 };
/** A mark with its place in the map, without its key. */
const MARK_BYTES = 48;

/**
 * The newest commit this isolate has served, by key: it never serves an older one (I3). Memory is bounded: a mark
 * that is dropped raises the floor under all keys that have none, which costs extra reads and never serves anything older.
 */
export class HighWater {
  readonly #limits: typeof MARKS;
  readonly #marks = new Map<string, number>();
  #epoch = "";
  #floor = 0;
  #bytes = 0;

  constructor(limits = MARKS) {
    this.#limits = limits;
  }

  /** Bytes of memory that the marks take. */
  get bytes(): number {
    return this.#bytes;
  }

  of(key: string, epoch: string): number {
    return epoch === this.#epoch ? (this.#marks.get(key) ?? this.#floor) : 0;
  }

  /** Remembers that commit `s` of this key was served. Another epoch counts from its own start (I9). */
  raise(key: string, epoch: string, s: number): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#floor = 0;
      this.#bytes = 0;
      this.#marks.clear();
    }
    const mark = this.#marks.get(key);
    if (mark !== undefined && mark >= s) return;
    // A key without a mark may have lost one as high as the floor.
    this.#marks.set(key, Math.max(s, mark ?? this.#floor));
    if (mark !== undefined) return;
    this.#bytes += markBytes(key);
    while (this.#marks.size > this.#limits.entries || this.#bytes > this.#limits.bytes) this.#dropOldest();
  }

  #dropOldest(): void {
    const [oldest] = this.#marks;
    if (oldest === undefined) return;
    this.#floor = Math.max(this.#floor, oldest[1]);
    this.#marks.delete(oldest[0]);
    this.#bytes -= markBytes(oldest[0]);
  }
}

function markBytes(key: string): number {
  return MARK_BYTES + textBytes(key);
}
