// The subcommands of `npm run assets`: which one runs, their common help, and how an error ends.
import type { CommandIo } from "../command-io.ts";
import { apply } from "./apply.ts";
import { DONE, FAILED, type Command } from "./command.ts";
import { diff } from "./diff.ts";
import { dump } from "./dump.ts";
import { history } from "./history.ts";
import { Mistake } from "./mistake.ts";
import { plan } from "./plan.ts";
import { rollback } from "./rollback.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({ dump, plan, apply, diff, history, rollback }),
);

const SUMMARIES = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`).join("\n");

const HELP = `npm run --silent assets -- COMMAND [options]

${SUMMARIES}

Each has its own --help, with its options and exit codes: 0 nothing to do or done, 2 changes are planned, 1 an error.
SENSU_API_URL says where (default http://127.0.0.1:8080); SENSU_TOKEN or SENSU_API_KEY says who asks.
`;

/** Runs a subcommand; resolves to the exit code. An error is one line on standard error. */
export async function runAssets(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

async function dispatch([name = "", ...args]: readonly string[], io: CommandIo): Promise<number> {
  const wantsHelp = [name, ...args].some((arg) => arg === "--help" || arg === "-h");
  const command = COMMANDS.get(name);
  if (wantsHelp || name === "help") {
    io.stdout.write(command === undefined ? HELP : `${command.help}\n`);
    return DONE;
  }
  if (command !== undefined) return command.run(args, io);
  throw new Mistake(
    name === "" ? "which command?" : `there is no command "${name}"`,
    `these are:\n${SUMMARIES}`,
  );
}
