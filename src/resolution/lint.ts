import type { Asset } from "../assets/schema.ts";
import { invalid } from "../errors.ts";
import type { Finding, Linter } from "../resolve/lint.ts";
import { expressedAsset } from "./expressed.ts";

/** Findings named in the message of a refusal at the most. */
const SHOWN = 20;

/** What is legal in an asset and yet wrong, and what to do about it. One linter serves a whole request. */
export function findingsIn(asset: Asset, linter: Linter): Finding[] {
  return linter.lint(expressedAsset(asset));
}

/** Refuses an asset with findings, naming them: what `strict=true` and `LINT=strict` ask for. */
export function refuseFindings(asset: Asset, linter: Linter): void {
  const findings = findingsIn(asset, linter);
  if (findings.length === 0) return;
  const shown = findings.slice(0, SHOWN).map(({ where, message }) => `${where}: ${message}`);
  const more = findings.length > SHOWN ? [`and ${findings.length - SHOWN} more`] : [];
  throw invalid(`lint: ${[...shown, ...more].join("; ")}`);
}
