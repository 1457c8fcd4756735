// Whether a deployment is as it should be: its configuration, the account, what is deployed, and what it answers.
import { logIn, missingPermissions, type Account } from "./account.ts";
import { addressOf, addressWithoutAccount } from "./address.ts";
import { adminKeys } from "./admin-key.ts";
import { grantAdvice } from "./advice.ts";
import { findDatabase } from "./d1.ts";
import { Examination, type Finding, type Look } from "./findings.ts";
import { findNamespace } from "./kv.ts";
import { compareMigrations } from "./migrations.ts";
import { ENABLE_R2, findBucket } from "./r2.ts";
import { releaseOf, runningRelease, type Running } from "./release.ts";
import { secretNames, TOKEN_SECRET } from "./secret.ts";
import { BINDINGS, readTarget, resolvedConfig, type Target, type Which } from "./target.ts";
import { lookAtWorker, VITAL_SIGNS } from "./vital-signs.ts";
import type { World } from "./world.ts";

export interface DoctorOptions extends Which {
  readonly account?: string | undefined;
  readonly url?: string | undefined;
}

const EVERY_MINUTE = "* * * * *";

const AT_ACCOUNT = ["permissions", "database", "migrations", "namespace", "bucket", "admin key"];
const DEPLOYED = ["worker", "bindings", "secret", "cron", "address"];

/** Looks at everything that can be looked at; nothing is changed. */
export async function examine(options: DoctorOptions, world: World): Promise<readonly Finding[]> {
  const exam = new Examination();
  const deploy = `npm run deploy${options.env === undefined ? "" : ` -- --env ${options.env}`}`;
  const target = await exam.look("config", () => lookAtConfig(options, world));
  const account =
    target === null ? null : await exam.look("account", () => accountLook(options.account, world));
  if (target === null || account === null) {
    exam.skip([...AT_ACCOUNT, ...DEPLOYED], target === null ? "needs a configuration" : "needs a login");
    const url = await exam.look("url", () => urlLook(target, options.url));
    if (url === null) exam.skip(VITAL_SIGNS, "needs the address");
    else await lookAtWorker(exam, { url, start: deploy, deployed: true }, world);
    return exam.findings;
  }

  await exam.look("permissions", () => permissionsLook(account));
  const database = await exam.look("database", async () =>
    present(await findDatabase(account, target), target.database.name, `${deploy} makes it`),
  );
  if (database === null) exam.skip(["migrations", "admin key"], "there is no database");
  else await lookAtDatabase(exam, account, target, database, { deploy, now: world.clock() });
  const namespace = await exam.look("namespace", async () =>
    present(await findNamespace(account, target), target.namespace.title, `${deploy} makes it`),
  );

  const bucket = await exam.look("bucket", () => bucketLook(account, target, deploy));

  const running = await exam.look("worker", async () => {
    const found = await runningRelease(account, target.worker);
    if (found === null) return { wrong: `nothing runs as ${target.worker}`, todo: deploy };
    const here = await releaseOf(
      resolvedConfig(target, { database: database ?? "", namespace: namespace ?? "", bucket }),
    );
    if (found.release === here) return { ok: `runs release ${here}, this one`, found };
    return {
      wrong: `runs release ${found.release ?? "unknown"}; this folder is ${here}`,
      todo: `${deploy}, or look at it from the folder it was deployed from`,
      found,
    };
  });
  if (running === null) exam.skip(DEPLOYED.slice(1), "nothing is deployed");
  else await lookAtDeployed(exam, account, target, running, deploy);

  const url = await exam.look("url", async () => {
    const found = await addressOf(account, target, options.url);
    return { ok: found, found };
  });
  if (url === null) exam.skip(VITAL_SIGNS, "its address is not known");
  else await lookAtWorker(exam, { url, start: deploy, deployed: true }, world);
  return exam.findings;
}

/** The address as far as no account is needed for it. */
function urlLook(target: Target | null, given: string | undefined): Look<string> {
  const found = target === null ? (given ?? null) : addressWithoutAccount(target, given);
  if (found !== null) return { ok: found, found };
  return { unknown: "needs a login, or to be given: -- --url https://assets.example.com" };
}

/** The configuration, as far as it can be judged alone. */
export function lookAtConfig(which: Which, { environment, clock }: World): Look<Target> {
  const target = readTarget(which, environment["WRANGLER_CI_OVERRIDE_NAME"]);
  const { config } = target;
  const date = config.compatibility_date ?? "";
  const bound = new Set([
    ...config.d1_databases.map(({ binding }) => binding),
    ...config.kv_namespaces.map(({ binding }) => binding),
    ...config.ratelimits.map(({ name }) => name),
    config.assets?.binding,
  ]);
  const problems = [
    ...BINDINGS.filter((name) => !bound.has(name)).map((name) => `no binding ${name}`),
    ...(config.triggers.crons?.includes(EVERY_MINUTE) === true ? [] : [`no cron "${EVERY_MINUTE}"`]),
    ...(/^\d{4}-\d\d-\d\d$/.test(date) ? [] : ["no compatibility_date"]),
    ...(Date.parse(date) > clock() ? [`a compatibility_date in the future, ${date}`] : []),
  ];
  if (problems.length === 0) return { ok: `${target.worker}, compatibility date ${date}`, found: target };
  const section = target.environment === null ? "the top level" : `[env.${target.environment}]`;
  const todo = `put it into ${section} of wrangler.toml as the project's has it; bindings are not inherited`;
  return { wrong: `wrangler.toml has ${problems.join(", ")}`, todo, found: target };
}

async function accountLook(wanted: string | undefined, world: World): Promise<Look<Account>> {
  const found = await logIn(wanted, world);
  return { ok: found.said, found };
}

async function permissionsLook(account: Account): Promise<Look<null>> {
  const missing = await missingPermissions(account);
  if (missing.length === 0) return { ok: "everything can be read", found: null };
  return { wrong: `the credential lacks ${missing.join(", ")}`, todo: grantAdvice(missing) };
}

/** No copies are no fault: what is bound, or what to enable. */
async function bucketLook(account: Account, target: Target, deploy: string): Promise<Look<string>> {
  const bucket = await findBucket(account, target);
  if (bucket.kind === "without") return { ok: `none: ${bucket.why}; ${ENABLE_R2}`, found: null };
  if (bucket.kind === "exists") return { ok: bucket.name, found: bucket.name };
  const wrong = `the account has R2 and no bucket ${bucket.name}`;
  return { wrong, todo: `${deploy} makes it`, found: bucket.name };
}

function present(id: string | null, name: string, todo: string): Look<string> {
  return id === null ? { wrong: `the account has no ${name}`, todo } : { ok: `${name} (${id})`, found: id };
}

async function lookAtDatabase(
  exam: Examination,
  account: Account,
  target: Target,
  database: string,
  { deploy, now }: { readonly deploy: string; readonly now: number },
): Promise<void> {
  const migrated = await exam.look("migrations", async () => {
    const { pending, unknown } = await compareMigrations(account, target, database);
    if (pending.length > 0)
      return { wrong: `pending: ${pending.join(", ")}`, todo: `${deploy} applies them` };
    const ahead = unknown.length === 0 ? "" : `; the database is ahead by ${unknown.join(", ")}`;
    return { ok: `all applied${ahead}`, found: true };
  });
  if (migrated === null) return exam.skip(["admin key"], "the database is not migrated");
  await exam.look("admin key", async () => {
    const names = await adminKeys(account, database, now);
    if (names.length > 0) return { ok: names.join(", "), found: null };
    return { wrong: "no key that is good now holds admin@*", todo: `${deploy} makes one, in a terminal` };
  });
}

async function lookAtDeployed(
  exam: Examination,
  account: Account,
  target: Target,
  { bindings, crons, workersDev }: Running,
  deploy: string,
): Promise<void> {
  await exam.look("bindings", () => {
    const missing = BINDINGS.filter((name) => !bindings.includes(name));
    if (missing.length === 0) return { ok: BINDINGS.join(", "), found: null };
    return { wrong: `the Worker runs without ${missing.join(", ")}`, todo: deploy };
  });
  await exam.look("secret", async () => {
    const names = (await secretNames(account, target.worker)) ?? [];
    const secrets = names.filter((name) => name.startsWith(TOKEN_SECRET));
    if (secrets.includes(TOKEN_SECRET)) return { ok: secrets.toSorted().join(", "), found: null };
    return { wrong: `the Worker has no ${TOKEN_SECRET}`, todo: `${deploy} makes one` };
  });
  await exam.look("cron", () =>
    crons.includes(EVERY_MINUTE)
      ? { ok: EVERY_MINUTE, found: null }
      : { wrong: "the Worker is not called every minute", todo: `${deploy} sets it` },
  );
  await exam.look("address", () =>
    workersDev === (target.config.workers_dev ?? true)
      ? { ok: workersDev ? "on workers.dev" : "not on workers.dev, as configured", found: null }
      : {
          wrong: `workers.dev is ${workersDev ? "on" : "off"} for it, unlike wrangler.toml`,
          todo: `${deploy} sets it`,
        },
  );
}
