// From nothing to a running Worker: each step finds what is there, does what is missing, and says one line.
import { randomUUID } from "node:crypto";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { logIn, missingPermissions, TOKENS_PAGE, type Account } from "./account.ts";
import { addressOf } from "./address.ts";
import { adminKeys, createAdminKey } from "./admin-key.ts";
import { applyMigrations, compareMigrations, refuseContractions } from "./migrations.ts";
import { releaseOf, runningRelease } from "./release.ts";
import { bookmarkOf, createDatabase, createNamespace, findDatabase, findNamespace } from "./resources.ts";
import { newSecret, secretNames, TOKEN_SECRET } from "./secret.ts";
import { smokeTest } from "./smoke.ts";
import { Steps, Stopped, type Told } from "./steps.ts";
import { readTarget, resolvedConfig, writeConfig, type Ids, type Target, type Which } from "./target.ts";
import { upload } from "./upload.ts";
import type { World } from "./world.ts";

export interface DeployOptions extends Which {
  readonly account?: string | undefined;
  /** Where a new database lies: wnam, enam, weur, eeur, apac, oc. */
  readonly location?: string | undefined;
  /** Where the Worker answers, when not on workers.dev. */
  readonly url?: string | undefined;
  /** Why a migration that takes something away may run now. */
  readonly contract?: string | undefined;
  readonly dryRun: boolean;
  /** Shows the new key also where what is said may be kept. */
  readonly showKey: boolean;
  /** Makes an admin key although there is one. */
  readonly newKey: boolean;
  readonly keyName: string;
}

/** Stands for an id that does not exist yet, in a dry run. */
const NOT_YET = "not-made-yet";

/** Deploys. Throws an error whose message tells everything: what was done, what failed, what to do, the way back. */
export async function deploy(options: DeployOptions, world: World): Promise<void> {
  const { say, environment } = world;
  const steps = new Steps(say);
  const { dryRun } = options;
  if (dryRun) say("a dry run: nothing is changed");

  const target = await steps.take("config", async () => {
    const read = readTarget(options, environment["WRANGLER_CI_OVERRIDE_NAME"]);
    return [
      { said: `${read.worker}${read.environment === null ? "" : `, environment ${read.environment}`}` },
      read,
    ];
  });
  const account = await steps.take("account", async () => {
    const found = await logIn(options.account, world);
    return [{ said: found.said }, found];
  });
  await steps.take("permissions", () => permissions(account));
  const url = await steps.take("address", async () => {
    const found = await addressOf(account, target, options.url);
    return [{ said: found }, found];
  });
  const database = await steps.take("database", () => ensureDatabase(account, target, options));
  const namespace = await steps.take("namespace", () => ensureNamespace(account, target, dryRun));

  const config = resolvedConfig(target, {
    database: database ?? NOT_YET,
    namespace: namespace ?? NOT_YET,
  } satisfies Ids);
  const running = await steps.take("running", async () => {
    const found = await runningRelease(account, target.worker);
    return [
      {
        said:
          found === null ? "nothing yet" : `version ${found.version}, release ${found.release ?? "unknown"}`,
      },
      found,
    ];
  });
  const file = dryRun ? null : await writeConfig(target.worker, config);
  await steps.take("migrations", () =>
    migrate(steps, account, target, { database, file, options, running: running !== null }),
  );

  const secret = await steps.take("secret", () => chooseSecret(account, target, dryRun));
  await steps.take("upload", async () => {
    const release = await releaseOf(config);
    const { crons, missing } = { crons: target.config.triggers.crons ?? [], missing: secret !== null };
    const same =
      running !== null &&
      !missing &&
      running.release === release &&
      running.workersDev === (target.config.workers_dev ?? true) &&
      running.crons.toSorted().join() === crons.toSorted().join();
    if (same) return [{ said: `release ${release} is running: unchanged` }, null];
    if (file === null) return [{ said: `would upload release ${release}` }, null];
    const message = options.contract ?? "npm run deploy";
    const version = await upload(account, { file, release, message, secret });
    const wayBack =
      running === null
        ? `nothing ran before; to take it away again: npx wrangler delete --name ${target.worker}`
        : `npx wrangler rollback ${running.version} --name ${target.worker}`;
    return [{ said: `release ${release} uploaded as version ${version}`, changed: true, wayBack }, null];
  });

  const key = await steps.take("admin key", () => ensureAdminKey(steps, account, database, options, world));
  await steps.take("smoke test", async () => {
    if (dryRun) return [{ said: `would ask ${url}` }, null];
    const authorization = await credentialFor(key, secret, url, world);
    const { journalAgeSeconds, asked } = await smokeTest(url, authorization, world);
    const rest = authorization === null ? " (set SENSU_API_KEY to ask for assets too)" : "";
    return [{ said: `${asked.join(", ")}: right${rest}; the journal is ${journalAgeSeconds} s old` }, null];
  });

  say("");
  say(`export SENSU_API_URL=${url}`);
  say(
    "npm run --silent keys -- create --name ci --grants 'edit@default'    # with an admin's key in SENSU_API_KEY",
  );
  say(`npm run doctor${suffix(options)}    # whenever something seems wrong`);
}

type Step<T> = Promise<[Told, T]>;

async function permissions(account: Account): Step<null> {
  const missing = await missingPermissions(account);
  if (missing.length > 0) {
    throw new Stopped(
      `the credential lacks ${missing.join(", ")} on the account ${account.id}`,
      `give the token these permissions at ${TOKENS_PAGE}, or log in with npx wrangler login`,
    );
  }
  return [{ said: "Workers, KV, D1 and the account can be read" }, null];
}

async function ensureDatabase(
  account: Account,
  target: Target,
  { dryRun, location }: DeployOptions,
): Step<string | null> {
  const { name } = target.database;
  const found = await findDatabase(account, target);
  if (found !== null) return [{ said: `${name} exists` }, found];
  if (dryRun) return [{ said: `would make ${name}` }, null];
  const made = await createDatabase(account, target, location);
  return [{ said: `${name} made (${made})`, changed: true }, made];
}

async function ensureNamespace(account: Account, target: Target, dryRun: boolean): Step<string | null> {
  const { title } = target.namespace;
  const found = await findNamespace(account, target);
  if (found !== null) return [{ said: `${title} exists` }, found];
  if (dryRun) return [{ said: `would make ${title}` }, null];
  const made = await createNamespace(account, target);
  return [{ said: `${title} made (${made})`, changed: true }, made];
}

interface Migrating {
  readonly database: string | null;
  /** The resolved configuration; null in a dry run. */
  readonly file: string | null;
  readonly options: DeployOptions;
  /** Whether a version is running, which the migration must not break. */
  readonly running: boolean;
}

async function migrate(steps: Steps, account: Account, target: Target, migrating: Migrating): Step<null> {
  const { database, file, options, running } = migrating;
  const { pending, unknown } = await compareMigrations(account, target, database);
  if (unknown.length > 0) {
    steps.tell("migrations", { said: `the database is ahead of this folder by ${unknown.join(", ")}` });
  }
  if (pending.length === 0) return [{ said: "all applied" }, null];
  if (running) await refuseContractions(target, pending, options.contract !== undefined);
  if (database === null || file === null) return [{ said: `would apply ${pending.join(", ")}` }, null];
  const bookmark = await bookmarkOf(account, database);
  if (bookmark !== null) {
    const wayBack = `npx wrangler d1 time-travel restore ${target.database.name} --bookmark ${bookmark}, and npm run epoch; what was written since is lost`;
    steps.tell("migrations", { said: `before: bookmark ${bookmark}`, ...(running ? { wayBack } : {}) });
  }
  await applyMigrations(account, file);
  return [{ said: `applied ${pending.join(", ")}`, changed: true }, null];
}

/** A new secret when the Worker has none; null when it has one, which nobody can read. */
async function chooseSecret(account: Account, { worker }: Target, dryRun: boolean): Step<string | null> {
  const names = await secretNames(account, worker);
  if (names?.includes(TOKEN_SECRET) === true) return [{ said: `${TOKEN_SECRET} is set` }, null];
  if (dryRun) return [{ said: `would make ${TOKEN_SECRET}` }, null];
  return [{ said: `${TOKEN_SECRET} made; it goes up with the code and is kept nowhere else` }, newSecret()];
}

/** The key, when one was made here and now; it is shown before anything else can fail. */
async function ensureAdminKey(
  steps: Steps,
  account: Account,
  database: string | null,
  { dryRun, showKey, newKey, keyName }: DeployOptions,
  { terminal, clock }: World,
): Step<string | null> {
  const held = database === null || (dryRun && newKey) ? [] : await adminKeys(account, database, clock());
  if (held.length > 0 && !newKey) return [{ said: `${held.join(", ")}: exists` }, null];
  if (dryRun || database === null) return [{ said: `would make ${keyName}` }, null];
  if (!terminal && !showKey) {
    return [
      {
        said: "none yet, and none made, since this output may be kept: run this in a terminal, or with --show-key",
      },
      null,
    ];
  }
  const key = await createAdminKey(account, database, keyName, clock());
  if (key === null) {
    throw new Stopped(
      `a key named ${keyName} exists already`,
      "give the new one another name: -- --key-name admin-2",
    );
  }
  steps.tell("admin key", { said: `${keyName}, shown this once: ${key}` });
  return [{ said: `${keyName} made; it may do everything`, changed: true }, key];
}

const SMOKE_SECONDS = 300;

/** What to ask for assets with: the new key, the operator's own, or a token of the secret that was just made. */
async function credentialFor(
  key: string | null,
  secret: string | null,
  url: string,
  world: World,
): Promise<string | null> {
  const own = key ?? (world.environment["SENSU_API_KEY"]?.trim() || null);
  if (own !== null) return `Key ${own}`;
  if (secret === null) return null;
  const [signer] = await readSigningKeys(secret);
  if (signer === undefined) return null;
  const now = Math.floor(world.clock() / 1000);
  const claims = { issuer: url, subject: "deploy", grants: ["view@default"], tokenId: randomUUID() };
  return `Bearer ${await signAccessToken({ ...claims, issuedAt: now, expiresAt: now + SMOKE_SECONDS }, signer)}`;
}

/** What names the same deployment to the next command. */
function suffix({ env, name, account }: DeployOptions): string {
  const parts = Object.entries({ env, name, account }).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option} ${value}`],
  );
  return parts.length === 0 ? "" : ` -- ${parts.join(" ")}`;
}
