// How much is generated: little for everybody who runs the tests, much in the nightly workflow.
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether the tests take the time that a night has: `NIGHTLY=true npm test`. */
    nightly: boolean;
  }
}

export const NIGHTLY = inject("nightly");

/** How many times as much is generated at night. */
const NIGHTLY_FACTOR = 20;

/** How often a property is tried by default; at night twenty times as often. */
export function runs(count: number): number {
  return NIGHTLY ? count * NIGHTLY_FACTOR : count;
}
