import type { Asset } from "../definitions/schema.ts";
import type { Budget } from "../es5/budget.ts";
import { chooseFor, reportsOnAll, type BuildReport, type Choice, type Rule } from "./choose.ts";
import { excerpt } from "../lib/excerpt.ts";
import type { Subject } from "./subject.ts";
import { substituteBuild, type BuildTokenProblem } from "./substitute-build.ts";
import { agentView, type AgentAsset } from "../definitions/agent-view.ts";
import type { Facts } from "./facts.ts";
import { missingFacts } from "./missing-facts.ts";

/** The one build a machine gets, ready to be fetched. */
export interface Resolved {
  readonly url: string;
  readonly sha512: string;
  readonly headers: Readonly<Record<string, string>> | null;
  /** Its place among the builds, from 0. */
  readonly build: number;
  /** Tokens that the facts cannot replace; with any of these an agent installs nothing. */
  readonly unresolved: readonly BuildTokenProblem[];
}

export type Resolution =
  | { readonly outcome: "resolved"; readonly resolved: Resolved }
  | { readonly outcome: "none"; readonly reasons: readonly string[] };

/** A resolution and the verdicts behind it: as long as the asset itself. */
export interface ExplainedResolution {
  readonly resolution: Resolution;
  readonly reports: readonly BuildReport[];
}

/** Characters of a filter and of its error in a reason, so that a hundred reasons stay readable. */
const FILTER_CHARACTERS = 200;
const ERROR_CHARACTERS = 200;

/**
 * The build an agent with these facts takes, by the rule of its release (contract §6). Throws BudgetExhausted when the
 * request's budget ends before it is known.
 */
export function resolveAsset(
  asset: Asset,
  { facts, subject }: { facts: Facts; subject: Subject },
  rule: Rule,
  budget: Budget,
): Resolution {
  const choosable = agentView(asset);
  return resolutionOf(chooseFor(subject, choosable, rule), choosable, facts, budget);
}

/** The same with a verdict on every build, also of those after the one that is taken. */
export function explainAsset(
  asset: Asset,
  { facts, subject }: { facts: Facts; subject: Subject },
  rule: Rule,
  budget: Budget,
): ExplainedResolution {
  const choosable = agentView(asset);
  const choice = chooseFor(subject, choosable, rule);
  const resolution = resolutionOf(choice, choosable, facts, budget);
  return { resolution, reports: reportsOnAll(subject, choosable, choice) };
}

function resolutionOf(choice: Choice, asset: AgentAsset, facts: Facts, budget: Budget): Resolution {
  if (choice.outcome !== "chosen") return { outcome: "none", reasons: reasonsOf(choice, facts) };
  const { index } = choice;
  const chosen = asset.builds[index] ?? asset;
  const { url, headers, problems } = substituteBuild(chosen, facts, budget);
  return {
    outcome: "resolved",
    resolved: { url, sha512: chosen.sha512, headers, build: index, unresolved: problems },
  };
}

/** Per build the filter that ruled it out, and the facts it asks for that were not given, for people. */
function reasonsOf(choice: Exclude<Choice, { outcome: "chosen" }>, facts: Facts): string[] {
  return choice.reports.flatMap(({ index, filters }) => {
    const last = filters.at(-1);
    if (last === undefined) return [];
    const { filter, verdict } = last;
    const why =
      "error" in verdict ? `fails: ${excerpt(verdict.error.message, ERROR_CHARACTERS)}` : "is false";
    const shown = excerpt(filter, FILTER_CHARACTERS);
    const missing = missingFacts(shown, facts).map((fact) => `${fact} was not given`);
    const hint = missing.length === 0 ? "" : ` (${missing.join(", ")})`;
    return [`build ${index}: ${shown} ${why}${hint}`];
  });
}
