// npm run epoch: after D1 was restored to an earlier time, no copy made before may be served (I9).
import { command, DONE_OR_FAILED, runOf } from "./command/command.ts";
import { accountOption, environmentOption, nameOption } from "./command/deployed.ts";
import { runInProcess, type CommandIo } from "./command/io.ts";
import { Mistake } from "./command/mistake.ts";
import { flag, textOr } from "./command/options.ts";
import { logIn } from "./deploy/account.ts";
import { findDatabase, query } from "./deploy/d1.ts";
import { readTarget, type Which } from "./deploy/target.ts";
import { REAL_WORLD } from "./deploy/world.ts";
import { wrangler } from "./deploy/wrangler.ts";
import { DEFAULT_STATE, existingState } from "./local.ts";
import { NEW_EPOCH } from "./new-epoch.ts";

export const run = runOf(
  command({
    name: "npm run epoch --",
    summary: "begin a new epoch, after the database was restored to an earlier time",
    details: "Copies made before it are no longer served, at the latest after three minutes.",
    options: {
      local: flag("--local", "of the server of npm start"),
      remote: flag("--remote", "of a deployment"),
      state: textOr("--state <dir>", "the folder of local data", DEFAULT_STATE),
      env: environmentOption,
      name: nameOption,
      account: accountOption,
    },
    examples: ["npm run epoch -- --remote", "npm run epoch -- --local --state /tmp/edge-assets"],
    exitCodes: DONE_OR_FAILED,
    async run({ options: { local, remote, state, account, ...which }, io }) {
      if (local === remote) throw new Mistake("it is not said which database", "use --local or --remote");
      if (local) await beginLocally(state);
      else await beginRemotely(which, account, io);
      io.stdout.write(
        "A new epoch has begun: isolates notice with their next journal, at the latest after three minutes.\n",
      );
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);

async function beginLocally(state: string): Promise<void> {
  const folder = await existingState(state);
  const args = ["d1", "execute", "DB", "--local", "--persist-to", folder, "--yes", "--command", NEW_EPOCH];
  await wrangler(args, process.env);
}

async function beginRemotely(which: Which, wanted: string | undefined, { stdout }: CommandIo): Promise<void> {
  const target = readTarget(which);
  const account = await logIn(wanted, REAL_WORLD);
  const database = await findDatabase(account, target);
  if (database === null) throw new Error(`the account ${account.id} has no database ${target.database.name}`);
  const [[begun] = []] = await query<{ epoch: string; seq: number }>(account, database, NEW_EPOCH);
  stdout.write(`${target.database.name}: epoch ${begun?.epoch}, seq ${begun?.seq}\n`);
}
