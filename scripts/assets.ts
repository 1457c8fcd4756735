// npm run assets -- dump|plan|apply|diff|history|rollback: the assets of a deployment as files, and their history.
import { apply } from "./assets/apply.ts";
import { DONE, FAILED, type Command } from "./assets/command.ts";
import { diff } from "./assets/diff.ts";
import { dump } from "./assets/dump.ts";
import { history } from "./assets/history.ts";
import { Mistake } from "./assets/mistake.ts";
import { plan } from "./assets/plan.ts";
import { rollback } from "./assets/rollback.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({ dump, plan, apply, diff, history, rollback }),
);

const SUMMARIES = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`).join("\n");

const HELP = `npm run --silent assets -- COMMAND [options]

${SUMMARIES}

Each has its own --help, with its options and exit codes: 0 nothing to do or done, 2 changes are planned, 1 an error.
SENSU_API_URL says where (default http://127.0.0.1:8080); SENSU_TOKEN or SENSU_API_KEY says who asks.
`;

// Whoever reads the output may stop early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = FAILED;
}

async function run([name = "", ...args]: readonly string[]): Promise<number> {
  const wantsHelp = [name, ...args].some((arg) => arg === "--help" || arg === "-h");
  const command = COMMANDS.get(name);
  if (wantsHelp || name === "help") {
    process.stdout.write(command === undefined ? HELP : `${command.help}\n`);
    return DONE;
  }
  if (command !== undefined) return command.run(args);
  throw new Mistake(
    name === "" ? "which command?" : `there is no command "${name}"`,
    `these are:\n${SUMMARIES}`,
  );
}
