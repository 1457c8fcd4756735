import { candidates, type Build, type Choosable } from "./choose.ts";
import { lintOrder, lintRules } from "./lint/builds.ts";
import { lintFields, lintFilterTemplate, type Fields } from "./lint/fields.ts";
import { lintFilter } from "./lint/filters.ts";
import type { Finding } from "./lint/finding.ts";

export type { Finding, LintRule } from "./lint/finding.ts";

/** An asset definition, or as much of it as there is to check. Filters are expressions, whatever form they were written in. */
export type LintableAsset = Choosable<Build & Fields>;

/** What is legal in an asset and yet wrong: each finding says where, and what to do. */
export function lintAsset(asset: LintableAsset): Finding[] {
  const builds = candidates<Build & Fields>(asset);
  const findings: Finding[] = [];
  for (const [index, build] of builds.entries()) {
    const at = (member: string) => (build === asset ? member : `builds.${index}.${member}`);
    for (const [place, filter] of (build.filters ?? []).entries()) {
      const where = at(`filters.${place}`);
      findings.push(...lintFilter(where, filter), ...lintFilterTemplate(where, filter));
    }
    findings.push(...lintFields(build, at));
  }
  findings.push(...lintOrder(asset), ...lintRules(asset));
  return findings;
}
