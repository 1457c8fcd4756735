/** What an isolate's memory may take up; it has 128 MB for everything. */
export interface MemoryLimits {
  readonly entries: number;
  readonly bytes: number;
}

interface Kept<V> {
  readonly value: V;
  readonly bytes: number;
}

/** Values by key, bounded by number and bytes; the least recently used goes first. */
export class Memory<V> {
  readonly #limits: MemoryLimits;
  /** In order of use: a Map keeps the order in which keys were set. */
  readonly #kept = new Map<string, Kept<V>>();
  #bytes = 0;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  get(key: string): V | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.value;
  }

  /** A value too large for this memory is not kept. */
  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    if (bytes > this.#limits.bytes) return;
    this.#kept.set(key, { value, bytes });
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
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
