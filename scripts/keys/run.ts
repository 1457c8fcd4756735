// The subcommands of `npm run keys`.
import { parseArgs } from "node:util";
import type { CommandIo } from "../command-io.ts";
import { answered, deploymentOf, seconds, table, type Deployment } from "../deployment.ts";

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

const COMMANDS: Record<string, (server: Deployment, options: Options, io: CommandIo) => Promise<void>> = {
  async list(server, { format }, io) {
    show(await allKeys(server), format, io);
  },
  async get({ ask }, options, io) {
    const keys = await answered(await ask("GET", `${PATH}/${named(options)}`));
    show(keys as Shown[], options.format, io);
  },
  async create({ ask }, options, io) {
    if (options.grants === undefined) throw new Error("--grants is missing, as in --grants 'edit@default'");
    const expiry =
      options.expires === undefined
        ? {}
        : { expires_at: new Date(Date.now() + 1000 * seconds(options.expires, "--expires")).toISOString() };
    const body = { name: decodeURIComponent(named(options)), grants: options.grants.split(","), ...expiry };
    showSecret((await answered(await ask("POST", PATH, { body }))) as Shown, io);
  },
  async rotate({ ask }, options, io) {
    const body = { overlap: seconds(options.overlap, "--overlap") };
    const rotated = await answered(await ask("POST", `${PATH}/${named(options)}/rotate`, { body }));
    showSecret(rotated as Shown, io);
    io.stderr.write(`The old secret works for ${options.overlap} more.\n`);
  },
  async revoke({ ask }, options, io) {
    await answered(await ask("DELETE", `${PATH}/${named(options)}`));
    io.stderr.write(`${named(options)} is revoked; every location knows within three minutes.\n`);
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

function show(keys: readonly Shown[], format: string, { stdout }: CommandIo): void {
  if (format === "json") {
    stdout.write(`${JSON.stringify(keys, null, 2)}\n`);
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
  stdout.write(table([["NAME", "STATUS", "GRANTS", "MADE BY", "EXPIRES", "LAST USED"], ...rows]));
}

/** The secret alone on standard output, so that it can go straight to where secrets are kept. */
function showSecret({ key = "", name }: Shown, { stdout, stderr }: CommandIo): void {
  stderr.write(`The key ${name}, shown this once:\n`);
  stdout.write(`${key}\n`);
}

/** Runs a subcommand; resolves to 0, or to 1 after an error, which is on standard error. */
export async function runKeys(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
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
    await command(deploymentOf(io.environment), values, io);
    return 0;
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
