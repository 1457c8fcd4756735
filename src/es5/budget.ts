/** Units of work in a step. Some steps cost more than others (a long text, a regular expression), so work is finer. */
export const WORK_PER_STEP = 32;

/** Pays for work that is about to be done; throws when there is not enough left. */
export type Spend = (work: number) => void;

/** Evaluation steps of one request, for all platforms, builds and filters it looks at together. */
export const REQUEST_STEPS = 200_000;
/** The same for a request about a set of up to 1,000 definitions; a thousand that are published take 400,000. */
export const SET_STEPS = 1_000_000;

/**
 * The work one request may still do. Everything a request does for filters draws on one budget: parsing,
 * evaluation, comparing builds. When it ends, the request fails with an error that names the budget.
 */
export class Budget {
  readonly steps: number;
  #left: number;

  constructor(steps: number = REQUEST_STEPS) {
    this.steps = steps;
    this.#left = steps * WORK_PER_STEP;
  }

  /** The work that is left; never negative. */
  get left(): number {
    return this.#left;
  }

  /** Steps taken so far, a started one included. */
  get taken(): number {
    return Math.ceil(this.steps - this.#left / WORK_PER_STEP);
  }

  /** Takes work off the budget. Throws BudgetExhausted when there is less left. */
  spend(work: number): void {
    if (work > this.#left) {
      this.#left = 0;
      throw new BudgetExhausted(this.steps);
    }
    this.#left -= work;
  }

  /**
   * Does work that may take at most `steps` of this budget, so that the rest stays for other work. Throws BudgetExhausted,
   * which says whether the share or the whole budget has ended.
   */
  share<T>(steps: number, work: () => T): T {
    const share = Math.min(steps * WORK_PER_STEP, this.#left);
    const rest = this.#left - share;
    this.#left = share;
    try {
      return work();
    } catch (error) {
      if (error instanceof BudgetExhausted && rest > 0)
        throw new BudgetExhausted(steps, "one of many assets");
      throw error;
    } finally {
      this.#left += rest;
    }
  }
}

/** The end of a budget: that of a request, or the share of a part of it. */
export class BudgetExhausted extends Error {
  constructor(steps: number, of = "one request") {
    super(`the filters take more than ${steps} evaluation steps, the budget of ${of}`);
    this.name = "BudgetExhausted";
  }
}
