// npm run model -- --world: what agents all over the world would see, and what it would cost.
import { readFileSync, writeFileSync } from "node:fs";
import { Mistake } from "../command/mistake.ts";
import { flag, value, wholeNumber, wholeNumbers, type Values } from "../command/options.ts";
import { worldChart } from "./chart.ts";
import { continentTable, scenarioTable, type Result } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { World } from "./world.ts";

const AGENTS = [1_000, 10_000, 100_000];
const REQUESTS = 200_000;

const PAGE = new URL("../../docs/performance.md", import.meta.url);
const CHART = new URL("../../docs/world.svg", import.meta.url);
const BLOCK = /(<!-- world\b[^>]*-->\n)[\s\S]*?(\n<!-- \/world -->)/;

/** Options of the command that concern the world alone. */
export const WORLD_OPTIONS = {
  agents: value(
    "--agents <n,...>",
    `how many agents (default: ${AGENTS.join(",")})`,
    wholeNumbers(1, 1_000_000),
  ),
  spread: value("--spread <n>", "isolates of each location, at the least (default: 1)", wholeNumber(1, 100)),
  requests: value(
    "--requests <n>",
    `requests looked at, about (default: ${REQUESTS})`,
    wholeNumber(1, 1_000_000_000),
  ),
  write: flag("--write", "write docs/performance.md and docs/world.svg, too"),
};

interface WorldRequest extends Values<typeof WORLD_OPTIONS> {
  readonly seed: number;
}

/** Simulates every scenario asked for, and prints what was seen; with `write`, in the documents too. */
export async function runWorld(request: WorldRequest): Promise<void> {
  const results: Result[] = [];
  for (const scenario of scenariosOf(request)) {
    const name = `${scenario.agents} agents, ${scenario.question}, ${scenario.jitter ? "spread" : "by the clock"}`;
    const measured = await new World(scenario).run((share) => progress(name, share));
    results.push({ scenario, measured });
  }
  progress("", 0);
  const lines = page(request, results);
  console.log(lines.join("\n"));
  if (!request.write) return;
  const text = readFileSync(PAGE, "utf8");
  if (!BLOCK.test(text))
    throw new Mistake(
      "docs/performance.md has no block for the world",
      "add <!-- world --> and <!-- /world -->",
    );
  writeFileSync(
    PAGE,
    text.replace(BLOCK, (_, open: string, close: string) => `${open}\n${lines.join("\n")}\n${close}`),
  );
  writeFileSync(CHART, worldChart(results));
  console.log("\nwrote docs/performance.md and docs/world.svg");
}

function scenariosOf({ agents = AGENTS, seed, spread = 1, requests = REQUESTS }: WorldRequest): Scenario[] {
  return agents.flatMap((count) =>
    (["single", "set"] as const).flatMap((question) =>
      [true, false].map((jitter) => ({ agents: count, question, jitter, spread, seed, requests })),
    ),
  );
}

function page(
  { seed, agents = AGENTS, spread = 1, requests = REQUESTS }: WorldRequest,
  results: readonly Result[],
): string[] {
  const shown = results.filter(({ scenario }) => scenario.jitter && scenario.agents === middle(agents));
  return [
    `\`npm run model -- --world --seed ${seed} --agents ${agents.join(",")} --spread ${spread} --requests ${requests}\` reproduces these figures.`,
    "",
    ...scenarioTable(results),
    "",
    "![Where answers come from, as bars](world.svg)",
    ...shown.flatMap((result) => [
      "",
      `${result.scenario.agents.toLocaleString("en")} agents, ${result.scenario.question === "set" ? "one question each" : "10 assets each"}, polls spread, by continent:`,
      "",
      ...continentTable(result),
    ]),
  ];
}

function middle(all: readonly number[]): number | undefined {
  return all[Math.floor(all.length / 2)];
}

/** On a terminal, one line that is written over. */
function progress(name: string, share: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(name === "" ? "\r\u001b[K" : `\r\u001b[K${name}: ${Math.round(100 * share)} %`);
}
