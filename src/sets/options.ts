import type { WrittenAsset } from "../definitions/decode.ts";
import { Budget, SET_STEPS } from "../es5/budget.ts";
import { invalid } from "../errors.ts";
import type { QueryOf } from "../http/query.ts";
import { lintWarnings } from "../resolve/lint/asset-findings.ts";
import { Linter } from "../resolve/lint/linter.ts";
import type { ArchiveStates } from "./archive-states.ts";
import type { planQuery } from "./description.ts";
import { countFindings, type ApplyService, type PlanOptions } from "./service.ts";

/** What plan and apply call. */
export interface Uses {
  readonly apply: ApplyService;
  readonly archives: ArchiveStates;
  readonly settings: { readonly lint: "count" | "strict" };
}

/** How a request wants its set planned, with the linter that it has to itself. */
export function optionsOf(query: QueryOf<typeof planQuery>, { settings }: Uses): PlanOptions {
  const { labelSelector } = query;
  if (labelSelector.some((selector) => selector.trim() === ""))
    throw invalid("labelSelector is empty; leave it out if every asset is to be considered");
  return {
    labelSelector,
    prune: query.prune,
    maxDelete: query.max_delete ?? null,
    strict: query.strict || settings.lint === "strict",
    linter: new Linter(new Budget(SET_STEPS)),
  };
}

/** The header with the number of findings in these definitions, whether the answer shows them or not. */
export function lintOf(definitions: Iterable<WrittenAsset>, { linter }: PlanOptions): Record<string, string> {
  return lintWarnings(countFindings(definitions, linter));
}
