import { table } from "../deployment.ts";
import { median, ratio } from "./statistics.ts";
import type { Measured } from "./turns.ts";

/** The table of everything measured; ratios are to the first case of a group. */
export function figures(measured: readonly Measured[]): string {
  const head = [
    "CASE",
    "CONNECTIONS",
    "PER SECOND",
    "SPREAD",
    "RATIO",
    "P50 MS",
    "P99 MS",
    "CPU US",
    "BYTES",
  ];
  const rows = measured.map((one) => {
    const { group, connections, name, rounds } = one;
    const first = measured.find((other) => other.group === group && other.connections === connections) ?? one;
    const perSecond = rounds.map((round) => round.perSecond);
    const cpu = rounds.flatMap(({ cpuMicros }) => cpuMicros ?? []);
    return [
      name,
      String(connections),
      median(perSecond).toFixed(0),
      `${Math.min(...perSecond).toFixed(0)} to ${Math.max(...perSecond).toFixed(0)}`,
      ratio(
        perSecond,
        first.rounds.map((round) => round.perSecond),
      ).toFixed(2),
      median(rounds.map(({ p50 }) => p50)).toFixed(2),
      median(rounds.map(({ p99 }) => p99)).toFixed(2),
      cpu.length === 0 ? "-" : median(cpu).toFixed(0),
      median(rounds.map(({ bytes }) => bytes)).toFixed(0),
    ];
  });
  return table([head, ...rows]);
}
