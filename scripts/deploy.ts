// npm run deploy: from an empty account to a running Worker.
import { command, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { accountOption, environmentOption, nameOption, urlOption } from "./command/deployed.ts";
import { flag, text, textOr, value, wordOf } from "./command/options.ts";
import { deploy } from "./deploy/deploy.ts";
import { REAL_WORLD } from "./deploy/world.ts";

export const run = runOf(
  command({
    name: "npm run deploy --",
    summary: "deploy to a Cloudflare account; run it again and again: it does what is missing",
    options: {
      dryRun: flag("--dry-run", "say what would be done, and do nothing"),
      env: environmentOption,
      name: nameOption,
      account: accountOption,
      location: value(
        "--location <region>",
        "where a new database lies: wnam, enam, weur, eeur, apac, oc (default: near this machine)",
        wordOf(["wnam", "enam", "weur", "eeur", "apac", "oc"]),
      ),
      url: urlOption,
      contract: text("--contract <why>", "apply migrations that take away what the running version may use"),
      showKey: flag("--show-key", "print the first admin key also where the output may be kept"),
      newKey: flag("--new-key", "make an admin key although there is one"),
      keyName: textOr("--key-name <name>", "the name of the admin key that is made", "admin"),
    },
    examples: ["npm run deploy -- --dry-run", "npm run deploy -- --env staging"],
    exitCodes: { 0: "deployed", 1: "an error; it says what was done and what to do" },
    environment: "  CLOUDFLARE_API_TOKEN   the credential, where `npx wrangler login` was not run",
    async run({ options }) {
      await deploy(options, REAL_WORLD);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
