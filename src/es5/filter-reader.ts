import type { Budget } from "./budget.ts";
import { prepare, type Prepared } from "./evaluate.ts";

/** Work of starting on a filter. */
const FILTER_WORK = 128;
/** Characters of filters whose trees are kept: those of the largest definition. A tree is fifty times as large as its text. */
const REMEMBERED = 512_000;

/** Parses the filters of one request, each once as a rule, and draws the work from the request's budget. */
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
