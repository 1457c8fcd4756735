import { Budget, BudgetExhausted } from "../../es5/budget.ts";
import { candidates, type Build, type Choosable } from "../choose.ts";
import { FilterReader } from "../../es5/filter-reader.ts";
import { lintOrder, lintRules } from "./builds.ts";
import { lintFields, lintFilterTemplate, type Fields } from "./fields.ts";
import { lintFilter } from "./filters.ts";
import type { UnknownMember } from "../../definitions/unknown-members.ts";
import { Findings, type Finding } from "./finding.ts";
import { lintMembers } from "./members.ts";
import { PLATFORMS } from "../platforms.ts";
import { Subject } from "../subject.ts";

export type { Finding, LintRule } from "./finding.ts";

/** An asset definition, or as much of it as there is to check. Filters are expressions, whatever form they were written in. */
export type LintableAsset = Choosable<Build & Fields>;

/** Lints the definitions of one request, which share its budget and their parsed filters. */
export class Linter {
  /** Shared with the request's other checks, so that each filter is parsed once. */
  readonly filters: FilterReader;
  readonly #known = new WeakMap<object, Finding[]>();
  #machines: ReadonlyMap<string, Subject> | null = null;

  constructor(budget: Budget = new Budget()) {
    this.filters = new FilterReader(budget);
  }

  /**
   * Finds mistakes in an asset that are legal; each finding says where, and what to do. Where the budget ends, the
   * last finding says that the rest was not checked.
   */
  lint(asset: LintableAsset, unknown: readonly UnknownMember[] = []): Finding[] {
    const findings = new Findings(this.filters.budget);
    try {
      lintMembers(unknown, this.filters.budget, findings);
      this.#check(asset, findings);
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      findings.list.push(unfinished(asset, error));
    }
    return findings.list;
  }

  /** The findings of a definition, which this linter checks once however often it is asked. */
  lintOnce(definition: object, lint: () => Finding[]): Finding[] {
    const findings = this.#known.get(definition) ?? lint();
    this.#known.set(definition, findings);
    return findings;
  }

  #check(asset: LintableAsset, findings: Findings): void {
    const { budget } = this.filters;
    const builds = candidates<Build & Fields>(asset);
    for (const [index, build] of builds.entries()) {
      const at = (member: string) => (build === asset ? member : `builds.${index}.${member}`);
      for (const [place, filter] of (build.filters ?? []).entries()) {
        const where = at(`filters.${place}`);
        lintFilter(where, filter, this.filters, findings);
        lintFilterTemplate(where, filter, findings);
      }
      lintFields(build, at, budget, findings);
    }
    lintOrder(asset, this.filters, findings);
    if (builds.length < 2) return;
    this.#machines ??= machines(this.filters);
    lintRules(asset, this.#machines, findings);
  }
}

function machines(filters: FilterReader): ReadonlyMap<string, Subject> {
  return new Map(PLATFORMS.map(({ name, entity }) => [name, new Subject(entity, filters)]));
}

function unfinished(asset: LintableAsset, { message }: BudgetExhausted): Finding {
  return {
    rule: "budget",
    where: candidates(asset)[0] === asset ? "filters" : "builds",
    message: `This was not checked to the end: ${message}. Lint it by itself, or give it fewer or simpler filters.`,
  };
}

/** Lints one asset, with a new budget. */
export function lintAsset(asset: LintableAsset): Finding[] {
  return new Linter().lint(asset);
}
