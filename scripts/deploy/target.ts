// What is to be deployed, as wrangler.toml and the command line say it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { unstable_readConfig } from "wrangler";
import { TOKEN_SECRET } from "./secret.ts";
import { Stopped } from "./steps.ts";

/** Where configurations lie while wrangler needs them. */
const FOLDER = ".wrangler/deployment";

/** What src/index.ts takes from its environment, secrets aside. */
export const BINDINGS: readonly string[] = ["DB", "CACHE", "AUTH_FAILURES", "DOCUMENTS"];

/** What is read of wrangler's configuration here. The rest goes through as it is. */
export interface Config {
  readonly name?: string;
  readonly compatibility_date?: string;
  readonly workers_dev?: boolean;
  readonly definedEnvironments?: readonly string[];
  readonly routes?: readonly (string | { readonly pattern: string; readonly custom_domain?: boolean })[];
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly triggers: { readonly crons?: readonly string[] };
  readonly assets?: { readonly binding?: string; readonly directory?: string };
  readonly ratelimits: readonly { readonly name: string }[];
  readonly d1_databases: readonly {
    readonly binding: string;
    readonly database_name?: string;
    readonly database_id?: string;
    readonly migrations_dir?: string;
  }[];
  readonly kv_namespaces: readonly { readonly binding: string; readonly id?: string }[];
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name?: string }[];
}

export interface Target {
  /** The environment of wrangler.toml, `staging`; null for the top level. */
  readonly environment: string | null;
  readonly worker: string;
  /** How the database and the namespace are found in an account: by id where wrangler.toml has one, else by name. */
  readonly database: { readonly name: string; readonly id: string | null };
  readonly namespace: { readonly title: string; readonly id: string | null };
  /** The bucket for copies of archives; null where wrangler.toml binds none. */
  readonly bucket: string | null;
  readonly migrations: string;
  readonly config: Config;
}

/** What says which deployment is meant. */
export interface Which {
  /** An environment of the configuration. */
  readonly env?: string | undefined;
  /** Another name for the Worker and its database: a deployment beside the one of the configuration. */
  readonly name?: string | undefined;
  /** The configuration; `wrangler.toml` unless a test brings its own. */
  readonly config?: string | undefined;
}

/** Reads the configuration; what is missing in it is an error that names the line to add. */
export function readTarget(
  { env, name, config: file = "wrangler.toml" }: Which,
  overridden?: string,
): Target {
  const defined = readConfig(file, undefined).definedEnvironments ?? [];
  if (env !== undefined && !defined.includes(env)) {
    throw new Stopped(
      `${file} has no [env.${env}]`,
      `add it, or use one of: ${defined.join(", ") || "none"}`,
    );
  }
  const config = readConfig(file, env);
  const worker = name ?? overridden ?? config.name;
  if (worker === undefined)
    throw new Stopped(`${file} has no name`, 'add a line such as name = "edge-assets"');
  const section = env === undefined ? "" : `env.${env}.`;
  const database = config.d1_databases.find(({ binding }) => binding === "DB");
  const namespace = config.kv_namespaces.find(({ binding }) => binding === "CACHE");
  if (database === undefined)
    throw new Stopped(`${file} has no [[${section}d1_databases]] with binding = "DB"`);
  if (namespace === undefined)
    throw new Stopped(`${file} has no [[${section}kv_namespaces]] with binding = "CACHE"`);
  if (config.vars?.["ARCHIVE_LOOPBACK"] !== undefined) {
    throw new Stopped(
      `${file} sets ARCHIVE_LOOPBACK, by which the Worker would ask its own machine for archives`,
      "remove it: npm start sets it for itself",
    );
  }
  const bucket = config.r2_buckets.find(({ binding }) => binding === "ARCHIVES");
  return {
    environment: env ?? null,
    worker,
    database: {
      name: name ?? database.database_name ?? worker,
      id: name === undefined ? realId(database.database_id) : null,
    },
    // The title that wrangler gives a namespace which it makes itself.
    namespace: { title: `${worker}-cache`, id: name === undefined ? realId(namespace.id) : null },
    bucket:
      bucket === undefined ? null : bucketName(name === undefined ? bucket.bucket_name : undefined, worker),
    migrations: resolve(database.migrations_dir ?? "migrations"),
    config,
  };
}

function readConfig(file: string, env: string | undefined): Config {
  try {
    return unstable_readConfig(
      { config: file, ...(env === undefined ? {} : { env }) },
      { hideWarnings: true },
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Stopped(
      `${file} cannot be read: ${message.trim().split("\n").slice(0, 3).join(" ")}`,
      `mend ${file}`,
    );
  }
}

function bucketName(given: string | undefined, worker: string): string {
  return given ?? `${worker}-archives`;
}

/** Zeros are no id: configurations of earlier versions hold them. */
function realId(id: string | undefined): string | null {
  return id === undefined || /^[0-]*$/.test(id) ? null : id;
}

/** Ids of an account, to be put where the configuration has none. */
export interface Ids {
  readonly database: string;
  readonly namespace: string;
  /** Null: no bucket is bound. */
  readonly bucket: string | null;
}

/**
 * The configuration with every id filled in, as wrangler takes it by `--config`. It is what wrangler made of
 * wrangler.toml, without what is empty or describes how it was read; paths are absolute, since they would count from
 * the file.
 */
export function resolvedConfig(
  { config, worker, database, migrations }: Target,
  ids: Ids,
): Record<string, unknown> {
  const entries = Object.entries(config).filter(
    ([name, value]) => !ABOUT_READING.has(name) && !isEmpty(value),
  );
  return {
    ...Object.fromEntries(entries),
    name: worker,
    vars: { ...config.vars, WORKER_NAME: worker },
    // An upload by which the Worker would lose its secret, or never have one, is refused.
    secrets: { required: [TOKEN_SECRET] },
    ...(config.assets === undefined
      ? {}
      : { assets: { ...config.assets, directory: resolve(config.assets.directory ?? "public") } }),
    d1_databases: config.d1_databases.map((one) =>
      one.binding === "DB"
        ? { ...one, database_name: database.name, database_id: ids.database, migrations_dir: migrations }
        : one,
    ),
    kv_namespaces: config.kv_namespaces.map((one) =>
      one.binding === "CACHE" ? { ...one, id: ids.namespace } : one,
    ),
    r2_buckets: config.r2_buckets.flatMap((one) => {
      if (one.binding !== "ARCHIVES") return [one];
      return ids.bucket === null ? [] : [{ ...one, bucket_name: ids.bucket }];
    }),
  };
}

/** What describes how a configuration was read, or is for `wrangler dev`. */
const ABOUT_READING = new Set([
  "configPath",
  "userConfigPath",
  "topLevelName",
  "definedEnvironments",
  "targetEnvironment",
  "dev",
  "build",
]);

/** Writes a configuration where wrangler can read it, for as long as `use` takes; another run may do the same. */
export async function withConfigFile<T>(
  worker: string,
  config: Record<string, unknown>,
  use: (file: string) => Promise<T>,
): Promise<T> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, `${worker}-`));
  try {
    const file = join(folder, "wrangler.json");
    await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === "object" && value !== null && Object.values(value).every(isEmpty);
}
