import { Budget, BudgetExhausted } from "../es5/budget.ts";
import type { FilterError, Verdict } from "../es5/evaluate.ts";
import { FilterReader } from "../es5/filter-reader.ts";
import { Subject } from "./subject.ts";

/** What is chosen from. Filters are expressions here, whatever form they were written in. */
export interface Build {
  filters?: readonly string[] | null;
}

/** An asset: builds, or in their absence (or emptiness) the asset itself as the only one. */
export type Choosable<B extends Build = Build> = B & { builds?: readonly B[] | null };

/** `first` is what agents of 6.x do (contract §6.2); `most-specific`, the match with the most filters, those of 7.x. */
export type Rule = "first" | "most-specific";

export interface FilterReport {
  filter: string;
  verdict: Verdict;
}

/** The verdicts on a build: its filters up to the first that is not true. */
export interface BuildReport {
  /** The place among the builds, from 0; an asset without builds is its own build 0. */
  index: number;
  /** Whether its filters are all true; `null`: not looked at, since an earlier build had settled the matter. */
  matches: boolean | null;
  filters: FilterReport[];
}

export type Choice =
  | { outcome: "chosen"; index: number; reports: BuildReport[] }
  | { outcome: "none"; reports: BuildReport[] }
  | { outcome: "error"; index: number; filter: string; error: FilterError; reports: BuildReport[] };

/** Chooses the build an agent with these facts takes, with a budget for this choice alone unless one is given. */
export function chooseBuild(
  asset: Choosable,
  entity: unknown,
  rule: Rule = "first",
  budget: Budget = new Budget(),
): Choice {
  return chooseFor(new Subject(entity, new FilterReader(budget)), asset, rule);
}

/**
 * Chooses the build a machine takes. A filter that fails stops the whole asset under `first`; under `most-specific` it only
 * rules its build out. One that takes too long stops it under either: it says nothing about its build. Throws
 * BudgetExhausted when the request's budget ends.
 */
export function chooseFor(subject: Subject, asset: Choosable, rule: Rule): Choice {
  const reports: BuildReport[] = [];
  let best: { index: number; filters: number } | null = null;
  for (const [index, { filters }] of candidates(asset).entries()) {
    if (rule === "first" && best !== null) {
      reports.push({ index, matches: null, filters: [] });
      continue;
    }
    const report = examine(subject, index, filters ?? []);
    reports.push(report);
    const last = report.filters.at(-1);
    if (last !== undefined && "error" in last.verdict) {
      const { error } = last.verdict;
      if (rule === "first" || error.kind === "budget")
        return { outcome: "error", index, filter: last.filter, error, reports };
    }
    const count = filters?.length ?? 0;
    if (report.matches === true && (best === null || count > best.filters)) best = { index, filters: count };
  }
  return best === null ? { outcome: "none", reports } : { outcome: "chosen", index: best.index, reports };
}

/**
 * The reports of a choice with those of the builds that it did not look at, whose filters then are judged for people
 * alone. Where the request's budget ends, the rest stays as it was: not looked at.
 */
export function reportsOnAll(subject: Subject, asset: Choosable, { reports }: Choice): BuildReport[] {
  const all: BuildReport[] = [];
  let isSpent = false;
  for (const [index, { filters }] of candidates(asset).entries()) {
    const known = reports[index];
    if (known !== undefined && known.matches !== null) {
      all.push(known);
      continue;
    }
    const report: BuildReport | null = isSpent ? null : examineWithin(subject, index, filters ?? []);
    isSpent = report === null;
    all.push(report ?? { index, matches: null, filters: [] });
  }
  return all;
}

/** Null when the request's budget ends first. */
function examineWithin(subject: Subject, index: number, filters: readonly string[]): BuildReport | null {
  try {
    return examine(subject, index, filters);
  } catch (error) {
    if (error instanceof BudgetExhausted) return null;
    throw error;
  }
}

/** The builds, or the asset itself where there are none: builds, when there are any, replace the top level. */
export function candidates<B extends Build>(asset: Choosable<B>): readonly B[] {
  const { builds } = asset;
  return builds === null || builds === undefined || builds.length === 0 ? [asset] : builds;
}

function examine(subject: Subject, index: number, filters: readonly string[]): BuildReport {
  subject.renew();
  const report: BuildReport = { index, matches: true, filters: [] };
  for (const filter of filters) {
    const verdict = subject.verdictOn(filter);
    report.filters.push({ filter, verdict });
    if ("error" in verdict || !verdict.value) {
      report.matches = false;
      break;
    }
  }
  return report;
}
