// npm run model [-- --reads 1000000 --seed 1 --without deadline]
// Runs the real cache code in a simulated world, under all rules and without each of them, as a table.
import { parseArgs } from "node:util";
import { isPolicyName, POLICIES, type Policy, type PolicyName } from "../test/model/policies.ts";
import { simulateKeys } from "../test/model/key-total.ts";
import { simulate } from "../test/model/total.ts";

const { values } = parseArgs({
  options: {
    reads: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    without: { type: "string" },
  },
});
const reads = Number(values.reads);
const seed = Number(values.seed);
if (!Number.isInteger(reads) || reads < 1 || !Number.isInteger(seed)) {
  fail("npm run model -- --reads N --seed N, both whole numbers");
}

const THE_RULE = "the rule";
const READS_FOR_AN_HOUR_OF_KEYS = 10_000;
const wanted = policiesWanted(values.without);
console.log(`${reads} reads, a quarter for each rule left out; seed ${seed}\n`);
console.log(
  row([
    "policy",
    "reads",
    "writes",
    "D1",
    "stale",
    "503",
    "max staleness",
    "past bound",
    "backwards",
    "resurrected",
    "late",
  ]),
);
console.log(row(Array.from({ length: 11 }, (_, column) => (column === 0 ? "---" : "--:"))));
let broken = false;
for (const name of wanted) {
  const policy: Policy = POLICIES[name];
  const count = name === THE_RULE ? reads : Math.ceil(reads / 4);
  const outcome = await simulate(policy, count, seed, (done) => progress(name, done, count));
  const share = (part: number) => `${((100 * part) / outcome.reads).toFixed(2)} %`;
  const { pastBound, backwards, resurrected, late } = outcome;
  progress("", 0, 0);
  console.log(
    row([
      name,
      String(outcome.reads),
      String(outcome.writes),
      share(outcome.fromDatabase),
      share(outcome.stale),
      share(outcome.unavailable),
      `${(outcome.maxStaleness / 1000).toFixed(1)} s`,
      String(pastBound),
      String(backwards),
      String(resurrected),
      String(late),
    ]),
  );
  if (name === THE_RULE) broken = pastBound + backwards + resurrected + late > 0;
}
if (wanted.includes(THE_RULE)) {
  const hours = Math.ceil(reads / READS_FOR_AN_HOUR_OF_KEYS);
  const counts = await simulateKeys({}, hours, seed);
  console.log(`\nAPI keys (I7), ${hours} hours with an outage of D1 in each:\n`);
  console.log(row(Object.keys(counts)));
  console.log(row(Object.keys(counts).map(() => "--:")));
  console.log(row(Object.values(counts).map(String)));
  const { pastBound, pastOutage, despiteDatabase, despiteKv, resurrected, refusedLive } = counts;
  broken ||= pastBound + pastOutage + despiteDatabase + despiteKv + resurrected + refusedLive > 0;
}
if (broken) fail("\na promise was broken");

/** All policies, or the one without a rule. */
function policiesWanted(without: string | undefined): PolicyName[] {
  const all = Object.keys(POLICIES).filter(isPolicyName);
  if (without === undefined) return all;
  const name = `without ${without}`;
  if (isPolicyName(name)) return [name];
  const rules = all.filter((each) => each !== THE_RULE).map((each) => each.replace("without ", ""));
  return fail(`there is no rule "${without}"; --without takes ${rules.join(", ")}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** On a terminal, one line that is written over. */
function progress(name: string, done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(name === "" ? "\r\u001b[K" : `\r${name}: ${done} of ${of}`);
}
