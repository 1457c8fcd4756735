// npm run deploy [-- --env staging --dry-run --account ID --name NAME ...]: from an empty account to a running Worker.
import { parseArgs } from "node:util";
import { deploy } from "./deploy/deploy.ts";
import { REAL_WORLD } from "./deploy/world.ts";

const USAGE = `npm run deploy [-- options]; again and again: it does what is missing
  --dry-run         says what would be done, and does nothing
  --env staging     an environment of wrangler.toml
  --name NAME       a deployment beside that of wrangler.toml, with a database of its own
  --account ID      which account, when the credential reaches several (or CLOUDFLARE_ACCOUNT_ID)
  --location weur   where a new database lies: wnam, enam, weur, eeur, apac, oc (default: near this machine)
  --url URL         where the Worker answers, when not on workers.dev
  --contract "why"  applies migrations that take away what the running version may use
  --show-key        shows the first admin key also where the output may be kept
  --new-key         makes an admin key although there is one; --key-name NAME names it (default admin)`;

try {
  const { values } = parseArgs({
    options: {
      env: { type: "string" },
      name: { type: "string" },
      account: { type: "string" },
      location: { type: "string" },
      url: { type: "string" },
      contract: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      "show-key": { type: "boolean", default: false },
      "new-key": { type: "boolean", default: false },
      "key-name": { type: "string", default: "admin" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
  } else {
    const {
      "dry-run": dryRun,
      "show-key": showKey,
      "new-key": newKey,
      "key-name": keyName,
      ...rest
    } = values;
    await deploy({ ...rest, dryRun, showKey, newKey, keyName }, REAL_WORLD);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
