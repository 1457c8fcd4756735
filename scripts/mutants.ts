// npm run mutants [-- --folder grants --only TEXT --json]: makes faults in a copy of the source, one at a time, and runs
// the tests that should notice. Exit code 1 when less than 90 % of the mutants of a folder are killed.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { table } from "./deployment.ts";
import { MUTANTS } from "./mutants/list.ts";
import { FOLDERS, mutate, type Mutant } from "./mutants/mutant.ts";
import { complaintsAbout, countByFolder, survivorLines, tableRows } from "./mutants/report.ts";
import { Runner, type Verdict } from "./mutants/runner.ts";
import { survivorsPage } from "./mutants/survivors.ts";

const USAGE = `npm run mutants [-- --folder ${FOLDERS.join("|")} --only TEXT --json --check --page]

  --folder NAME  only the mutants of one folder
  --only TEXT    only mutants with this text in their meaning or file
  --json         print the outcome of each mutant as JSON
  --check        run nothing; only say whether the list fits the source
  --page         run nothing; write docs/mutants.md, which names what survives and why`;

interface Options {
  readonly mutants: readonly Mutant[];
  readonly json: boolean;
  readonly check: boolean;
  readonly page: boolean;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      folder: { type: "string" },
      only: { type: "string", default: "" },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      page: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  const { folder, only, json, check, page } = values;
  if (folder !== undefined && !FOLDERS.some((each) => each === folder))
    throw new Error(`there is no folder "${folder}": use one of ${FOLDERS.join(", ")}`);
  const mutants = MUTANTS.filter(
    (mutant) =>
      (folder === undefined || mutant.folder === folder) && `${mutant.means} ${mutant.file}`.includes(only),
  );
  if (mutants.length === 0) throw new Error(`no mutant has "${only}" in its meaning or file`);
  return { mutants, json, check, page };
}

/** Throws when the source has changed under the list. */
function refuseStale(mutants: readonly Mutant[]): void {
  const stale = mutants.filter((mutant) => mutate(readFileSync(mutant.file, "utf8"), mutant) === null);
  if (stale.length === 0) return;
  const lines = stale.map(({ file, means, find }) => `${file}: ${means}\n  ${JSON.stringify(find)}`);
  throw new Error(
    `the list of mutants is stale: these texts do not stand exactly once in their files; fix scripts/mutants/list\n${lines.join("\n")}`,
  );
}

async function run(mutants: readonly Mutant[]): Promise<readonly Verdict[]> {
  const runner = new Runner(process.cwd());
  const stop = () => {
    runner.close();
    process.exit(1);
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
    console.error(`${mutants.length} mutants; first, ${tests.length} test files as they are`);
    await runner.checkTests(tests);
    const verdicts: Verdict[] = [];
    for (const mutant of mutants) {
      const verdict = await runner.judge(mutant);
      verdicts.push(verdict);
      const outcome = verdict.killed ? `killed by "${verdict.by}"` : "SURVIVED";
      const seconds = (verdict.ms / 1000).toFixed(1);
      console.error(
        `${verdicts.length}/${mutants.length} ${mutant.folder}: ${mutant.means}: ${outcome} (${seconds} s)`,
      );
    }
    return verdicts;
  } finally {
    runner.close();
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return console.log(USAGE);
  refuseStale(options.mutants);
  if (options.page) return writeFileSync("docs/mutants.md", survivorsPage(MUTANTS));
  if (options.check) return console.log(`${options.mutants.length} mutants fit the source`);
  const verdicts = await run(options.mutants);
  if (options.json) {
    const outcomes = verdicts.map(({ mutant, killed, by, ms }) => ({ ...mutant, killed, by, ms }));
    console.log(JSON.stringify({ folders: countByFolder(verdicts), mutants: outcomes }, null, 2));
  } else {
    process.stdout.write(`\n${table(tableRows(verdicts))}`);
    for (const line of survivorLines(verdicts)) console.log(line);
  }
  const complaints = complaintsAbout(verdicts);
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
