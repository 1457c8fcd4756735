// From nothing to a running Worker: each step finds what is there, does what is missing, and says one line.
import { checkPermissions, logIn } from "./account.ts";
import { addressOf, addressWithoutAccount } from "./address.ts";
import { ensureDatabase } from "./d1.ts";
import { ensureAdminKey } from "./first-key.ts";
import { ensureNamespace } from "./kv.ts";
import { migrate } from "./migrations.ts";
import { ensureBucket } from "./r2.ts";
import { runningRelease, type Running } from "./release.ts";
import { chooseSecret } from "./secret.ts";
import { smokeCredential, smokeTest } from "./smoke.ts";
import { Steps, Stopped } from "./steps.ts";
import { BINDINGS, readTarget, resolvedConfig, type Target, type Which } from "./target.ts";
import { ensureRelease } from "./upload.ts";
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
  readonly showKey: boolean;
  readonly newKey: boolean;
  readonly keyName: string;
}

/** Stands for an id that there is not yet, in a dry run. */
const NOT_YET = "not-made-yet";

/** Deploys. Throws an error whose message tells everything: what was done, what failed, what to do, the way back. */
export async function deploy(options: DeployOptions, world: World): Promise<void> {
  const { say, environment } = world;
  const { dryRun, contract } = options;
  const steps = new Steps(say);
  if (dryRun) say("A dry run: nothing is changed.");

  const target = await steps.take("config", async () => {
    const read = readTarget(options, environment["WRANGLER_CI_OVERRIDE_NAME"]);
    const where = read.environment === null ? "" : `, environment ${read.environment}`;
    return [{ said: `${read.worker}${where}` }, read];
  });
  const account = await steps
    .take("account", async () => {
      const found = await logIn(options.account, world);
      return [{ said: found.said }, found];
    })
    .catch((error: unknown) => {
      if (dryRun) sayWithoutLogin(steps, target, options);
      throw error;
    });
  await steps.take("permissions", () => checkPermissions(account));
  const url = await steps.take("address", async () => {
    const found = await addressOf(account, target, options.url);
    return [{ said: found }, found];
  });
  const running = await steps.take("running", async () => {
    const found = await runningRelease(account, target.worker);
    if (!environment["WRANGLER_CI_OVERRIDE_NAME"]) refuseStranger(found, target.worker);
    const said =
      found === null ? "nothing yet" : `version ${found.version}, release ${found.release ?? "unknown"}`;
    return [{ said }, found];
  });

  // The database before its migrations, and those before the code that needs them.
  const database = await steps.take("database", () => ensureDatabase(account, target, options));
  const namespace = await steps.take("namespace", () => ensureNamespace(account, target, options));
  const isBound = running?.bindings.includes("ARCHIVES") ?? false;
  const bucket = await steps.take("bucket", () => ensureBucket(account, target, { dryRun, isBound }));
  const config = resolvedConfig(target, {
    database: database ?? NOT_YET,
    namespace: namespace ?? NOT_YET,
    bucket,
  });
  await steps.take("migrations", () =>
    migrate(steps, account, target, { database, config, dryRun, running: running !== null, contract }),
  );
  // Before what may fail for days, such as a cron that the account has no room for: the Worker then runs.
  const key = await steps.take("admin key", () =>
    ensureAdminKey(steps, account, { ...options, database }, world),
  );
  const secret = await steps.take("secret", () => chooseSecret(account, target, options));
  const message = contract ?? "npm run deploy";
  await steps.take("upload", () =>
    ensureRelease(steps, account, target, { config, dryRun, running, secret, message }),
  );
  await steps.take("smoke test", async () => {
    if (dryRun) return [{ said: `would ask ${url}` }, null];
    const authorization = await smokeCredential({ key, secret }, url, world);
    const { journalAgeSeconds, asked } = await smokeTest(url, authorization, world).catch(
      (error: unknown) => {
        const look = `npx wrangler tail ${target.worker} shows what it logs; npm run doctor${suffix(options)} what is wrong`;
        throw new Stopped(error instanceof Error ? error.message : String(error), look);
      },
    );
    const more = authorization === null ? " (for the assets too: set SENSU_API_KEY)" : "";
    return [{ said: `${asked.join(", ")}: right${more}; the journal is ${journalAgeSeconds} s old` }, null];
  });
  sayNext(options, url, world);
}

/** What a dry run can say of the steps after the account where nobody is logged in. */
function sayWithoutLogin(steps: Steps, target: Target, { url, keyName }: DeployOptions): void {
  const login = "needs a login";
  const address = addressWithoutAccount(target, url);
  const rest: readonly [step: string, said: string][] = [
    ["account", `${login}: whom to deploy as`],
    ["permissions", `${login}: whether Workers, KV, D1 and the account can be read`],
    ["address", address ?? `${login}: the account's part of workers.dev`],
    ["running", `${login}: what runs as ${target.worker}`],
    ["database", `${login}: ${target.database.name}, found or made`],
    ["namespace", `${login}: ${target.namespace.title}, found or made`],
    ["bucket", `${login}: ${target.bucket ?? "none is bound"}, found or made where the account has R2`],
    ["migrations", `${login}: those that the database lacks`],
    ["admin key", `${login}: ${keyName}, made where there is none`],
    ["secret", `${login}: TOKEN_SECRET, made where there is none`],
    ["upload", `${login}: this folder's release, unless it runs`],
    ["smoke test", `would ask ${address ?? "the address"}`],
  ];
  for (const [step, said] of rest) steps.tell(step, { said });
}

/**
 * Another's Worker of the same name would be replaced. (Cloudflare's own builds, which name the Worker by
 * WRANGLER_CI_OVERRIDE_NAME, begin with an empty one.)
 */
function refuseStranger(running: Running | null, worker: string): void {
  if (running === null || running.bindings.some((name) => BINDINGS.includes(name))) return;
  throw new Stopped(
    `the account has a Worker named ${worker}, which is none of ours: it has no binding ${BINDINGS.join(", ")}`,
    "give this one another name: -- --name edge-assets-2; its database is named so too",
    `or, when nobody needs the other: npx wrangler delete --name ${worker}`,
  );
}

/** The three lines that an operator needs next. */
function sayNext(options: DeployOptions, url: string, { say }: World): void {
  if (options.dryRun) return;
  say("");
  say(`export SENSU_API_URL=${url} SENSU_API_KEY=sak_...    # the admin key`);
  say("npm run --silent keys -- create ci --grants 'edit@default'");
  say(`npm run doctor${suffix(options)}    # whenever something seems wrong`);
}

/** What names the same deployment to the next command. */
function suffix({ env, name, account }: DeployOptions): string {
  const parts = Object.entries({ env, name, account }).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option} ${value}`],
  );
  return parts.length === 0 ? "" : ` -- ${parts.join(" ")}`;
}
