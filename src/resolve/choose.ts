import {
  judge,
  newFacts,
  prepare,
  type EvaluationOptions,
  type Facts,
  type FilterError,
  type Prepared,
  type Verdict,
} from "./evaluate.ts";

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

/** What was found out about a build: the filters up to the first that is not true. */
export interface BuildReport {
  /** The place among the builds, from 0; an asset without builds is its own build 0. */
  index: number;
  /** `null`: not looked at, an earlier build had settled the matter. */
  matches: boolean | null;
  filters: FilterReport[];
}

export type Choice =
  | { outcome: "chosen"; index: number; reports: BuildReport[] }
  | { outcome: "none"; reports: BuildReport[] }
  | { outcome: "error"; index: number; filter: string; error: FilterError; reports: BuildReport[] };

/** Evaluation steps for all filters of an asset together; each has its own limit as well. */
const MAX_STEPS_PER_ASSET = 100_000;

export interface ChoiceOptions extends EvaluationOptions {
  /** Filters already read, by their text; those met on the way are added. */
  prepared?: Map<string, Prepared>;
}

interface Session {
  entity: unknown;
  facts: Facts;
  steps: number;
  /** Verdicts on the facts as they came: the same expression stands in many builds. */
  known: Map<string, Verdict>;
  prepared: Map<string, Prepared>;
}

/**
 * The build an agent with these facts takes. A filter that fails stops the whole asset under `first`; under
 * `most-specific` it only rules its build out.
 */
export function chooseBuild(
  asset: Choosable,
  entity: unknown,
  rule: Rule = "first",
  options: ChoiceOptions = {},
): Choice {
  const steps = Math.min(options.steps ?? MAX_STEPS_PER_ASSET, MAX_STEPS_PER_ASSET);
  const { prepared = new Map<string, Prepared>() } = options;
  const session = { entity, facts: newFacts(entity), steps, known: new Map<string, Verdict>(), prepared };
  const choice = choose(session, candidates(asset), rule);
  options.onSteps?.(steps - session.steps);
  return choice;
}

function choose(session: Session, builds: readonly Build[], rule: Rule): Choice {
  const reports: BuildReport[] = [];
  let best: { index: number; filters: number } | null = null;
  for (const [index, { filters }] of builds.entries()) {
    if (rule === "first" && best !== null) {
      reports.push({ index, matches: null, filters: [] });
      continue;
    }
    const report = examine(session, index, filters ?? []);
    reports.push(report);
    const last = report.filters.at(-1);
    if (rule === "first" && last !== undefined && "error" in last.verdict) {
      return { outcome: "error", index, filter: last.filter, error: last.verdict.error, reports };
    }
    const count = filters?.length ?? 0;
    if (report.matches === true && (best === null || count > best.filters)) best = { index, filters: count };
  }
  return best === null ? { outcome: "none", reports } : { outcome: "chosen", index: best.index, reports };
}

/** The builds, or the asset itself where there are none: builds, when there are any, replace the top level. */
export function candidates<B extends Build>(asset: Choosable<B>): readonly B[] {
  const { builds } = asset;
  return builds === null || builds === undefined || builds.length === 0 ? [asset] : builds;
}

function examine(session: Session, index: number, filters: readonly string[]): BuildReport {
  if (session.facts.changed) session.facts = newFacts(session.entity);
  const report: BuildReport = { index, matches: true, filters: [] };
  for (const filter of filters) {
    const verdict = lookAt(session, filter);
    report.filters.push({ filter, verdict });
    if ("error" in verdict || !verdict.value) {
      report.matches = false;
      break;
    }
  }
  return report;
}

function lookAt(session: Session, filter: string): Verdict {
  const { facts, known, prepared, steps } = session;
  const before = facts.changed ? undefined : known.get(filter);
  if (before !== undefined) return before;
  const ready = prepared.get(filter) ?? prepare(filter);
  prepared.set(filter, ready);
  const verdict = judge(ready, facts, { steps, onSteps: (taken) => (session.steps -= taken) });
  if (!facts.changed) known.set(filter, verdict);
  return verdict;
}
