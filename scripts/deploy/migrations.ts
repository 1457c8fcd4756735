// Which migrations a database lacks, and how they get into it.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { contractions } from "./expand.ts";
import { query } from "./resources.ts";
import { Stopped } from "./steps.ts";
import type { Target } from "./target.ts";
import { wrangler } from "./wrangler.ts";

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

/** Refuses migrations that the running version may not survive, unless the contraction is meant. */
export async function refuseContractions(
  target: Target,
  pending: readonly string[],
  meant: boolean,
): Promise<void> {
  if (meant) return;
  const texts = await Promise.all(pending.map((file) => readFile(join(target.migrations, file), "utf8")));
  const found = contractions(texts);
  if (found.length === 0) return;
  throw new Stopped(
    `the version that is running may not survive ${found.length === 1 ? "a statement" : "statements"} of ${pending.join(", ")}`,
    ...found.map(({ statement, why }) => `${statement} (${why})`),
    "release what only adds first; take away in a later release, when no running version uses it:",
    'then run the same command with --contract "why no running version needs it any more"',
  );
}

export async function applyMigrations(account: Account, configFile: string): Promise<void> {
  await wrangler(
    ["d1", "migrations", "apply", "DB", "--remote", "--config", configFile],
    account.environment,
  );
}
