// npm run check: everything that must hold before a change lands, each step timed; stops at the first that fails.
import { spawnSync } from "node:child_process";
import { command, runOf } from "./command/command.ts";
import { runInProcess, type CommandIo } from "./command/io.ts";
import { QUIET } from "./local.ts";

// The linter's typed rules need the generated types, so they come first.
const STEPS = ["types", "format:check", "lint", "typecheck", "test", "check:size"];

export const run = runOf(
  command({
    name: "npm run check --",
    summary: `everything that must hold before a change lands: ${STEPS.join(", ")}`,
    options: {},
    examples: ["npm run check"],
    exitCodes: { 0: "all of it holds", 1: "a step failed" },
    async run({ io }) {
      for (const step of STEPS) runStep(step, io);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);

function runStep(step: string, { stdout }: CommandIo): void {
  const started = Date.now();
  stdout.write(`\n== ${step}\n`);
  const { status } = spawnSync("npm", ["run", "--silent", step], { env: QUIET, stdio: "inherit" });
  if (status !== 0) throw new Error(`${step} failed`);
  stdout.write(`${step} passed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
