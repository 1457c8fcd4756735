// npm run model: runs the real cache code in a simulated world, under all rules and without each of them, as a table.
import { command, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { Mistake } from "./command/mistake.ts";
import { quoted } from "./command/terminal.ts";
import { flag, text, value, valueOr, wholeNumber } from "./command/options.ts";
import { runWorld, WORLD_OPTIONS } from "./world/run.ts";
import { isPolicyName, POLICIES, type Policy, type PolicyName } from "../test/model/policies.ts";
import { simulateKeys } from "../test/model/key-total.ts";
import { simulate } from "../test/model/total.ts";

const THE_RULE = "the rule";
const READS_FOR_AN_HOUR_OF_KEYS = 10_000;
const READS = 1_000_000;
const NAMESPACES = 20_000;
const BILLION = 1_000_000_000;

export const run = runOf(
  command({
    name: "npm run model --",
    summary: "run the cache code in a simulated world, under all rules and without each of them",
    options: {
      reads: value(
        "--reads <n>",
        `how many reads are simulated (default: ${READS})`,
        wholeNumber(1, BILLION),
      ),
      seed: valueOr("--seed <n>", "where chance begins", wholeNumber(0, 999_999_999), "1"),
      namespaces: value(
        "--namespaces <n>",
        `how many namespaces have assets (default: ${NAMESPACES})`,
        wholeNumber(1, 1_000_000),
      ),
      without: text("--without <rule>", "only the world without this rule, such as deadline"),
      world: flag("--world", "what agents all over the world see, and what it costs, instead"),
      ...WORLD_OPTIONS,
    },
    examples: [
      "npm run model -- --reads 100000",
      "npm run model -- --without deadline",
      "npm run model -- --world --agents 10000",
    ],
    exitCodes: { 0: "every promise held", 1: "a promise was broken, or an error" },
    async run({ options: { reads, seed, namespaces, without, world, ...worldly } }) {
      if (world) {
        refuse({ reads, namespaces, without }, "does not go with --world");
        await runWorld({ seed, ...worldly });
        return 0;
      }
      refuse(worldly, "goes with --world only");
      if (await isBroken(reads ?? READS, seed, namespaces ?? NAMESPACES, policiesWanted(without)))
        throw new Error("a promise was broken");
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);

/** Throws a mistake for the first option that was given. */
function refuse(options: Readonly<Record<string, unknown>>, why: string): void {
  const given = Object.entries(options).find(([, option]) => option !== undefined && option !== false);
  if (given !== undefined)
    throw new Mistake(`--${given[0]} ${why}`, "leave it out, or see npm run model -- --help");
}

/** Simulates and prints; resolves to whether the rules broke a promise. */
async function isBroken(
  reads: number,
  seed: number,
  namespaces: number,
  wanted: readonly PolicyName[],
): Promise<boolean> {
  console.log(
    `${reads} reads over ${namespaces} namespaces, a quarter for each rule left out; seed ${seed}\n`,
  );
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
    const outcome = await simulate(policy, count, seed, namespaces, (done) => progress(name, done, count));
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
  return broken;
}

/** All policies, or the one without a rule. */
function policiesWanted(without: string | undefined): PolicyName[] {
  const all = Object.keys(POLICIES).filter(isPolicyName);
  if (without === undefined) return all;
  const name = `without ${without}`;
  if (isPolicyName(name)) return [name];
  const rules = all.filter((each) => each !== THE_RULE).map((each) => each.replace("without ", ""));
  throw new Mistake(`there is no rule ${quoted(without)}`, `--without takes ${rules.join(", ")}`);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** On a terminal, one line that is written over. */
function progress(name: string, done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(name === "" ? "\r\u001b[K" : `\r${name}: ${done} of ${of}`);
}
