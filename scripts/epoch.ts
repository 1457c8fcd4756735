// npm run epoch -- --local [--state DIR] | --remote
// Starts a new epoch after D1 was restored to an earlier time; docs/data-and-caching.md says why.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { NEW_EPOCH } from "../src/store/new-epoch.ts";
import { DEFAULT_STATE, QUIET } from "./local.ts";

const { values } = parseArgs({
  options: {
    local: { type: "boolean", default: false },
    remote: { type: "boolean", default: false },
    state: { type: "string", default: DEFAULT_STATE },
  },
});
if (values.local === values.remote) {
  console.error("npm run epoch -- --local [--state DIR] or npm run epoch -- --remote");
  process.exit(1);
}

const where = values.local ? ["--local", "--persist-to", values.state] : ["--remote"];
const command = [
  "d1",
  "execute",
  "DB",
  ...where,
  "--yes",
  "--command",
  `${NEW_EPOCH}; SELECT epoch, seq FROM meta`,
];
const { status } = spawnSync("wrangler", command, { env: QUIET, stdio: "inherit" });
process.exit(status ?? 1);
