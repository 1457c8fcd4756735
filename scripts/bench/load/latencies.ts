/** Latencies in milliseconds, and what half and nearly all of them do not exceed. */
export class Latencies {
  #values = new Float64Array(65_536);
  #count = 0;

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = milliseconds;
    this.#count += 1;
  }

  summary(): { p50: number; p99: number } {
    const sorted = this.#values.subarray(0, this.#count).sort();
    const at = (share: number) => sorted[Math.min(this.#count - 1, Math.floor(share * this.#count))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
