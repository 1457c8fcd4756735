import type { Budget } from "../../es5/budget.ts";
import { candidates, chooseFor, type Choosable } from "../choose.ts";
import { MAX_STEPS } from "../../es5/interpreter/interpreter.ts";
import type { FilterReader } from "../../es5/filter-reader.ts";
import type { Subject } from "../subject.ts";
import type { Findings } from "./finding.ts";
import { conditions } from "./tree.ts";

/** Work of looking for one condition of a build among those of another. */
const CONDITION_WORK = 4;

/** Finds builds no agent of 6.x reaches, because one before them asks for less. Throws BudgetExhausted. */
export function lintOrder(asset: Choosable, filters: FilterReader, findings: Findings): void {
  const wanted: ReadonlySet<string>[] = [];
  for (const [index, build] of candidates(asset).entries()) {
    const here = new Set((build.filters ?? []).flatMap((filter) => conditionsOf(filter, filters)));
    const wider = wanted.findIndex((earlier) => isPart(earlier, here, filters.budget));
    wanted.push(here);
    if (wider < 0) continue;
    const same = wanted[wider]?.size === here.size;
    const message = same
      ? `Build ${wider} has the same filters and comes first, so no agent takes this one. Remove one of them, or make their filters differ.`
      : `Build ${wider} asks for less and comes first, so agents of 6.x never take this one. Move it before build ${wider}.`;
    findings.add("unreachable-build", `builds.${index}`, message);
  }
}

function conditionsOf(filter: string, filters: FilterReader): string[] {
  const prepared = filters.read(filter);
  return "program" in prepared ? conditions(prepared.program, filters.budget) : [filter];
}

function isPart(part: ReadonlySet<string>, whole: ReadonlySet<string>, budget: Budget): boolean {
  budget.spend(CONDITION_WORK);
  for (const one of part) {
    budget.spend(CONDITION_WORK);
    if (!whole.has(one)) return false;
  }
  return true;
}

/**
 * Finds machines on which agents of 6.x and of 7.x take different builds, and those on which a filter takes too long to
 * know. Throws BudgetExhausted.
 */
export function lintRules(
  asset: Choosable,
  machines: ReadonlyMap<string, Subject>,
  findings: Findings,
): void {
  const differing = new Map<string, string[]>();
  const endless = new Map<number, string[]>();
  for (const [name, subject] of machines) {
    const first = chooseFor(subject, asset, "first");
    const specific = chooseFor(subject, asset, "most-specific");
    // Under this rule, nothing but a filter that takes too long is an error of the asset.
    if (specific.outcome === "error")
      endless.set(specific.index, [...(endless.get(specific.index) ?? []), name]);
    if (first.outcome !== "chosen" || specific.outcome !== "chosen" || first.index === specific.index)
      continue;
    const pair = `${first.index} ${specific.index}`;
    differing.set(pair, [...(differing.get(pair) ?? []), name]);
  }
  for (const [pair, names] of differing) {
    const [older, newer] = pair.split(" ");
    const message = `On ${someOf(names)} agents of 6.x take build ${older}, those of 7.x take this one, which has more filters. Move it before build ${older}.`;
    findings.add("rules-differ", `builds.${newer}`, message);
  }
  for (const [index, names] of endless) {
    const message = `On ${someOf(names)} a filter of this build takes more than ${MAX_STEPS} evaluation steps, so no build is found here, whatever agents do. Write it simpler.`;
    findings.add("budget", `builds.${index}`, message);
  }
}

function someOf(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
