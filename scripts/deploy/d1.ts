// The D1 database: found by name (or by the id that wrangler.toml has), else made; and asked.
import type { Account } from "./account.ts";
import { ApiFailure } from "./api.ts";
import { Stopped, type Step } from "./steps.ts";
import type { Target } from "./target.ts";

/** The id of the database; null when the account has none of that name. */
export async function findDatabase({ api, path }: Account, { database }: Target): Promise<string | null> {
  if (database.id !== null) {
    const found = await api.find<{ uuid: string }>(`${path}/d1/database/${database.id}`);
    if (found !== null) return found.uuid;
    throw new Stopped(
      `the account has no database with the database_id ${database.id} of wrangler.toml`,
      "remove that line, so that the database is found by its name or made",
    );
  }
  const like = `${path}/d1/database?name=${encodeURIComponent(database.name)}`;
  const found = await api.list<{ uuid: string; name: string }>(like);
  return found.find(({ name }) => name === database.name)?.uuid ?? null;
}

/** How a new database is made; `location` is wnam, enam, weur, eeur, apac or oc. */
export interface NewDatabase {
  readonly dryRun: boolean;
  readonly location?: string | undefined;
}

/** Finds the database or makes it, near whoever runs this unless `location` says where; its id, null in a dry run. */
export async function ensureDatabase(
  account: Account,
  target: Target,
  { dryRun, location }: NewDatabase,
): Step<string | null> {
  const { name } = target.database;
  const found = await findDatabase(account, target);
  if (found !== null) return [{ said: `${name} exists (${found})` }, found];
  if (dryRun) return [{ said: `would make ${name}` }, null];
  const body = { name, ...(location === undefined ? {} : { primary_location_hint: location }) };
  const made = await account.api.change<{ uuid: string }>("POST", `${account.path}/d1/database`, body);
  return [{ said: `${name} made (${made.uuid})`, changed: true }, made.uuid];
}

/** The rows of each statement of a text; the database runs them as one transaction. */
export async function query<T>({ api, path }: Account, database: string, sql: string): Promise<T[][]> {
  const all = await api.change<{ results?: T[] }[]>("POST", `${path}/d1/database/${database}/query`, { sql });
  return all.map(({ results }) => results ?? []);
}

/** Where the database stands now, for `wrangler d1 time-travel restore`; null when Cloudflare does not tell. */
export async function bookmarkOf({ api, path }: Account, database: string): Promise<string | null> {
  try {
    const found = await api.find<{ bookmark: string }>(
      `${path}/d1/database/${database}/time_travel/bookmark`,
    );
    return found?.bookmark ?? null;
  } catch (error) {
    if (error instanceof ApiFailure) return null;
    throw error;
  }
}
