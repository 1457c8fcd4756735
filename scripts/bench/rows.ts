// npm run bench:growth [-- --scale N --check --readme]: what each operation reads where there are 20,000 namespaces and a million
// commits, as D1 counts rows. `--check` fails when a statement reads more than ten times what it returns, plus a constant.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildBundles } from "./bundles.ts";
import { migrate } from "./filling.ts";
import { progress } from "./progress.ts";
import { measure, type Measured } from "./rows/measure.ts";
import { operationsOn } from "./rows/operations.ts";
import { complaints, exceptions, report, withGrowth } from "./rows/report.ts";
import { fillStore, scaled } from "./rows/store.ts";
import { startServer } from "./servers.ts";
import { makeWorkFolder } from "./work-folder.ts";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    check: { type: "boolean", default: false },
    readme: { type: "boolean", default: false },
  },
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 10))
  throw new Error(`--scale "${values.scale}": use a number up to 10, such as 0.01`);
const size = scaled(scale);

const folder = await makeWorkFolder();
// What a Worker that is being stopped still writes may come in between.
process.on("exit", () => rmSync(folder.path, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

progress("building");
const bundles = await buildBundles(["recorded", "loader"], join(folder.path, "build"));
const server = await startServer({
  bundles,
  workers: ["recorded", "loader"],
  folder: join(folder.path, "data"),
  settings: { HISTORY_DAYS: "1" },
});
const measured: Measured[] = [];
try {
  await migrate(server);
  await fillStore(server, size);
  for (const operation of operationsOn(size)) {
    progress(operation.name);
    measured.push(await measure(server, operation));
  }
} finally {
  await server.stop();
}

const figures = report(size, measured);
process.stdout.write(figures);
if (values.readme) writeFileSync("README.md", withGrowth(readFileSync("README.md", "utf8"), figures));
console.error(`\n${exceptions(measured)}`);
const found = complaints(measured);
for (const complaint of found) console.error(`\n${complaint}`);
if (values.check && found.length > 0) process.exitCode = 1;
