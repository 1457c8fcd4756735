/** The last commit of each key, by its seq. A Map is one. */
export interface LastCommits extends Iterable<readonly [string, number]> {
  readonly size: number;
  get(key: string): number | undefined;
}

/** Keys of the upper layer at which it becomes part of the lower. */
const UPPER_KEYS = 100;

/**
 * Last commits that are extended by a few at a time, thousands of times: what is extended stays as it was, and only the
 * small upper layer of two is copied. Where both have a key, the upper has its later commit.
 */
export class LayeredCommits implements LastCommits {
  readonly size: number;
  readonly #lower: ReadonlyMap<string, number>;
  readonly #upper: ReadonlyMap<string, number>;

  private constructor(lower: ReadonlyMap<string, number>, upper: ReadonlyMap<string, number>, size: number) {
    this.size = size;
    this.#lower = lower;
    this.#upper = upper;
  }

  /** The last commits among these. */
  static of(commits: Iterable<readonly [string, number]>): LayeredCommits {
    const lower = new Map<string, number>();
    for (const [key, seq] of commits) if (seq > (lower.get(key) ?? 0)) lower.set(key, seq);
    return new LayeredCommits(lower, new Map(), lower.size);
  }

  /** The last commits among these and those. */
  with(commits: Iterable<readonly [string, number]>): LayeredCommits {
    const upper = new Map(this.#upper);
    let { size } = this;
    for (const [key, seq] of commits) {
      const known = this.get(key);
      if (known === undefined && !upper.has(key)) size += 1;
      if (seq > (upper.get(key) ?? known ?? 0)) upper.set(key, seq);
    }
    if (upper.size <= UPPER_KEYS) return new LayeredCommits(this.#lower, upper, size);
    return new LayeredCommits(new Map([...this.#lower, ...upper]), new Map(), size);
  }

  get(key: string): number | undefined {
    return this.#upper.get(key) ?? this.#lower.get(key);
  }

  *[Symbol.iterator](): Generator<[string, number]> {
    for (const entry of this.#lower) if (!this.#upper.has(entry[0])) yield entry;
    yield* this.#upper;
  }
}
