// Which migrations a database lacks, whether they may run now, and how they get into it.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { bookmarkOf, query } from "./d1.ts";
import { contractions } from "./expand.ts";
import { Stopped, type Step, type Steps } from "./steps.ts";
import { withConfigFile, type Target } from "./target.ts";

const TABLE = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'd1_migrations'";
const APPLIED = "SELECT name FROM d1_migrations ORDER BY id";

export interface Migrations {
  /** Files that the database lacks, in their order. */
  readonly pending: readonly string[];
  /** Applied ones that this folder does not have: the database is ahead of it. */
  readonly unknown: readonly string[];
}

/** Compares the folder with what wrangler noted in the database; `null` is a database that is not there yet. */
export async function compareMigrations(
  account: Account,
  target: Target,
  database: string | null,
): Promise<Migrations> {
  const files = (await readdir(target.migrations)).filter((file) => file.endsWith(".sql")).sort();
  const applied = database === null ? [] : await appliedMigrations(account, database);
  return {
    pending: files.filter((file) => !applied.includes(file)),
    unknown: applied.filter((name) => !files.includes(name)),
  };
}

async function appliedMigrations(account: Account, database: string): Promise<string[]> {
  const [tables = []] = await query(account, database, TABLE);
  if (tables.length === 0) return [];
  const [rows = []] = await query<{ name: string }>(account, database, APPLIED);
  return rows.map(({ name }) => name);
}

export interface Migrating {
  readonly database: string | null;
  /** The configuration with all its ids. */
  readonly config: Record<string, unknown>;
  readonly dryRun: boolean;
  /** Whether a version is running, which migrations must not break. */
  readonly running: boolean;
  /** Why they may break it all the same. */
  readonly contract?: string | undefined;
}

/** Applies what the database lacks, unless the version that is running may not survive it. */
export async function migrate(
  steps: Steps,
  account: Account,
  target: Target,
  { database, config, dryRun, running, contract }: Migrating,
): Step<null> {
  const { pending, unknown } = await compareMigrations(account, target, database);
  if (unknown.length > 0) {
    steps.tell("migrations", { said: `the database is ahead of this folder by ${unknown.join(", ")}` });
  }
  if (pending.length === 0) return [{ said: "all applied" }, null];
  if (running && contract === undefined) await refuseContractions(target, pending);
  if (database === null || dryRun) return [{ said: `would apply ${pending.join(", ")}` }, null];
  const bookmark = await bookmarkOf(account, database);
  if (bookmark !== null) {
    // By its id, which is right for every environment and name.
    const restore = `npx wrangler d1 time-travel restore ${database} --bookmark ${bookmark}`;
    const wayBack = `${restore} (what was written since is lost), then npm run epoch`;
    steps.tell("migrations", { said: `before: bookmark ${bookmark}`, ...(running ? { wayBack } : {}) });
  }
  try {
    const args = ["d1", "migrations", "apply", "DB", "--remote", "--config"];
    await withConfigFile(target.worker, config, (file) => account.wrangler([...args, file]));
  } catch (error) {
    const left = await compareMigrations(account, target, database).catch(() => null);
    const applied = pending.filter((name) => left?.pending.includes(name) !== true).join(", ");
    const said =
      left === null ? `perhaps applied ${applied}: the database does not tell` : `applied ${applied}`;
    if (applied !== "") steps.tell("migrations", { said, changed: true });
    throw error;
  }
  return [{ said: `applied ${pending.join(", ")}`, changed: true }, null];
}

async function refuseContractions(target: Target, pending: readonly string[]): Promise<void> {
  const texts = await Promise.all(pending.map((file) => readFile(join(target.migrations, file), "utf8")));
  const found = contractions(texts);
  if (found.length === 0) return;
  throw new Stopped(
    `the version that is running may not survive ${pending.join(", ")}`,
    ...found.map(({ statement, why }) => `${statement}: ${why}`),
    "release what only adds first, and take away in a later release, when no running version uses it;",
    'then run the same command with --contract "why no running version needs it any more"',
  );
}
