import type { Budget } from "../../es5/budget.ts";
import { excerpt } from "../../lib/excerpt.ts";
import { substituteTokens } from "../tokens.ts";
import { QUOTED_CHARACTERS, type Findings, type LintRule } from "./finding.ts";

/** The parts of a build that are no filters. */
export interface Fields {
  url?: string | undefined;
  sha512?: string | undefined;
  headers?: Readonly<Record<string, string>> | null | undefined;
}

/**
 * Finds what is wrong with a build's url, digest and headers. `at` puts a member's name after the build's place. Throws
 * BudgetExhausted.
 */
export function lintFields(
  { url = "", sha512 = "", headers }: Fields,
  at: (member: string) => string,
  budget: Budget,
  findings: Findings,
): void {
  const add = (rule: LintRule, member: string, message: string) => findings.add(rule, at(member), message);
  if (/^http:/i.test(url)) {
    add(
      "plain-http",
      "url",
      "Anyone on the way can read the archive and its headers. Use https, if the server has it.",
    );
  }
  for (const problem of templateProblems(url, budget)) add("template", "url", problem);
  if (sha512.includes("{{")) {
    add(
      "template",
      "sha512",
      "Tokens are not filled in here, so the archive never verifies. Write the digest out.",
    );
  } else if (/[A-F]/.test(sha512)) {
    add(
      "digest-case",
      "sha512",
      "Agents of 5.x refuse a digest in upper case, those of 6.x install it twice. Write it in lower case.",
    );
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    const member = `headers.${name}`;
    if (value.includes(",")) {
      add(
        "header-comma",
        member,
        "Agents split the value at its commas and send each part as a separate header. Do without commas.",
      );
    }
    const broken = templateProblems(value, budget);
    for (const problem of broken) add("template", member, problem);
    if (value.includes("{{") && broken.length === 0) {
      add(
        "template",
        member,
        'Agents fill this in from their own facts; one that lacks them installs nothing. Add | default "...", or write the value out.',
      );
    }
  }
}

/** What agents could not read as a token. */
function templateProblems(text: string, budget: Budget): string[] {
  const result = substituteTokens(text, {}, budget);
  const problems = "problems" in result ? result.problems : [];
  return problems
    .filter(({ kind }) => kind === "unsupported")
    .map(
      ({ token }) =>
        `Agents read {{ as the start of a token, and ${token === "" ? "this" : `"${excerpt(token, QUOTED_CHARACTERS)}"`} is none. Write a token like {{ .labels.name }}, or do without {{ .`,
    );
}

/** Finds tokens in a filter: it is evaluated as written and filled in afterwards, which can only break the asset. */
export function lintFilterTemplate(where: string, filter: string, findings: Findings): void {
  if (!filter.includes("{{")) return;
  const message =
    "Agents fill in {{ in filters too, after they have evaluated them, and fail when they cannot. Do without {{ .";
  findings.add("template", where, message);
}
