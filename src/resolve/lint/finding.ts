import type { Budget } from "../../es5/budget.ts";

/** `budget` says what was not checked, and why; the others say what is wrong. */
export type LintRule =
  | "unknown-member"
  | "syntax"
  | "es5"
  | "assignment"
  | "unknown-name"
  | "unreported-value"
  | "unreachable-build"
  | "rules-differ"
  | "digest-case"
  | "header-comma"
  | "template"
  | "plain-http"
  | "archive"
  | "budget";

/** Work of a finding, which is part of the answer. */
const FINDING_WORK = 2_000;
/** Characters of a name or a value that a message quotes. */
export const QUOTED_CHARACTERS = 200;

export interface Finding {
  rule: LintRule;
  /** The place in the asset: `builds.0.filters.1`. */
  where: string;
  /** What is wrong and what to do about it. */
  message: string;
}

/** The findings of one definition, each drawing on the budget of the request. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Throws BudgetExhausted. */
  add(rule: LintRule, where: string, message: string): void {
    this.#budget.spend(FINDING_WORK);
    this.list.push({ rule, where, message });
  }
}
