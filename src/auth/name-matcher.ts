import type { Meter } from "../lib/meter.ts";
import { compileGlob, matchesGlob, type Glob } from "../lib/glob.ts";
import { coversCollection, type Grant, type Need } from "./grants.ts";

/** Steps of looking at one grant. */
const GRANT_STEPS = 8;

/**
 * Answers as `allows` does, for requests that ask about many names: the globs are compiled once, and what it takes is
 * drawn from the request's meter. It answers past the budget too; the caller ends its work where the meter is spent.
 */
export class NameMatcher {
  readonly #grants: readonly { readonly grant: Grant; readonly glob: Glob | null }[];
  readonly #meter: Meter;

  constructor(grants: readonly Grant[], meter: Meter) {
    this.#grants = grants.map((grant) => ({
      grant,
      glob: grant.names === null ? null : compileGlob(grant.names),
    }));
    this.#meter = meter;
  }

  allows(need: Need & { readonly name: string }): boolean {
    return this.#grants.some(({ grant, glob }) => {
      this.#meter.spend(GRANT_STEPS);
      return coversCollection(grant, need) && (glob === null || matchesGlob(glob, need.name, this.#meter));
    });
  }
}
