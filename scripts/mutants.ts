// npm run mutants [-- --folder grants --only TEXT --json]: makes faults in a copy of the source, one at a time, and runs
// the tests that should notice. Exit code 1 when less than 90 % of the mutants of a folder are killed.
import { readFileSync, writeFileSync } from "node:fs";
import { command, runOf } from "./command/command.ts";
import { runInProcess, type CommandIo } from "./command/io.ts";
import { flag, text, value, wordOf } from "./command/options.ts";
import { table } from "./command/table.ts";
import { MUTANTS } from "./mutants/list.ts";
import { FOLDERS, mutate, type Mutant } from "./mutants/mutant.ts";
import { complaintsAbout, countByFolder, survivorLines, tableRows } from "./mutants/report.ts";
import { Runner, type Verdict } from "./mutants/runner.ts";
import { survivorsPage } from "./mutants/survivors.ts";

export const run = runOf(
  command({
    name: "npm run mutants --",
    summary: "make faults in a copy of the source, one at a time, and run the tests that should notice",
    options: {
      folder: value("--folder <name>", "only the mutants of one folder", wordOf(FOLDERS)),
      only: text("--only <text>", "only mutants with this text in their meaning or file"),
      json: flag("--json", "print the outcome of each mutant as JSON"),
      check: flag("--check", "run nothing; only say whether the list fits the source"),
      page: flag("--page", "run nothing; write docs/mutants.md, which names what survives and why"),
    },
    examples: ["npm run mutants -- --check", `npm run mutants -- --folder ${FOLDERS[0]}`],
    exitCodes: { 0: "nine tenths of each folder are killed", 1: "fewer, or an error" },
    async run({ options: { folder, only = "", json, check, page }, io }) {
      const mutants = MUTANTS.filter(
        (mutant) =>
          (folder === undefined || mutant.folder === folder) &&
          `${mutant.means} ${mutant.file}`.includes(only),
      );
      if (mutants.length === 0) throw new Error(`no mutant has "${only}" in its meaning or file`);
      refuseStale(mutants);
      if (page) writeFileSync("docs/mutants.md", survivorsPage(MUTANTS));
      else if (check) io.stdout.write(`${mutants.length} mutants fit the source\n`);
      else return report(await judge(mutants), json, io);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);

/** Throws when the source has changed under the list. */
function refuseStale(mutants: readonly Mutant[]): void {
  const stale = mutants.filter((mutant) => mutate(readFileSync(mutant.file, "utf8"), mutant) === null);
  if (stale.length === 0) return;
  const lines = stale.map(({ file, means, find }) => `${file}: ${means}\n  ${JSON.stringify(find)}`);
  throw new Error(
    `the list of mutants is stale: these texts do not stand exactly once in their files; fix scripts/mutants/list\n${lines.join("\n")}`,
  );
}

async function judge(mutants: readonly Mutant[]): Promise<readonly Verdict[]> {
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

/** Prints what became of the mutants; 1 where too few were killed. */
function report(verdicts: readonly Verdict[], json: boolean, { stdout, stderr }: CommandIo): number {
  if (json) {
    const outcomes = verdicts.map(({ mutant, killed, by, ms }) => ({ ...mutant, killed, by, ms }));
    const all = { folders: countByFolder(verdicts), mutants: outcomes };
    stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  } else {
    stdout.write(`\n${table(tableRows(verdicts))}`);
    for (const line of survivorLines(verdicts)) stdout.write(`${line}\n`);
  }
  const complaints = complaintsAbout(verdicts);
  for (const complaint of complaints) stderr.write(`${complaint}\n`);
  return complaints.length > 0 ? 1 : 0;
}
