import type { WrittenAsset } from "../../definitions/decode.ts";
import { invalid } from "../../errors.ts";
import type { Finding, Linter } from "./linter.ts";
import { agentView } from "../../definitions/agent-view.ts";

/** How many findings the message of a refusal quotes. */
const QUOTED = 20;

/** Lints an asset: legal mistakes, and what to do about each. One linter serves a whole request. */
export function findingsIn({ asset, unknown }: WrittenAsset, linter: Linter): Finding[] {
  return linter.lintOnce(asset, () => linter.lint(agentView(asset), unknown));
}

/** Refuses an asset with findings, naming them: what `strict=true` and `LINT=strict` ask for. */
export function refuseFindings(written: WrittenAsset, linter: Linter): void {
  const findings = findingsIn(written, linter);
  if (findings.length === 0) return;
  const quoted = findings.slice(0, QUOTED).map(({ where, message }) => `${where}: ${message}`);
  const more = findings.length > QUOTED ? [`and ${findings.length - QUOTED} more`] : [];
  throw invalid(`lint: ${[...quoted, ...more].join("; ")}`);
}

/** The header that says how many findings there are, 0 too: a definition without any was looked at. */
export function lintWarnings(count: number): Record<string, string> {
  return { "X-Lint-Warnings": String(count) };
}
