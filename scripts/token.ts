// npm run --silent token -- --grants 'view@default' --ttl 1h --name agent-7
// Prints one access token, signed with the local secret, and nothing else.
import { command, DONE_OR_FAILED, runOf } from "./command/command.ts";
import { runInProcess } from "./command/io.ts";
import { Mistake } from "./command/mistake.ts";
import { duration, text, textOr, valueOr } from "./command/options.ts";
import { DEFAULT_STATE, localToken } from "./local.ts";

export const run = runOf(
  command({
    name: "npm run --silent token --",
    summary: "print an access token for the server on this machine",
    details: "Signs with the secret of the folder of local data, and prints the token and nothing else.",
    options: {
      grants: text(
        "--grants <list>",
        "role@namespace or role@namespace/name-glob, separated by commas; roles: view, edit, admin; * is all",
      ),
      ttl: valueOr("--ttl <duration>", "how long it is valid: 90s, 15m, 1h, 30d", duration(1), "1h"),
      name: textOr("--name <name>", "the principal; created_by of what it writes", "local"),
      state: textOr("--state <dir>", "the folder of local data whose secret signs", DEFAULT_STATE),
      url: textOr("--url <url>", "the server it is for, its issuer", "http://127.0.0.1:8080"),
    },
    examples: [
      "npm run --silent token -- --grants 'view@default' --ttl 1h --name agent-7",
      "npm run --silent token -- --grants 'edit@team-a/sensu/*,view@*' --state /tmp/edge-assets",
    ],
    exitCodes: DONE_OR_FAILED,
    async run({ options: { grants, ttl, name, state, url }, io }) {
      if (grants === undefined) throw new Mistake("--grants is missing", "as in --grants 'view@default'");
      const token = await localToken({
        state,
        grants: grants.split(",").map((grant) => grant.trim()),
        name,
        ttlSeconds: ttl,
        issuer: url,
      });
      io.stdout.write(`${token}\n`);
      return 0;
    },
  }),
);

if (import.meta.main) await runInProcess(run);
