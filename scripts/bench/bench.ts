// npm run bench: what requests cost, beside contenders that do less.
import { rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { chart } from "./chart.ts";
import { startLoad } from "./load/driver.ts";
import { command, runOf } from "../command/command.ts";
import { runInProcess } from "../command/io.ts";
import { BENCH_OPTIONS, CONTENDERS, planned, type Options } from "./options.ts";
import { hasBlock, PERFORMANCE, withFigures } from "./page.ts";
import { progress } from "./progress.ts";
import { judge, PROMISES } from "./promises.ts";
import { report } from "./report.ts";
import { run as measureAll } from "./run.ts";
import { makeWorkFolder } from "./work-folder.ts";

export const run = runOf(
  command({
    name: "npm run bench --",
    summary: "measure what requests cost, beside contenders that do less; a table, and bench/results.json",
    options: BENCH_OPTIONS,
    examples: ["npm run bench -- --quick", "npm run bench -- --case resolve --contenders bare"],
    exitCodes: { 0: "measured", 1: "an error, or with --check a promise was missed" },
    run: ({ options }) => bench(planned(options)),
  }),
);

if (import.meta.main) await runInProcess(run);

async function bench(options: Options): Promise<number> {
  progress("starting");
  const page = await readFile(PERFORMANCE, "utf8");
  if (options.write && !hasBlock(page)) {
    throw new Error(
      `${PERFORMANCE} has no <!-- bench --> and <!-- /bench -->, between which its figures stand`,
    );
  }
  const folder = await makeWorkFolder();
  const load = startLoad();
  process.on("exit", () => {
    load.stop();
    // What a Worker that is being stopped still writes may come in between.
    rmSync(folder.path, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

  const results = await measureAll(options, load, folder);
  load.stop();

  await mkdir("bench", { recursive: true });
  await writeFile("bench/results.json", `${JSON.stringify(results, null, 1)}\n`);
  process.stdout.write(report(results));
  if (options.write) {
    await writeFile("docs/bench.svg", chart(results));
    await writeFile(PERFORMANCE, withFigures(page, results));
    progress(`docs/bench.svg and ${PERFORMANCE} are written`);
  }
  if (options.check) {
    const whole = !options.quick && options.only === "" && options.contenders.length === CONTENDERS.length;
    const missed = PROMISES.filter((promise) => {
      const verdict = judge(promise, results);
      return verdict === "missed" || (whole && verdict === "not measured");
    });
    for (const { says } of missed) console.error(`missed: ${says}`);
    return missed.length === 0 ? 0 : 1;
  }
  return 0;
}
