import * as answers from "../http/answers.ts";
import { oneOf } from "../http/parameters.ts";

/** The form of the filters in an answer; see `negotiateForm`. */
export function filterForm() {
  return oneOf(["expressions", "as-written"])
    .optional()
    .meta({
      description:
        "The form of the filters in the answer: `expressions` or `as-written`. When left out, clients written in Go, which cannot decode a map, get expressions.",
      examples: ["expressions"],
    });
}

/** Headers of every answer that holds assets, by how they came about. */
export const SERVED_HEADERS = ["Vary?", "X-Cache", "Age", "Server-Timing?", "Warning?"];

export const NO_NAMESPACE = answers.notFound(
  "The namespace does not exist.",
  "the namespace team-a does not exist",
);
