// npm run check: everything that must hold before a change lands, each step timed; stops at the first that fails.
import { spawnSync } from "node:child_process";
import { QUIET } from "./local.ts";

const STEPS = ["format:check", "lint", "typecheck", "test", "check:size"];

// The linter's typed rules need the generated types, so they come first.
run("types");
for (const step of STEPS) run(step);

function run(step: string): void {
  const started = Date.now();
  console.log(`\n== ${step}`);
  const { status } = spawnSync("npm", ["run", "--silent", step], { env: QUIET, stdio: "inherit" });
  if (status !== 0) {
    console.error(`${step} failed`);
    process.exit(1);
  }
  console.log(`${step} passed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
