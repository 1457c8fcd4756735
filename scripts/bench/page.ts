// The figures of a run as docs/performance.md shows them.
import { besideOf } from "./report.ts";
import type { Results } from "./results.ts";
import { median, ratio } from "./statistics.ts";

/** The page with the figures of the benchmarks. */
export const PERFORMANCE = "docs/performance.md";

const BLOCK = /(<!-- bench\b[^>]*-->\n)[\s\S]*?(\n<!-- \/bench -->)/;
/** Connections of the figures shown. */
const CONNECTIONS = 16;

export function hasBlock(page: string): boolean {
  return BLOCK.test(page);
}

/** The page with these figures between its marks. */
export function withFigures(page: string, results: Results): string {
  return page.replace(BLOCK, (_, open: string, close: string) => `${open}${block(results)}${close}`);
}

function block({ date, machine, versions, measured, calls }: Results): string {
  const rows = measured
    .filter(({ group, connections }) => connections === CONNECTIONS && !group.startsWith("growth"))
    .map((one) => {
      const perSecond = (of: typeof one) => of.rounds.map((round) => round.perSecond);
      const cpu = one.rounds.flatMap(({ cpuMicros }) => cpuMicros ?? []);
      const other = besideOf(measured, one);
      const counted = calls.find(({ group, name }) => group === one.group && name === one.name);
      const cells = [
        one.name,
        Math.round(median(perSecond(one))).toLocaleString("en"),
        other === undefined ? "" : `${ratio(perSecond(one), perSecond(other)).toFixed(2)} × ${other.name}`,
        cpu.length === 0 ? "" : String(Math.round(median(cpu))),
        counted === undefined ? "" : `${counted.d1} / ${counted.kvReads}`,
      ];
      return `| ${cells.join(" | ")} |`;
    });
  return [
    "",
    `${date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, workerd ${versions["workerd"]};`,
    `${CONNECTIONS} connections, 10,000 assets. The last column counts what a request asks of the stores.`,
    "",
    "| | requests a second | compared | CPU µs | D1 / KV reads |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "![Requests a second, as bars](bench.svg)",
    "",
  ].join("\n");
}
