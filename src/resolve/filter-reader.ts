import type { Budget } from "./budget.ts";
import { prepare, type Prepared } from "./evaluate.ts";

/** What it takes to read a filter, each of its characters, and each slash, which may begin a regular expression. */
const FILTER_WORK = 128;
const CHARACTER_WORK = 8;
const SLASH_WORK = 64;
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

  read(expression: string): Prepared {
    const known = this.#known.get(expression);
    if (known !== undefined) return known;
    this.budget.spend(workOf(expression));
    const prepared = prepare(expression);
    if (this.#characters + expression.length > REMEMBERED) {
      this.#known.clear();
      this.#characters = 0;
    }
    this.#known.set(expression, prepared);
    this.#characters += expression.length;
    return prepared;
  }
}

function workOf(expression: string): number {
  const slashes = expression.split("/").length - 1;
  return FILTER_WORK + CHARACTER_WORK * expression.length + SLASH_WORK * slashes;
}
