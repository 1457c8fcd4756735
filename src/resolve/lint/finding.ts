export type LintRule =
  | "syntax"
  | "es5"
  | "assignment"
  | "unknown-name"
  | "unreported-value"
  | "unreachable-build"
  | "rules-differ"
  | "digest-case"
  | "header-comma"
  | "template"
  | "plain-http";

export interface Finding {
  rule: LintRule;
  /** The place in the asset: `builds.0.filters.1`. */
  where: string;
  /** What is wrong and what to do about it. */
  message: string;
}
