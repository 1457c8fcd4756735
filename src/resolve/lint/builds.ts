import { candidates, chooseBuild, type Choosable } from "../choose.ts";
import type { Prepared } from "../evaluate.ts";
import { parseProgram } from "../syntax.ts";
import { PLATFORMS } from "../platforms.ts";
import type { Finding } from "./finding.ts";
import { conditions } from "./tree.ts";

/** Evaluation steps for all platforms together, under both rules. */
const MAX_STEPS = 200_000;

/** Builds no agent of 6.x comes to, because one before them asks for less. */
export function lintOrder(asset: Choosable): Finding[] {
  const findings: Finding[] = [];
  const wanted = candidates(asset).map(({ filters }) => new Set((filters ?? []).flatMap(conditionsOf)));
  for (const [index, conditionsHere] of wanted.entries()) {
    const wider = wanted
      .slice(0, index)
      .findIndex((earlier) => [...earlier].every((one) => conditionsHere.has(one)));
    if (wider < 0) continue;
    const same = wanted[wider]?.size === conditionsHere.size;
    const message = same
      ? `Build ${wider} has the same filters and comes first, so no agent takes this one. Remove one of them, or tell them apart.`
      : `Build ${wider} asks for less and comes first, so agents of 6.x never take this one. Move it before build ${wider}.`;
    findings.push({ rule: "unreachable-build", where: `builds.${index}`, message });
  }
  return findings;
}

function conditionsOf(filter: string): string[] {
  const parsed = parseProgram(filter);
  return "program" in parsed ? conditions(parsed.program) : [filter];
}

/** Machines on which agents of 6.x and of 7.x take different builds. */
export function lintRules(asset: Choosable): Finding[] {
  if (candidates(asset).length < 2) return [];
  let steps = MAX_STEPS;
  const prepared = new Map<string, Prepared>();
  const onSteps = (taken: number) => (steps -= taken);
  const machines = new Map<string, string[]>();
  for (const { name, entity } of PLATFORMS) {
    const first = chooseBuild(asset, entity, "first", { steps, onSteps, prepared });
    const specific = chooseBuild(asset, entity, "most-specific", { steps, onSteps, prepared });
    if (first.outcome !== "chosen" || specific.outcome !== "chosen" || first.index === specific.index)
      continue;
    const pair = `${first.index} ${specific.index}`;
    machines.set(pair, [...(machines.get(pair) ?? []), name]);
  }
  return [...machines].map(([pair, names]) => {
    const [older, newer] = pair.split(" ");
    const shown =
      names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
    const message = `On ${shown} agents of 6.x take build ${older}, those of 7.x take this one, which has more filters. Move it before build ${older}.`;
    return { rule: "rules-differ", where: `builds.${newer}`, message };
  });
}
