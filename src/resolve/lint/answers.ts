import * as z from "zod";
import { answerSchema } from "../../lib/schema-ref.ts";

/** A mistake in an asset that is legal. */
export const Finding = answerSchema(
  "Finding",
  "A mistake in an asset that is legal, so it can be written.",
  () =>
    z.strictObject({
      rule: z
        .enum([
          "unknown-member",
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
          "archive",
          "budget",
        ])
        .describe(
          "Which rule found it; `budget`: the request's evaluation steps ended before all was checked.",
        ),
      where: z.string().meta({ description: "The place in the asset.", examples: ["builds.0.filters.1"] }),
      message: z.string().describe("What is wrong, and what to do about it."),
    }),
);

/** The answer of lint. */
export const LintReport = answerSchema(
  "LintReport",
  "What lint found in an asset; an empty list is good news.",
  () =>
    z.strictObject({
      name: z.string().nullable().describe("The asset's name, if it has one."),
      warnings: z.array(Finding.zod),
    }),
);

/** A finding of lint. */
export const FINDING = {
  rule: "plain-http",
  where: "url",
  message: "Anyone on the way can read the archive and its headers. Use https, if the server has it.",
};
