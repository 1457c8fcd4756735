/** What was replayed and what was skipped, for the summary line. */
export class ReplayCounts {
  #commands = 0;
  readonly #requests = new Map<string, number>();
  readonly #skipped = new Map<string, number>();

  command(): void {
    this.#commands += 1;
  }

  replay(rule: string): void {
    this.#requests.set(rule, (this.#requests.get(rule) ?? 0) + 1);
  }

  skip(rule: string, times: number): void {
    this.#skipped.set(rule, (this.#skipped.get(rule) ?? 0) + times);
  }

  summary(): string {
    const requests = [...this.#requests.values()].reduce((sum, times) => sum + times, 0);
    const shown = (counts: ReadonlyMap<string, number>) => JSON.stringify(Object.fromEntries(counts));
    return (
      `sensuctl: ${this.#commands} commands with ${requests} requests replayed: ${shown(this.#requests)}; ` +
      `skipped: ${shown(this.#skipped)}`
    );
  }
}
