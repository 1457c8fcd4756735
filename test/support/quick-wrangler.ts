// The calls that wrangler makes to deploy, without starting wrangler: half a second to two seconds of CPU each time.
// test/e2e/wrangler.test.ts holds these calls, and what they leave at the account, to those of wrangler itself.
import { appendFile, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { Environment, Wrangler } from "../../scripts/deploy/world.ts";
import { wrangler, WranglerFailure } from "../../scripts/deploy/wrangler.ts";
import type { Binding, Metadata } from "./cloudflare-scripts.ts";

/** What is read of the configuration that a deployment hands to wrangler. */
interface Config {
  readonly name: string;
  readonly compatibility_date: string;
  readonly workers_dev: boolean;
  readonly vars: Readonly<Record<string, string>>;
  readonly triggers: { readonly crons: readonly string[] };
  readonly kv_namespaces: readonly { readonly binding: string; readonly id: string }[];
  readonly r2_buckets?: readonly { readonly binding: string; readonly bucket_name: string }[];
  readonly d1_databases: readonly {
    readonly binding: string;
    readonly database_id: string;
    readonly migrations_dir: string;
  }[];
  readonly ratelimits: readonly {
    readonly name: string;
    readonly namespace_id: string;
    readonly simple: object;
  }[];
  readonly assets: {
    readonly directory: string;
    readonly binding: string;
    readonly run_worker_first: boolean;
  };
  readonly observability: unknown;
}

const OPTIONS = {
  config: { type: "string", default: "" },
  tag: { type: "string", default: "" },
  message: { type: "string", default: "" },
  "secrets-file": { type: "string" },
  minify: { type: "boolean" },
  remote: { type: "boolean" },
} as const;

/** Runs `wrangler deploy` and `wrangler d1 migrations apply` by their calls, and every other command as itself. */
export const quickWrangler: Wrangler = async (args, environment) => {
  const options = args.findIndex((arg) => arg.startsWith("-"));
  const command = args.slice(0, options).join(" ");
  if (command !== "deploy" && command !== "d1 migrations apply DB") return wrangler(args, environment);
  const { values } = parseArgs({ args: args.slice(options), options: OPTIONS });
  const config = JSON.parse(await readFile(values.config, "utf8")) as Config;
  const cloudflare = new Cloudflare(command.replace(/ .*/, ""), environment);
  if (command !== "deploy") await applyMigrations(cloudflare, config);
  else await deploy(cloudflare, config, values, environment);
  return "";
};

/** Cloudflare's API as wrangler calls it: whatever is refused ends it. */
class Cloudflare {
  readonly #command: string;
  readonly #environment: Environment;
  /** Where every path starts. */
  readonly #account: string;

  constructor(command: string, environment: Environment) {
    this.#command = command;
    this.#environment = environment;
    this.#account = `/accounts/${environment["CLOUDFLARE_ACCOUNT_ID"]}`;
  }

  async call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    const answer = await this.#ask(method, path, body, token);
    if (answer.success) return answer.result as T;
    const [error] = answer.errors;
    throw new WranglerFailure(
      `wrangler ${this.#command}: A request to the Cloudflare API (${this.#account}${path}) failed. ${error?.message} [code: ${error?.code}]`,
    );
  }

  /** Null for what there is not. */
  async find<T>(path: string): Promise<T | null> {
    const answer = await this.#ask("GET", path);
    if (answer.success) return answer.result as T;
    const [error] = answer.errors;
    if (error?.code === NO_WORKER) return null;
    return this.call("GET", path);
  }

  /** For calls of which wrangler only warns when they fail. */
  async tryTo(method: string, path: string, body?: unknown): Promise<void> {
    await this.#ask(method, path, body);
  }

  async #ask(method: string, path: string, body?: unknown, token?: string): Promise<Envelope> {
    const { CLOUDFLARE_API_BASE_URL, CLOUDFLARE_API_TOKEN } = this.#environment;
    const headers = new Headers({ Authorization: `Bearer ${token ?? CLOUDFLARE_API_TOKEN}` });
    const form = body instanceof FormData;
    if (!form) headers.set("Content-Type", "application/json");
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = form ? body : JSON.stringify(body);
    const url = `${CLOUDFLARE_API_BASE_URL}${this.#account}${path}`;
    return (await (await fetch(url, init)).json()) as Envelope;
  }
}

const NO_WORKER = 10007;

interface Envelope {
  readonly success: boolean;
  readonly result: unknown;
  readonly errors: readonly { readonly code: number; readonly message: string }[];
}

const NOTES = `CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

async function applyMigrations(cloudflare: Cloudflare, { d1_databases: [database] }: Config): Promise<void> {
  if (database === undefined) throw new WranglerFailure("wrangler d1: no database");
  const query = (sql: string) =>
    cloudflare.call<{ results: { name: string }[] }[]>("POST", `/d1/database/${database.database_id}/query`, {
      sql,
    });
  await query(NOTES);
  const [applied] = await query("SELECT *\n\t\tFROM d1_migrations\n\t\tORDER BY id");
  const names = new Set(applied?.results.map(({ name }) => name));
  for (const file of (await readdir(database.migrations_dir)).sort()) {
    if (names.has(file)) continue;
    const sql = await readFile(join(database.migrations_dir, file), "utf8");
    await query(`${sql}\n\t\tINSERT INTO d1_migrations (name)\n\t\tvalues ('${file}');\n`);
  }
}

interface Options {
  readonly tag: string;
  readonly message: string;
  readonly "secrets-file"?: string;
}

async function deploy(
  cloudflare: Cloudflare,
  config: Config,
  { tag, message, "secrets-file": secretsFile }: Options,
  environment: Environment,
): Promise<void> {
  const script = `/workers/scripts/${config.name}`;
  const exists = (await cloudflare.find(`/workers/services/${config.name}`)) !== null;
  await cloudflare.find(`${script}/secrets`);
  if (!exists) await cloudflare.call("GET", "/workers/subdomain");
  await cloudflare.find(`${script}/deployments`);
  const jwt = await uploadDocuments(cloudflare, script, config.assets.directory);
  await cloudflare.tryTo("GET", `${script}/settings`);
  // Of a Worker that exists, its settings say which buckets there are.
  for (const { bucket_name: bucket } of exists ? [] : (config.r2_buckets ?? []))
    await cloudflare.tryTo("GET", `/r2/buckets/${bucket}`);

  const secrets = secretsFile === undefined ? {} : JSON.parse(await readFile(secretsFile, "utf8"));
  const metadata: Metadata = {
    main_module: "index.js",
    bindings: bindingsOf(config, secrets as Record<string, string>, exists),
    compatibility_date: config.compatibility_date,
    annotations: { "workers/message": message, "workers/tag": tag },
    assets: { jwt, config: { run_worker_first: config.assets.run_worker_first } },
    observability: config.observability,
  };
  const form = new FormData();
  form.set("metadata", JSON.stringify(metadata));
  const version = exists
    ? await releaseVersion(cloudflare, script, form)
    : await cloudflare
        .call<{ deployment_id: string }>("PUT", script, form)
        .then(({ deployment_id: id }) => uuid(id));

  await cloudflare.find(`/workers/workers/${config.name}`);
  await cloudflare.call("GET", "/workers/subdomain");
  await cloudflare.call("POST", `${script}/subdomain`, { enabled: config.workers_dev });
  await cloudflare.call(
    "PUT",
    `${script}/schedules`,
    config.triggers.crons.map((cron) => ({ cron })),
  );
  const output = environment["WRANGLER_OUTPUT_FILE_PATH"] ?? "";
  await appendFile(output, `${JSON.stringify({ type: "deploy", version_id: version })}\n`);
}

async function uploadDocuments(cloudflare: Cloudflare, script: string, directory: string): Promise<string> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const manifest = Object.fromEntries(
    files.map(({ name }) => [`/${name}`, { hash: basename(name), size: 1 }]),
  );
  const session = await cloudflare.call<{ jwt: string }>("POST", `${script}/assets-upload-session`, {
    manifest,
  });
  const uploaded = await cloudflare.call<{ jwt: string }>(
    "POST",
    "/workers/assets/upload?base64=true",
    new FormData(),
    session.jwt,
  );
  return uploaded.jwt;
}

/** The version of a Worker that exists: uploaded, then deployed. */
async function releaseVersion(cloudflare: Cloudflare, script: string, form: FormData): Promise<string> {
  const { id } = await cloudflare.call<{ id: string }>("POST", `${script}/versions`, form);
  await cloudflare.call("POST", `${script}/deployments`, {
    strategy: "percentage",
    versions: [{ version_id: id, percentage: 100 }],
  });
  await cloudflare.tryTo("PATCH", `${script}/script-settings`, {});
  return id;
}

/** In wrangler's order; of a Worker that exists, secrets that are not given are kept. */
function bindingsOf(config: Config, secrets: Readonly<Record<string, string>>, exists: boolean): Binding[] {
  const kept = exists && !("TOKEN_SECRET" in secrets) ? [{ name: "TOKEN_SECRET", type: "inherit" }] : [];
  const texts = (type: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, text]) => ({ name, type, text }));
  return [
    ...kept,
    ...texts("plain_text", config.vars),
    ...texts("secret_text", secrets),
    ...config.kv_namespaces.map(({ binding, id }) => ({
      name: binding,
      type: "kv_namespace",
      namespace_id: id,
    })),
    ...(config.r2_buckets ?? []).map(({ binding, bucket_name }) => ({
      name: binding,
      type: "r2_bucket",
      bucket_name,
    })),
    ...config.d1_databases.map(({ binding, database_id: id }) => ({ name: binding, type: "d1", id })),
    ...config.ratelimits.map((limit) => ({ ...limit, type: "ratelimit" })),
    { name: config.assets.binding, type: "assets" },
  ];
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
