/** Counts the work of one request against its budget, in steps of about a nanosecond. */
export class Meter {
  readonly budget: number;
  #spent = 0;

  constructor(budget: number) {
    this.budget = budget;
  }

  spend(steps: number): void {
    this.#spent += steps;
  }

  get spent(): number {
    return this.#spent;
  }

  get isSpent(): boolean {
    return this.#spent > this.budget;
  }
}
