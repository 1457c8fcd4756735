// Makes of a program the longest filter that keeps within its own steps: what runs out ends an asset, what does not goes on to the next.
import { evaluate } from "../../../src/es5/evaluate.ts";
import type { Program } from "./named.ts";

export const ENTITY = {
  name: "web-1",
  labels: { region: "eu" },
  annotations: {},
  subscriptions: ["linux", "web", "eu"],
  system: {
    os: "linux",
    arch: "amd64",
    platform: "ubuntu",
    platform_family: "debian",
    platform_version: "22.04",
  },
};

export interface Calibrated {
  readonly name: string;
  /** A filter that is false; each number makes another text of it. */
  readonly filter: (number: number) => string;
  readonly steps: number;
  /** CPU time of one evaluation in milliseconds. */
  readonly ms: number;
}

const FILTER_CHARACTERS = 2_000;

/** Null for a program that is too long for a filter. */
export function calibrate({ name, setup, step }: Program): Calibrated | null {
  const times = (count: number) => (number: number) =>
    `${number};${setup}for(var i=0;i<${count};i++){${step}}false`;
  if (times(9_999)(99_999).length > FILTER_CHARACTERS) return null;
  let most = 0;
  for (let add = 4_096; add >= 1; add /= 2) if (keepsWithin(times(most + add)(0))) most += add;
  // A program that ends in nothing but its setup and one step is worth a look as well.
  const filter = times(Math.max(1, most));
  const steps = stepsOf(filter(0));
  let ms = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    evaluate(filter(round), ENTITY);
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1_000);
  }
  return { name, filter, steps, ms };
}

function keepsWithin(text: string): boolean {
  const verdict = evaluate(text, ENTITY);
  return !("error" in verdict && verdict.error.kind === "budget");
}

function stepsOf(text: string): number {
  let taken = 0;
  evaluate(text, ENTITY, { onSteps: (steps) => (taken = steps) });
  return taken;
}
