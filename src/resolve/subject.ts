import { judge, newFacts, type Facts, type Verdict } from "../es5/evaluate.ts";
import { factCount } from "./fact-count.ts";
import type { FilterReader } from "../es5/filter-reader.ts";

/** Work of converting each fact, and of looking up a verdict that is known already. */
const FACT_WORK = 64;
const LOOKUP_WORK = 4;
/** Verdicts that are cached: one for each filter of the largest definition. */
const CACHED_VERDICTS = 5_000;

/** Evaluates filters for one machine and caches their verdicts: a request may ask for many assets. */
export class Subject {
  readonly #entity: unknown;
  readonly #facts: number;
  readonly #filters: FilterReader;
  /** Verdicts on the unchanged facts: the same expression stands in many builds. */
  readonly #known = new Map<string, Verdict>();
  #current: Facts | null = null;

  constructor(entity: unknown, filters: FilterReader) {
    this.#entity = entity;
    this.#facts = factCount(entity);
    this.#filters = filters;
  }

  /** Discards what filters wrote to the facts: only those of the same build see it. */
  renew(): void {
    if (this.#current?.changed === true) this.#current = null;
  }

  /** Converts the facts, if they have to be: the work is then not that of the next filter. Throws BudgetExhausted. */
  prepare(): void {
    this.renew();
    this.#current ??= this.#newFacts();
  }

  /** Evaluates a filter. Throws BudgetExhausted when the request's budget ends first. */
  verdictOn(filter: string): Verdict {
    const { budget } = this.#filters;
    this.#current ??= this.#newFacts();
    const facts = this.#current;
    const known = facts.changed ? undefined : this.#known.get(filter);
    budget.spend(LOOKUP_WORK);
    if (known !== undefined) return known;
    const verdict = judge(this.#filters.read(filter), facts, budget);
    if (!facts.changed) {
      if (this.#known.size >= CACHED_VERDICTS) this.#known.clear();
      this.#known.set(filter, verdict);
    }
    return verdict;
  }

  #newFacts(): Facts {
    this.#filters.budget.spend(FACT_WORK * this.#facts);
    return newFacts(this.#entity);
  }
}
