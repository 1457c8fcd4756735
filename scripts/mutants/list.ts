import { apply } from "./list/apply.ts";
import { commit } from "./list/commit.ts";
import { credentials } from "./list/credentials.ts";
import { filters } from "./list/filters.ts";
import { freshness } from "./list/freshness.ts";
import { grants } from "./list/grants.ts";
import type { Mutant } from "./mutant.ts";

/** Every mutant, by folder. */
export const MUTANTS: readonly Mutant[] = [
  ...grants,
  ...credentials,
  ...freshness,
  ...commit,
  ...apply,
  ...filters,
];
