// What a run consists of: the comparison, cold starts, growth, memory.
import { join } from "node:path";
import { buildBundles, type BundleName } from "./bundles.ts";
import { mainGroups } from "./cases.ts";
import { measureColdStarts } from "./cold-start.ts";
import { countCalls, type Calls } from "./counting.ts";
import { makeAssets } from "./definitions.ts";
import { measureGrowth } from "./growth.ts";
import type { LoadProcess } from "./load/driver.ts";
import { measureMemory } from "./memory.ts";
import type { Options } from "./options.ts";
import { progress } from "./progress.ts";
import { commitNow, machineNow, versionsNow, type Results } from "./results.ts";
import { startStand } from "./stand.ts";
import { measureTenAssets } from "./ten-assets.ts";
import { measureInTurns, type Group, type Measured } from "./turns.ts";
import type { WorkFolder } from "./work-folder.ts";

/** What `--case` may name beside cases and groups; left out of a quick run that names none. */
const STAGES = new Set(["cold start", "growth", "memory", "ten assets"]);
const COLD_STARTS = 15;
const MANY = 100_000;

/** Runs what the options choose. All data lies in the folder. */
export async function run(options: Options, load: LoadProcess, work: WorkFolder): Promise<Results> {
  const { path: folder, inMemory } = work;
  const { only, effort, contenders } = options;
  const date = new Date().toISOString().slice(0, 10);
  const machine = machineNow();
  const names: BundleName[] = ["ours", "loader", "counted", ...contenders];
  progress(`building ${names.join(", ")}`);
  const bundles = await buildBundles(names, folder);

  const measured: Measured[] = [];
  const calls: Calls[] = [];
  if (!STAGES.has(only)) {
    const stand = await startStand(bundles, contenders, folder);
    try {
      for (const group of chosen(await mainGroups(stand, options), only)) {
        measured.push(...(await measureInTurns(load, group, effort)));
        const counted = (name: string) => calls.some((one) => one.group === group.name && one.name === name);
        const cases = group.cases.filter(({ name }) => !counted(name));
        calls.push(...(await countCalls(load, { ...group, cases })));
      }
    } finally {
      await stand.stop();
    }
  }
  const wanted = (stage: string) => (only === "" ? !options.quick : stage.includes(only));
  if (wanted("ten assets")) {
    const ten = await measureTenAssets(load, bundles, await makeAssets("default", 1_000), effort, folder);
    measured.push(...ten.measured);
    calls.push(...ten.calls);
  }
  const coldStarts = wanted("cold start") ? await measureColdStarts(bundles, COLD_STARTS, folder) : [];
  const many = wanted("growth") || wanted("memory") ? await makeMany() : [];
  if (wanted("growth")) measured.push(...(await measureGrowth(load, bundles, many, effort, folder)));
  const memory = wanted("memory")
    ? await measureMemory(load, bundles, many, join(folder, "data-memory"))
    : [];
  return {
    date,
    commit: commitNow(),
    machine,
    versions: versionsNow(),
    effort,
    dataInMemory: inMemory,
    bundles: Object.fromEntries([...bundles].map(([name, { gzipBytes }]) => [name, gzipBytes])),
    measured,
    calls,
    memory,
    coldStarts,
  };
}

/** What `only` leaves of the groups: what ours is compared with stays beside what was chosen. */
function chosen(groups: readonly Group[], only: string): Group[] {
  return groups.flatMap((group) => {
    const cases = group.cases.filter(
      ({ name, contender }) => contender !== "ours" || name.includes(only) || group.name.includes(only),
    );
    return cases.some(({ contender }) => contender === "ours") ? [{ ...group, cases }] : [];
  });
}

function makeMany() {
  progress(`making ${MANY} definitions`);
  return makeAssets("default", MANY);
}
