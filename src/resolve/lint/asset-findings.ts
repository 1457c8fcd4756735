import type { Asset } from "../../definitions/schema.ts";
import { invalid } from "../../errors.ts";
import type { Finding, Linter } from "./linter.ts";
import { agentView } from "../../definitions/agent-view.ts";

/** How many findings the message of a refusal quotes. */
const QUOTED = 20;

/** Finds what is legal in an asset and yet wrong. One linter serves a whole request. */
export function findingsIn(asset: Asset, linter: Linter): Finding[] {
  return linter.lint(agentView(asset));
}

/** Throws `invalid` for an asset with findings: what `strict=true` and `LINT=strict` ask for. */
export function refuseFindings(asset: Asset, linter: Linter): void {
  const findings = findingsIn(asset, linter);
  if (findings.length === 0) return;
  const quoted = findings.slice(0, QUOTED).map(({ where, message }) => `${where}: ${message}`);
  const more = findings.length > QUOTED ? [`and ${findings.length - QUOTED} more`] : [];
  throw invalid(`lint: ${[...quoted, ...more].join("; ")}`);
}
