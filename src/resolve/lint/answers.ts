import * as z from "zod";

/** What is legal in an asset and yet wrong. */
export const Finding = z
  .strictObject({
    rule: z
      .enum([
        "syntax",
        "es5",
        "assignment",
        "unknown-name",
        "unreported-value",
        "unreachable-build",
        "rules-differ",
        "digest-case",
        "header-comma",
        "template",
        "plain-http",
        "budget",
      ])
      .describe(
        "Which rule found it; `budget`: the request's evaluation steps ended before all was checked.",
      ),
    where: z.string().meta({ description: "The place in the asset.", examples: ["builds.0.filters.1"] }),
    message: z.string().describe("What is wrong, and what to do about it."),
  })
  .meta({ id: "Finding", description: "Something that is legal in an asset and yet wrong." });

/** The answer of lint. */
export const LintReport = z
  .strictObject({
    name: z.string().nullable().describe("The asset's name, if it has one."),
    warnings: z.array(Finding),
  })
  .meta({ id: "LintReport", description: "What lint found in an asset; an empty list is good news." });

/** A finding of lint. */
export const FINDING = {
  rule: "plain-http",
  where: "url",
  message: "Anyone on the way can read the archive and its headers. Use https, if the server has it.",
};
