// npm run epoch -- --local|--remote [--env staging]: after D1 was restored to an earlier time, no copy made before may
// be served (I9).
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { logIn } from "./deploy/account.ts";
import { findDatabase, query } from "./deploy/d1.ts";
import { readTarget, type Which } from "./deploy/target.ts";
import { REAL_WORLD } from "./deploy/world.ts";
import { DEFAULT_STATE, QUIET } from "./local.ts";
import { NEW_EPOCH } from "./new-epoch.ts";

try {
  const { values } = parseArgs({
    options: {
      local: { type: "boolean", default: false },
      remote: { type: "boolean", default: false },
      state: { type: "string", default: DEFAULT_STATE },
      env: { type: "string" },
      name: { type: "string" },
      account: { type: "string" },
    },
  });
  const { local, remote, state, account, ...which } = values;
  if (local === remote) {
    throw new Error(
      "say which database: npm run epoch -- --local [--state DIR], or npm run epoch -- --remote [--env staging]",
    );
  }
  if (local) beginLocally(state);
  else await beginRemotely(which, account);
  console.log(
    "A new epoch has begun: isolates notice with their next journal, at the latest after three minutes.",
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function beginLocally(state: string): void {
  const args = ["d1", "execute", "DB", "--local", "--persist-to", state, "--yes", "--command", NEW_EPOCH];
  const { status } = spawnSync("wrangler", args, { env: QUIET, stdio: "inherit" });
  if (status !== 0) throw new Error("the local database has no new epoch: see what wrangler says above");
}

async function beginRemotely(which: Which, wanted: string | undefined): Promise<void> {
  const target = readTarget(which);
  const account = await logIn(wanted, REAL_WORLD);
  const database = await findDatabase(account, target);
  if (database === null) throw new Error(`the account ${account.id} has no database ${target.database.name}`);
  const [[begun] = []] = await query<{ epoch: string; seq: number }>(account, database, NEW_EPOCH);
  console.log(`${target.database.name}: epoch ${begun?.epoch}, seq ${begun?.seq}`);
}
