// The figures of a run as tables for the terminal.
import { table } from "../command/table.ts";
import { judge, PROMISES, type Promised } from "./promises.ts";
import type { Results } from "./results.ts";
import { median, ratio } from "./statistics.ts";
import { tenAssetsTable } from "./ten-assets.ts";
import type { Measured, Round } from "./turns.ts";

export function report(results: Results): string {
  const { machine, versions, date, commit } = results;
  const said = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${date}, commit ${commit}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, load ${machine.load.toFixed(1)}\n`,
    `${said.join(", ")}; data of D1 and KV ${results.dataInMemory ? "in memory" : "on a disk"}\n`,
    figures(results),
    tenAssetsTable(results),
    saturation(results.measured),
    coldStarts(results),
    promises(results),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** Every case; its ratios are to the case beside it, of the same turns. */
function figures({ measured, calls }: Results): string {
  if (measured.length === 0) return "";
  const head = [
    "CASE",
    "CONNECTIONS",
    "PER SECOND",
    "SPREAD",
    "RATIO",
    "TO",
    "P50 MS",
    "P99 MS",
    "CPU US",
    "CPU RATIO",
  ];
  const rows = measured.map((one) => {
    const other = besideOf(measured, one);
    const perSecond = one.rounds.map((round) => round.perSecond);
    const counted = calls.find(({ group, name }) => group === one.group && name === one.name);
    return [
      one.name,
      String(one.connections),
      median(perSecond).toFixed(0),
      `${Math.min(...perSecond).toFixed(0)} to ${Math.max(...perSecond).toFixed(0)}`,
      ratioTo(other, one, ({ perSecond: value }) => value),
      other?.name ?? "",
      middle(one, ({ p50 }) => p50, 2),
      middle(one, ({ p99 }) => p99, 2),
      middle(one, ({ cpuMicros }) => cpuMicros, 0),
      ratioTo(other, one, ({ cpuMicros }) => cpuMicros),
      middle(one, ({ bytes }) => bytes, 0),
      ...(counted === undefined ? ["", "", ""] : [counted.d1, counted.kvReads, counted.kvWrites].map(String)),
    ];
  });
  return table([[...head, "BYTES", "D1", "KV READS", "KV WRITES"], ...rows]);
}

/** The case that this one is measured by; undefined for none, or when it was left out. */
export function besideOf(measured: readonly Measured[], { group, connections, beside }: Measured) {
  return measured.find(
    (one) => one.group === group && one.connections === connections && one.name === beside,
  );
}

/** The middle of what the rounds tell; a dash when they do not. */
function middle({ rounds }: Measured, of: (round: Round) => number | null, digits: number): string {
  const values = rounds.flatMap((round) => of(round) ?? []);
  return values.length === 0 ? "-" : median(values).toFixed(digits);
}

function ratioTo(other: Measured | undefined, one: Measured, of: (round: Round) => number | null): string {
  if (other === undefined) return "";
  const values = (measured: Measured) => measured.rounds.map((round) => of(round) ?? NaN);
  const found = ratio(values(one), values(other));
  return Number.isNaN(found) ? "" : found.toFixed(2);
}

/** Whether it was the server that had no more to give. */
function saturation(measured: readonly Measured[]): string {
  const rounds = measured.filter(({ connections }) => connections > 1).flatMap((one) => one.rounds);
  const server = rounds.flatMap(({ serverCpu }) => serverCpu ?? []);
  if (server.length === 0) return "";
  const client = Math.max(...rounds.map(({ clientCpu }) => clientCpu));
  const share = (value: number) => `${(value * 100).toFixed(0)} %`;
  return `workerd took ${share(median(server))} of a core (median), the process that made the load ${share(client)} at the most\n`;
}

function coldStarts(results: Results): string {
  if (results.coldStarts.length === 0) return "";
  const head = ["COLD START", "STARTS", "LISTENING AFTER MS", "FIRST ANSWER MS", "BUNDLE KIB, GZIPPED"];
  const rows = results.coldStarts.map(({ name, listening, firstAnswer }) => [
    name,
    String(listening.length),
    median(listening).toFixed(1),
    median(firstAnswer).toFixed(1),
    ((results.bundles[name] ?? NaN) / 1024).toFixed(1),
  ]);
  return table([head, ...rows]);
}

function promises(results: Results): string {
  const judged = PROMISES.map((promise) => ({ promise, verdict: judge(promise, results) }));
  const measured = judged.filter(({ verdict }) => verdict !== "not measured");
  const rows = measured.map(({ promise, verdict }) => [
    promise.says,
    promise.found(results)?.toFixed(2) ?? "",
    promise.byCpu?.(results)?.toFixed(2) ?? "",
    needed(promise),
    verdict,
  ]);
  const others = judged.length - measured.length;
  return (
    table([["PROMISE", "FOUND", "BY CPU TIME", "NEEDED", ""], ...rows]) +
    (others === 0 ? "" : `${others} promises were not measured\n`)
  );
}

function needed({ atLeast, atMost }: Promised): string {
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
}
