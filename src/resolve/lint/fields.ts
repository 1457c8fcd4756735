import { substituteTokens } from "../tokens.ts";
import type { Finding } from "./finding.ts";

/** The parts of a build that are no filters. */
export interface Fields {
  url?: string | undefined;
  sha512?: string | undefined;
  headers?: Readonly<Record<string, string>> | null | undefined;
}

/** What is wrong with a build's url, digest and headers. `at` puts a member's name after the build's place. */
export function lintFields(
  { url = "", sha512 = "", headers }: Fields,
  at: (member: string) => string,
): Finding[] {
  const findings: Finding[] = [];
  if (/^http:/i.test(url)) {
    const message =
      "Anyone on the way can read the archive and its headers. Use https, if the server has it.";
    findings.push({ rule: "plain-http", where: at("url"), message });
  }
  findings.push(...lintTemplate(at("url"), url));
  if (sha512.includes("{{")) {
    const message = "Tokens are not filled in here, so the archive never verifies. Write the digest out.";
    findings.push({ rule: "template", where: at("sha512"), message });
  } else if (/[A-F]/.test(sha512)) {
    const message =
      "Agents of 5.x refuse a digest in upper case, those of 6.x install it twice. Write it in lower case.";
    findings.push({ rule: "digest-case", where: at("sha512"), message });
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    const where = at(`headers.${name}`);
    if (value.includes(",")) {
      const message =
        "Agents split the value at its commas and send each part as a header of its own. Do without commas.";
      findings.push({ rule: "header-comma", where, message });
    }
    findings.push(...lintHeaderTemplate(where, value));
  }
  return findings;
}

function lintTemplate(where: string, text: string): Finding[] {
  const result = substituteTokens(text, {});
  const bad = "problems" in result ? result.problems.filter(({ kind }) => kind === "unsupported") : [];
  return bad.map(({ token }) => ({
    rule: "template",
    where,
    message: `Agents read {{ as the start of a token, and ${token === "" ? "this" : `"${token}"`} is none. Write a token like {{ .labels.name }}, or do without {{ .`,
  }));
}

function lintHeaderTemplate(where: string, value: string): Finding[] {
  if (!value.includes("{{")) return [];
  const broken = lintTemplate(where, value);
  if (broken.length > 0) return broken;
  const message =
    'Agents fill this in from their own facts; one that lacks them installs nothing. Add | default "...", or write the value out.';
  return [{ rule: "template", where, message }];
}

/** A filter is evaluated as written and filled in afterwards, which can only break the asset. */
export function lintFilterTemplate(where: string, filter: string): Finding[] {
  if (!filter.includes("{{")) return [];
  const message =
    "Agents fill in {{ in filters too, after they have evaluated them, and fail when they cannot. Do without {{ .";
  return [{ rule: "template", where, message }];
}
