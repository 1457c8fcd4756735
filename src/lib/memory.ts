/** Bounds of a memory; an isolate has 128 MB for everything. */
export interface MemoryLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** An entry of a memory. Keep it to `use` a value that is needed often without looking up its key. */
export interface Kept<V> {
  readonly key: string;
  /** Undefined once the entry is evicted. */
  value: V | undefined;
  readonly bytes: number;
  /** The number of moves in the memory when this entry was last moved to the end. */
  movedAt: number;
}

/**
 * Caches values by key, bounded by number and bytes; the least recently used is evicted first. The order is exact to an
 * eighth of the entries, because the most recent are not moved on each use.
 */
export class Memory<V> {
  readonly #limits: MemoryLimits;
  /** In order of use: a Map keeps the order in which keys were set. */
  readonly #kept = new Map<string, Kept<V>>();
  #bytes = 0;
  #moves = 0;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  get(key: string): Kept<V> | undefined {
    const kept = this.#kept.get(key);
    if (kept !== undefined) this.use(kept);
    return kept;
  }

  /** The value of an entry, counted as a use like `get`; undefined once it is evicted. */
  use(kept: Kept<V>): V | undefined {
    if (kept.value !== undefined && this.#moves - kept.movedAt > this.#kept.size / 8) {
      this.#kept.delete(kept.key);
      this.#kept.set(kept.key, kept);
      kept.movedAt = this.#moves += 1;
    }
    return kept.value;
  }

  /** A value too large for this memory is not kept. */
  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    if (bytes > this.#limits.bytes) return;
    this.#moves += 1;
    this.#kept.set(key, { key, value, bytes, movedAt: this.#moves });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    kept.value = undefined;
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
