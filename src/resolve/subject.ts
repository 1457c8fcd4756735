import { judge, newFacts, type Facts, type Verdict } from "../es5/evaluate.ts";
import { factCount } from "./fact-count.ts";
import type { FilterReader } from "../es5/filter-reader.ts";

/** What each fact takes when the facts are made, and what a verdict takes that is known already. */
const FACT_WORK = 64;
const LOOKUP_WORK = 4;
/** Verdicts that are remembered: as many as the largest definition has filters. */
const REMEMBERED = 5_000;

/** The machine that filters are judged for, with the verdicts known so far. One request may ask for many assets. */
export class Subject {
  readonly #entity: unknown;
  readonly #facts: number;
  readonly #filters: FilterReader;
  /** On the facts as they came: the same expression stands in many builds. */
  readonly #known = new Map<string, Verdict>();
  #current: Facts | null = null;

  constructor(entity: unknown, filters: FilterReader) {
    this.#entity = entity;
    this.#facts = factCount(entity);
    this.#filters = filters;
  }

  /** Forgets what filters wrote to the facts: those of one build see it, and no others. */
  renew(): void {
    if (this.#current?.changed === true) this.#current = null;
  }

  /** Throws BudgetExhausted when the request's budget ends before the filter does. */
  verdictOn(filter: string): Verdict {
    const { budget } = this.#filters;
    this.#current ??= this.#newFacts();
    const facts = this.#current;
    const known = facts.changed ? undefined : this.#known.get(filter);
    budget.spend(LOOKUP_WORK);
    if (known !== undefined) return known;
    const verdict = judge(this.#filters.read(filter), facts, budget);
    if (!facts.changed) {
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(filter, verdict);
    }
    return verdict;
  }

  #newFacts(): Facts {
    this.#filters.budget.spend(FACT_WORK * this.#facts);
    return newFacts(this.#entity);
  }
}
