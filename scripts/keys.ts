// npm run keys -- list|create|get|rotate|revoke: the API keys of a deployment.
import { parseArgs } from "node:util";
import { answered, deploymentOf, seconds, table, type Deployment } from "./deployment.ts";

const USAGE = `npm run --silent keys -- list [--format table|json]
npm run --silent keys -- create --name ci --grants 'edit@default,view@*' [--expires 90d]
npm run --silent keys -- get --name ci
npm run --silent keys -- rotate --name ci [--overlap 1d]   both secrets work while they overlap
npm run --silent keys -- revoke --name ci
SENSU_API_URL (default http://127.0.0.1:8080) says where; SENSU_TOKEN or SENSU_API_KEY, of an admin, who asks.`;

const PATH = "/api/edge/v1/keys";

interface Shown {
  readonly key?: string;
  readonly name: string;
  readonly grants: readonly string[];
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly last_used: string | null;
  readonly status: string;
}

interface Options {
  readonly name?: string;
  readonly grants?: string;
  readonly expires?: string;
  readonly overlap: string;
  readonly format: string;
}

const COMMANDS: Record<string, (server: Deployment, options: Options) => Promise<void>> = {
  async list(server, { format }) {
    show(await allKeys(server), format);
  },
  async get({ ask }, options) {
    show((await answered(await ask("GET", `${PATH}/${named(options)}`))) as Shown[], options.format);
  },
  async create({ ask }, options) {
    if (options.grants === undefined) throw new Error("--grants is missing, as in --grants 'edit@default'");
    const expiry =
      options.expires === undefined
        ? {}
        : { expires_at: new Date(Date.now() + 1000 * seconds(options.expires, "--expires")).toISOString() };
    const body = { name: decodeURIComponent(named(options)), grants: options.grants.split(","), ...expiry };
    showSecret((await answered(await ask("POST", PATH, { body }))) as Shown);
  },
  async rotate({ ask }, options) {
    const body = { overlap: seconds(options.overlap, "--overlap") };
    showSecret((await answered(await ask("POST", `${PATH}/${named(options)}/rotate`, { body }))) as Shown);
    console.error(`The old secret works for ${options.overlap} more.`);
  },
  async revoke({ ask }, options) {
    await answered(await ask("DELETE", `${PATH}/${named(options)}`));
    console.error(`${named(options)} is revoked; every location knows within three minutes.`);
  },
};

/** Every key that the caller may manage, page by page. */
async function allKeys({ ask }: Deployment): Promise<Shown[]> {
  const keys: Shown[] = [];
  for (let token: string | null = ""; token !== null;) {
    const query: string = token === "" ? "" : `?${new URLSearchParams({ continue: token }).toString()}`;
    const response = await ask("GET", `${PATH}${query}`);
    keys.push(...((await answered(response)) as Shown[]));
    token = response.headers.get("Sensu-Continue");
  }
  return keys;
}

function named({ name }: Options): string {
  if (name === undefined) throw new Error("--name is missing");
  return encodeURIComponent(name);
}

function show(keys: readonly Shown[], format: string): void {
  if (format === "json") {
    console.log(JSON.stringify(keys, null, 2));
    return;
  }
  const day = (time: string | null) => time?.slice(0, 10) ?? "never";
  const rows = keys.map((key) => [
    key.name,
    key.status,
    key.grants.join(","),
    key.created_by,
    day(key.expires_at),
    key.last_used ?? "never",
  ]);
  process.stdout.write(table([["NAME", "STATUS", "GRANTS", "MADE BY", "EXPIRES", "LAST USED"], ...rows]));
}

/** The secret alone on standard output, so that it can go straight to where secrets are kept. */
function showSecret({ key = "", name }: Shown): void {
  console.error(`The key ${name}, shown this once:`);
  console.log(key);
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: "string" },
      grants: { type: "string" },
      expires: { type: "string" },
      overlap: { type: "string", default: "1d" },
      format: { type: "string", default: "table" },
    },
  });
  const command = COMMANDS[positionals[0] ?? ""];
  if (command === undefined) throw new Error(`say what to do:\n${USAGE}`);
  await command(deploymentOf(process.env), values);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
