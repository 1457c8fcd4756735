import { Budget } from "../es5/budget.ts";
import { substituteTokens, type TokenProblem } from "./tokens.ts";

/** Work of looking through a header or a filter for tokens, whether it holds any or not. */
const ENTRY_WORK = 64;

/** The members of a build in which an agent replaces tokens. */
export interface BuildTexts {
  url?: string | undefined;
  filters?: readonly string[] | null | undefined;
  headers?: Readonly<Record<string, string>> | null | undefined;
}

export interface BuildTokenProblem extends TokenProblem {
  /** `url`, `headers.<name>` or `filters.<index>`. */
  where: string;
}

export interface SubstitutedBuild {
  url: string;
  headers: Record<string, string> | null;
  /** With any of these an agent installs nothing. Texts with such a token are left as written. */
  problems: BuildTokenProblem[];
}

/**
 * Replaces the tokens in the url and the headers of a build. An agent replaces those in its filters as well, after it
 * has evaluated them, so a token in a filter can break the asset too; `sha512` is left alone. Throws BudgetExhausted.
 */
export function substituteBuild(
  { url = "", filters, headers }: BuildTexts,
  facts: unknown,
  budget: Budget = new Budget(),
): SubstitutedBuild {
  const problems: BuildTokenProblem[] = [];
  const substitute = (where: string, text: string): string => {
    budget.spend(ENTRY_WORK);
    const result = substituteTokens(text, facts, budget);
    if ("text" in result) return result.text;
    for (const problem of result.problems) problems.push({ ...problem, where });
    return text;
  };
  const entries = Object.entries(headers ?? {}).map(([name, value]) => [
    name,
    substitute(`headers.${name}`, value),
  ]);
  for (const [index, filter] of (filters ?? []).entries()) substitute(`filters.${index}`, filter);
  return {
    url: substitute("url", url),
    headers: headers === null || headers === undefined ? null : Object.fromEntries(entries),
    problems,
  };
}
