// npm run --silent token -- --grants 'view@default' --ttl 1h --name agent-7
// Prints one access token, signed with the local secret, and nothing else.
import { parseArgs } from "node:util";
import { DEFAULT_STATE, localToken } from "./local.ts";

const USAGE = `npm run --silent token -- --grants 'view@default,edit@team-a' [--ttl 1h] [--name agent-7] [--state DIR] [--url URL]
  --grants  role@namespace or role@namespace/name-glob, divided by commas; roles: view, edit, admin; * is all
  --ttl     how long it is good for: 90s, 15m, 1h, 30d (default 1h)
  --name    who it stands for; stored as created_by of what it writes (default local)
  --state   the folder of local data whose secret signs (default ${DEFAULT_STATE})
  --url     the server it is for, its issuer (default http://127.0.0.1:8080)`;

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function seconds(ttl: string): number {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(ttl);
  if (match === null)
    throw new Error(`"${ttl}" is not a time to live: use a number and s, m, h or d, as in 1h`);
  return Number(match[1]) * (UNITS[match[2] ?? "s"] ?? 1);
}

try {
  const { values } = parseArgs({
    options: {
      grants: { type: "string" },
      ttl: { type: "string", default: "1h" },
      name: { type: "string", default: "local" },
      state: { type: "string", default: DEFAULT_STATE },
      url: { type: "string", default: "http://127.0.0.1:8080" },
    },
  });
  if (values.grants === undefined) throw new Error("--grants is missing");
  const token = await localToken({
    state: values.state,
    grants: values.grants.split(",").map((grant) => grant.trim()),
    name: values.name,
    ttlSeconds: seconds(values.ttl),
    issuer: values.url,
  });
  process.stdout.write(`${token}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = 1;
}
