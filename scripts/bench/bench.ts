// npm run bench [-- --quick --check --readme --case TEXT --contenders LIST --rounds N --seconds N]
import { rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { chart } from "./chart.ts";
import { startLoad } from "./load/driver.ts";
import { CONTENDERS, readOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { judge, PROMISES } from "./promises.ts";
import { hasBlock, withFigures } from "./readme.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";
import { makeWorkFolder } from "./work-folder.ts";

progress("starting");
const options = readOptions(process.argv.slice(2));
const readme = await readFile("README.md", "utf8");
if (options.readme && !hasBlock(readme)) {
  throw new Error("README.md has no <!-- bench --> and <!-- /bench -->, between which its figures stand");
}
const folder = await makeWorkFolder();
const load = startLoad();
process.on("exit", () => {
  load.stop();
  // What a Worker that is being stopped still writes may come in between.
  rmSync(folder.path, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const results = await run(options, load, folder);
load.stop();

await mkdir("bench", { recursive: true });
await writeFile("bench/results.json", `${JSON.stringify(results, null, 1)}\n`);
process.stdout.write(report(results));
if (options.readme) {
  await writeFile("docs/bench.svg", chart(results));
  await writeFile("README.md", withFigures(readme, results));
  progress("docs/bench.svg and README.md are written");
}
if (options.check) {
  const whole = !options.quick && options.only === "" && options.contenders.length === CONTENDERS.length;
  const missed = PROMISES.filter((promise) => {
    const verdict = judge(promise, results);
    return verdict === "missed" || (whole && verdict === "not measured");
  });
  for (const { says } of missed) console.error(`missed: ${says}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}
