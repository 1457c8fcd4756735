// npm run bench:growth [-- --scale N --check --write]: what each operation reads where there are 20,000 namespaces and a million
// commits, as D1 counts rows. `--check` fails when a statement reads more than ten times what it returns, plus a constant.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, runOf } from "../command/command.ts";
import { runInProcess } from "../command/io.ts";
import { flag, valueOr, type Parse } from "../command/options.ts";
import { buildBundles } from "./bundles.ts";
import { migrate } from "./filling.ts";
import { PERFORMANCE } from "./page.ts";
import { progress } from "./progress.ts";
import { measureNamespaces, namespacesComplaints, namespacesReport } from "./rows/namespaces.ts";
import { measure, type Measured } from "./rows/measure.ts";
import { operationsOn } from "./rows/operations.ts";
import { complaints, report, withGrowth } from "./rows/report.ts";
import { fillStore, scaled } from "./rows/store.ts";
import { startServer } from "./servers.ts";
import { makeWorkFolder } from "./work-folder.ts";

/** A share of the full size, such as 0.01. */
const share: Parse<number> = (text, name) => {
  const scale = Number(text);
  if (scale > 0 && scale <= 10) return scale;
  throw new Error(`${name} "${text}": use a number up to 10, such as 0.01`);
};

export const run = runOf(
  command({
    name: "npm run bench:growth --",
    summary: "measure what each operation reads with 20,000 namespaces and a million commits",
    options: {
      scale: valueOr("--scale <n>", "the share of that size that is filled", share, "1"),
      check: flag(
        "--check",
        "fail when a statement reads more than ten times what it returns, plus a constant",
      ),
      write: flag("--write", "write the figures into docs/performance.md"),
      namespaces: flag("--namespaces", "only compare 1, 1,000 and 20,000 namespaces"),
    },
    examples: ["npm run bench:growth", "npm run bench:growth -- --scale 0.01 --check"],
    exitCodes: { 0: "measured", 1: "a statement reads too much, or an error" },
    run: ({ options }) => measureGrowth(options),
  }),
);

if (import.meta.main) await runInProcess(run);

interface Options {
  readonly scale: number;
  readonly check: boolean;
  readonly write: boolean;
  readonly namespaces: boolean;
}

async function measureGrowth({ scale, check, write, namespaces }: Options): Promise<number> {
  const size = scaled(scale);
  const folder = await makeWorkFolder();
  // What a Worker that is being stopped still writes may come in between.
  process.on("exit", () => rmSync(folder.path, { recursive: true, force: true, maxRetries: 5 }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

  progress("building");
  const bundles = await buildBundles(["recorded", "loader"], join(folder.path, "build"));
  const growths = await measureNamespaces(bundles, folder.path);
  process.stdout.write(`${namespacesReport(growths)}\n`);
  const grown = namespacesComplaints(growths);
  for (const complaint of grown) console.error(complaint);
  if (namespaces) return check && grown.length > 0 ? 1 : 0;

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
  if (write) writeFileSync(PERFORMANCE, withGrowth(readFileSync(PERFORMANCE, "utf8"), figures));
  const found = complaints(measured);
  for (const complaint of found) console.error(`\n${complaint}`);
  return check && found.length + grown.length > 0 ? 1 : 0;
}
