import type { Asset } from "../assets/schema.ts";
import { chooseBuild, type BuildReport, type Choice, type Rule } from "../resolve/choose.ts";
import { substituteBuild, type PlacedProblem } from "../resolve/tokens.ts";
import { expressedAsset } from "./expressed.ts";
import type { Facts } from "./facts.ts";

/** The one build a machine gets, ready to be fetched. */
export interface Resolved {
  readonly url: string;
  readonly sha512: string;
  readonly headers: Readonly<Record<string, string>> | null;
  /** Its place among the builds, from 0. */
  readonly build: number;
  /** Tokens that the facts do not fill; an agent would install nothing. */
  readonly unresolved: readonly PlacedProblem[];
}

export type Resolution =
  | { readonly outcome: "resolved"; readonly resolved: Resolved; readonly reports: readonly BuildReport[] }
  | {
      readonly outcome: "none";
      readonly reasons: readonly string[];
      readonly reports: readonly BuildReport[];
    };

/** The build an agent with these facts takes, by the rule of its release (contract §6). Pure. */
export function resolveAsset(asset: Asset, facts: Facts, rule: Rule): Resolution {
  const choosable = expressedAsset(asset);
  const choice = chooseBuild(choosable, facts, rule);
  const { reports } = choice;
  if (choice.outcome !== "chosen") return { outcome: "none", reasons: reasonsOf(choice), reports };
  const { index } = choice;
  const chosen = choosable.builds[index] ?? choosable;
  const { url, headers, problems } = substituteBuild(chosen, facts);
  const resolved = { url, sha512: chosen.sha512, headers, build: index, unresolved: problems };
  return { outcome: "resolved", resolved, reports };
}

/** Per build the filter that ruled it out, for people. */
function reasonsOf(choice: Exclude<Choice, { outcome: "chosen" }>): string[] {
  return choice.reports.flatMap(({ index, filters }) => {
    const last = filters.at(-1);
    if (last === undefined) return [];
    const why = "error" in last.verdict ? `fails: ${last.verdict.error.message}` : "is false";
    return [`build ${index}: ${last.filter} ${why}`];
  });
}
