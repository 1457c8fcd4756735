// npm run model [-- --reads 1000000 --seed 1]
// Runs the real cache code in a simulated world, under the admission rule and without parts of it, as a table.
import { parseArgs } from "node:util";
import { POLICIES } from "../test/model/policies.ts";
import { simulate } from "../test/model/total.ts";

const { values } = parseArgs({
  options: { reads: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const reads = Number(values.reads);
const seed = Number(values.seed);
if (!Number.isInteger(reads) || reads < 1 || !Number.isInteger(seed)) {
  console.error("npm run model -- --reads N --seed N, both whole numbers");
  process.exit(1);
}

console.log(`${reads} reads for the rule, a quarter for each experiment; seed ${seed}\n`);
console.log(
  row(["policy", "reads", "D1", "stale", "503", "max staleness", "past bound", "backwards", "resurrected"]),
);
console.log(row(Array.from({ length: 9 }, (_, column) => (column === 0 ? "---" : "--:"))));
let broken = false;
for (const [index, [name, rule]] of Object.entries(POLICIES).entries()) {
  const wanted = index === 0 ? reads : Math.ceil(reads / 4);
  const outcome = await simulate(rule, wanted, seed, (done) => progress(name, done, wanted));
  const share = (count: number) => `${((100 * count) / outcome.reads).toFixed(2)} %`;
  const { pastBound, backwards, resurrected } = outcome;
  progress("", 0, 0);
  console.log(
    row([
      name,
      String(outcome.reads),
      share(outcome.fromDatabase),
      share(outcome.stale),
      share(outcome.unavailable),
      `${(outcome.maxStaleness / 1000).toFixed(1)} s`,
      String(pastBound),
      String(backwards),
      String(resurrected),
    ]),
  );
  if (index === 0) broken = pastBound + backwards + resurrected > 0;
}
if (broken) {
  console.error("\nthe rule was broken");
  process.exit(1);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** On a terminal, one line that is written over. */
function progress(name: string, done: number, wanted: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(name === "" ? "\r\u001b[K" : `\r${name}: ${done} of ${wanted}`);
}
