import type { Budget } from "./budget.ts";
import { prepare, type Prepared } from "./evaluate.ts";

/** What it takes to begin with a filter. */
const FILTER_WORK = 128;
/** Characters of filters that are remembered as read: as many as the largest definition has. Their trees take fifty times that. */
const REMEMBERED = 512_000;

/** Reads the filters of one request, each once as a rule, and draws what that takes from the request's budget. */
export class FilterReader {
  readonly budget: Budget;
  readonly #known = new Map<string, Prepared>();
  #characters = 0;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** Throws BudgetExhausted when the request's budget ends before the text does. */
  read(expression: string): Prepared {
    const known = this.#known.get(expression);
    if (known !== undefined) return known;
    this.budget.spend(FILTER_WORK);
    const prepared = prepare(expression, this.budget);
    if (this.#characters + expression.length > REMEMBERED) {
      this.#known.clear();
      this.#characters = 0;
    }
    this.#known.set(expression, prepared);
    this.#characters += expression.length;
    return prepared;
  }
}
