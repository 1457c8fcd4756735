// Runs test files again and again in one process, for scripts/mutants/runner.ts: starting Vitest and its runtime takes
// longer than most of the runs. The working folder is the copy of the project.
import { join } from "node:path";
import { createVitest } from "vitest/node";
import type { Runtime } from "./runtime.ts";

/** What a host is asked: which tests to run, after which files have changed. */
export interface Question {
  readonly tests: readonly string[];
  /** Part of the names of the tests to run; null for all. */
  readonly named: string | null;
  readonly changed: readonly string[];
}

/** The tests that failed, the first alone; none when all have passed. */
export interface Answer {
  readonly failed: readonly string[];
}

const runtime: Runtime = process.argv[2] === "workers" ? "workers" : "plain";
const vitest = await createVitest("test", {
  root: process.cwd(),
  // Vitest would run tests by itself when it sees a mutant, beside the run that is asked for.
  watch: false,
  bail: 1,
  reporters: [{}],
  ...(runtime === "workers"
    ? { project: ["workers"] }
    : { config: join(process.cwd(), "scripts/mutants/vitest.config.ts") }),
});
await vitest.standalone();

async function answer({ tests, named, changed }: Question): Promise<Answer> {
  for (const file of changed) vitest.invalidateFile(join(process.cwd(), file));
  const specifications = await vitest.globTestSpecifications([...tests]);
  const missing = tests.filter((file) => !specifications.some(({ moduleId }) => moduleId.endsWith(file)));
  if (missing.length > 0) throw new Error(`there are no tests in ${missing.join(", ")}`);
  if (named === null) vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(named.replaceAll(/[^\w ]/g, "."));
  const { testModules } = await vitest.runTestSpecifications(specifications);
  // Vitest also returns what other runs before have left.
  const own = testModules.filter(({ moduleId }) => tests.some((file) => moduleId.endsWith(file)));
  const failed = own.flatMap((module) => [
    ...[...module.children.allTests("failed")].map(({ fullName }) => fullName),
    ...module.errors().map(({ message }) => message.split("\n")[0] ?? ""),
  ]);
  const passed = own.flatMap((module) => [...module.children.allTests("passed")]);
  if (failed.length === 0 && passed.length === 0) throw new Error(`no test has run of ${tests.join(", ")}`);
  return { failed };
}

process.on("message", (question: Question) => {
  answer(question).then(
    (answered) => process.send?.(answered),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
