// What can be said on the command line.
import { Mistake } from "../command/mistake.ts";
import { flag, text, value, valueOr, wordOf, type Parse, type Values } from "../command/options.ts";
import { quoted } from "../command/terminal.ts";
import type { Effort } from "./turns.ts";

/** Beside ours, which is always there. */
export const CONTENDERS = ["empty", "bare", "plain-kv", "plain-d1"] as const;
export type Contender = (typeof CONTENDERS)[number];

export interface Options {
  readonly quick: boolean;
  /** Fail when a promise is missed. */
  readonly check: boolean;
  /** Write the table into docs/performance.md. */
  readonly write: boolean;
  /** Only cases whose name, or whose group's name, holds this text; "" for all. */
  readonly only: string;
  readonly contenders: readonly Contender[];
  readonly effort: Effort;
}

/** How many rounds and seconds may be asked for. */
const positive =
  (example: string): Parse<number> =>
  (given, name) => {
    const number = Number(given);
    if (number > 0 && Number.isFinite(number)) return number;
    throw new Mistake(`${name} ${quoted(given)} is not a number greater than 0`, `as in ${name} ${example}`);
  };

export const BENCH_OPTIONS = {
  quick: flag("--quick", "few and short rounds"),
  check: flag("--check", "fail when a promise is missed"),
  write: flag("--write", "write the table into docs/performance.md, and docs/bench.svg"),
  case: text("--case <text>", "only cases whose name, or whose group's name, holds this text"),
  contenders: valueOr("--contenders <list>", "separated by commas", contendersOf, CONTENDERS.join(",")),
  rounds: value("--rounds <n>", "rounds of each case (default: 7, quick 5)", positive("7")),
  seconds: value("--seconds <n>", "seconds of a round (default: 1.5, quick 0.2)", positive("1.5")),
};

/** What is measured, by the options. */
export function planned(options: Values<typeof BENCH_OPTIONS>): Options {
  const { quick, check, write, contenders, rounds, seconds } = options;
  return {
    quick,
    check,
    write,
    only: options.case ?? "",
    contenders,
    // The runtime collects garbage about once a second and then stands still for 100 to 200 ms: a shorter turn either
    // meets that or does not, and says half as much or nothing of it.
    effort: {
      rounds: rounds ?? (quick ? 5 : 7),
      seconds: seconds ?? (quick ? 0.2 : 1.5),
      warmUp: quick ? 0.5 : 3,
    },
  };
}

function contendersOf(given: string, option: string): Contender[] {
  return given.split(",").map((name) => wordOf(CONTENDERS)(name, option));
}
