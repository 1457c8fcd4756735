// npm run rotate-secret [-- --env staging | --local]: a new secret signs tokens, those of the old one stay good until
// --finish. No secret is printed, or known to anyone.
import { parseArgs } from "node:util";
import { rotate } from "./deploy/rotate.ts";
import { REAL_WORLD } from "./deploy/world.ts";
import { DEFAULT_STATE } from "./local.ts";

const USAGE = `npm run rotate-secret                 a new secret signs; tokens of the old one stay good
npm run rotate-secret -- --finish     they are good no more; run it when the sessions have moved
npm run rotate-secret -- --now --yes  both at once, when a secret has leaked: everyone logs in again
  --env staging, --name NAME, --account ID    which deployment
  --local [--state DIR]                       that of npm start`;

try {
  const { values } = parseArgs({
    options: {
      finish: { type: "boolean", default: false },
      now: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      local: { type: "boolean", default: false },
      state: { type: "string", default: DEFAULT_STATE },
      env: { type: "string" },
      name: { type: "string" },
      account: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { finish, now, local, state, help, ...rest } = values;
  if (help) {
    console.log(USAGE);
  } else {
    if (finish && now) throw new Error(`--finish and --now are two things:\n${USAGE}`);
    const phase = now ? "now" : finish ? "finish" : "begin";
    await rotate({ ...rest, phase, ...(local ? { state } : {}) }, REAL_WORLD);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
