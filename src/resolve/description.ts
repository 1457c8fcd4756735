import { oneOf } from "../http/parameters.ts";

// What the operations of this folder have in common, and the examples that describe them.

export function ruleParameter() {
  return oneOf(["first", "most-specific"], "first (agents of 6.x) or most-specific (7.x)")
    .default("first")
    .meta({
      description:
        "How a build is chosen: `first` is what agents of 6.x do, `most-specific` (the match with the most filters) those of 7.x.",
      examples: ["most-specific"],
    });
}

export const EXAMPLE_PATH = { name: "sensu/http-checks" };
/** Headers of answers that come from copies. */
export const SERVED = ["X-Cache", "Age", "Server-Timing?", "Warning?"];
export const MISMATCH =
  "no build of sensu/http-checks matches this machine: build 0: entity.system.os == 'linux' is false; build 1: entity.system.os == 'windows' is false";
export const MATCHLESS = "There is no such asset, or no build of it for this machine.";
export const EXHAUSTED =
  "sensu/http-checks cannot be resolved: the filters take more than 200000 evaluation steps, the budget of one request";
export const BAD_RULE = 'invalid rule "x": use first (agents of 6.x) or most-specific (7.x)';
export const BAD_FACT = 'unknown parameter "osx"; did you mean os?';
