// The results of simulations as tables.
import { costs } from "./prices.ts";
import { meanRate, type Scenario } from "./scenario.ts";
import type { Tally } from "./tally.ts";
import type { Measured } from "./world.ts";

/** One scenario and its result. */
export interface Result {
  readonly scenario: Scenario;
  readonly measured: Measured;
}

const HEADS = [
  "agents",
  "asks",
  "polls",
  "requests/s",
  "memory",
  "memory, after the journal",
  "KV",
  "D1",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "KV reads/s",
  "D1 queries/s",
  "oldest answer",
  "US$ a month",
];
const CONTINENT_HEADS = ["", ...HEADS.slice(4, 11)];

/** Each scenario as a row. */
export function scenarioTable(results: readonly Result[]): string[] {
  return table(
    HEADS,
    results.map(({ scenario, measured }) => {
      const { total, seconds } = measured;
      return [
        scenario.agents.toLocaleString("en"),
        asks(scenario),
        polls(scenario),
        number(meanRate(scenario)),
        ...tiersAndTimes(total),
        number((total.journalReads + total.copyReads) / seconds),
        number(total.queries / seconds),
        total.stalest === 0 ? "-" : `${Math.round(total.stalest / 1_000)} s`,
        number(costs(measured).total),
      ];
    }),
  );
}

/** One scenario, each continent as a row. */
export function continentTable({ measured }: Result): string[] {
  return table(
    CONTINENT_HEADS,
    [...measured.continents].map(([name, tally]) => [name, ...tiersAndTimes(tally)]),
  );
}

export function asks({ question }: Scenario): string {
  return question === "set" ? "one question" : "10 assets";
}

export function polls({ jitter }: Scenario): string {
  return jitter ? "spread" : "by the clock";
}

function tiersAndTimes({ requests, hot, tiers, durations }: Tally): string[] {
  const share = (part: number) => `${((100 * part) / Math.max(1, requests)).toFixed(1)} %`;
  return [
    share(hot),
    share(tiers.MEMORY - hot),
    share(tiers.KV),
    share(tiers.D1),
    ...[0.5, 0.95, 0.99].map((part) => String(durations.within(part))),
  ];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const texts = heads.map((head) => (["asks", "polls", ""].includes(head) ? "---" : "--:"));
  return [line(heads), line(texts), ...rows.map(line)];
}

function number(value: number): string {
  return value < 10 ? String(Number(value.toFixed(1))) : Math.round(value).toLocaleString("en");
}
