import type { Asset } from "../../definitions/schema.ts";
import { invalid } from "../../errors.ts";
import type { Finding, Linter } from "./linter.ts";
import { agentView } from "../../definitions/agent-view.ts";

/** Findings named in the message of a refusal at the most. */
const SHOWN = 20;

/** What is legal in an asset and yet wrong, and what to do about it. One linter serves a whole request. */
export function findingsIn(asset: Asset, linter: Linter): Finding[] {
  return linter.lint(agentView(asset));
}

/** Refuses an asset with findings, naming them: what `strict=true` and `LINT=strict` ask for. */
export function refuseFindings(asset: Asset, linter: Linter): void {
  const findings = findingsIn(asset, linter);
  if (findings.length === 0) return;
  const shown = findings.slice(0, SHOWN).map(({ where, message }) => `${where}: ${message}`);
  const more = findings.length > SHOWN ? [`and ${findings.length - SHOWN} more`] : [];
  throw invalid(`lint: ${[...shown, ...more].join("; ")}`);
}
