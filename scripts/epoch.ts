// npm run epoch -- --local|--remote: after D1 was restored to an earlier time, no copy made before may be served (I9).
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { DEFAULT_STATE, QUIET } from "./local.ts";

/**
 * A new epoch names a new space of keys in KV and memory, so every copy of the time that was undone is out of reach at
 * once. The seq jumps so that no commit of the new time takes a number of the old one.
 */
export const NEW_EPOCH =
  "UPDATE meta SET epoch = lower(hex(randomblob(8))), seq = seq + 1000000 RETURNING epoch, seq";

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      local: { type: "boolean", default: false },
      remote: { type: "boolean", default: false },
      state: { type: "string", default: DEFAULT_STATE },
    },
  });
  if (values.local === values.remote) {
    console.error("say which database: npm run epoch -- --local [--state DIR], or npm run epoch -- --remote");
    process.exit(1);
  }
  const where = values.local ? ["--local", "--persist-to", values.state] : ["--remote"];
  const args = ["d1", "execute", "DB", ...where, "--yes", "--command", NEW_EPOCH];
  const { status } = spawnSync("wrangler", args, { env: QUIET, stdio: "inherit" });
  if (status !== 0) process.exit(1);
  console.log(
    "A new epoch has begun: isolates notice with their next journal, at the latest after three minutes.",
  );
}
