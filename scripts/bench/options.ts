// What can be said on the command line.
import { parseArgs } from "node:util";
import type { Effort } from "./turns.ts";

/** Beside ours, which is always there. */
export const CONTENDERS = ["empty", "bare", "plain-kv", "plain-d1"] as const;
export type Contender = (typeof CONTENDERS)[number];

export interface Options {
  readonly quick: boolean;
  /** Fail when a promise is missed. */
  readonly check: boolean;
  /** Write the table into the README. */
  readonly readme: boolean;
  /** Only cases whose name, or whose group's name, holds this text; "" for all. */
  readonly only: string;
  readonly contenders: readonly Contender[];
  readonly effort: Effort;
}

/** Throws what is wrong with an argument. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      readme: { type: "boolean", default: false },
      case: { type: "string", default: "" },
      contenders: { type: "string", default: CONTENDERS.join(",") },
      rounds: { type: "string" },
      seconds: { type: "string" },
    },
  });
  const { quick } = values;
  return {
    quick,
    check: values.check,
    readme: values.readme,
    only: values.case,
    contenders: values.contenders.split(",").map(contenderOf),
    // The runtime collects garbage about once a second and then stands still for 100 to 200 ms: a shorter turn either
    // meets that or does not, and says half as much or nothing of it.
    effort: {
      rounds: positive("--rounds", values.rounds ?? (quick ? "5" : "7")),
      seconds: positive("--seconds", values.seconds ?? (quick ? "0.2" : "1.5")),
      warmUp: quick ? 0.5 : 3,
    },
  };
}

function contenderOf(name: string): Contender {
  const found = CONTENDERS.find((contender) => contender === name);
  if (found === undefined) throw new Error(`--contenders "${name}": use some of ${CONTENDERS.join(",")}`);
  return found;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} "${text}": use a number greater than 0`);
  return value;
}
