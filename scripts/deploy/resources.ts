// The database and the namespace: found by name (or by the id that wrangler.toml has), else made.
import type { Account } from "./account.ts";
import { ApiFailure } from "./api.ts";
import { Stopped } from "./steps.ts";
import type { Target } from "./target.ts";

/** The id of the database; null when the account has none of that name. */
export async function findDatabase({ api, path }: Account, { database }: Target): Promise<string | null> {
  if (database.id !== null) {
    const found = await api.find<{ uuid: string }>(`${path}/d1/database/${database.id}`);
    return found?.uuid ?? gone("database_id", database.id);
  }
  const named = await api.list<{ uuid: string; name: string }>(
    `${path}/d1/database?name=${encodeURIComponent(database.name)}`,
  );
  return named.find(({ name }) => name === database.name)?.uuid ?? null;
}

/** Makes the database near whoever runs this, or where `location` says (wnam, enam, weur, eeur, apac, oc). */
export async function createDatabase(
  account: Account,
  { database }: Target,
  location: string | undefined,
): Promise<string> {
  const hint = location === undefined ? {} : { primary_location_hint: location };
  const body = { name: database.name, ...hint };
  return (await account.api.change<{ uuid: string }>("POST", `${account.path}/d1/database`, body)).uuid;
}

/** The id of the KV namespace; null when the account has none of that title. */
export async function findNamespace({ api, path }: Account, { namespace }: Target): Promise<string | null> {
  const all = await api.list<{ id: string; title: string }>(`${path}/storage/kv/namespaces`);
  if (namespace.id === null) return all.find(({ title }) => title === namespace.title)?.id ?? null;
  return all.find(({ id }) => id === namespace.id)?.id ?? gone("id of the KV namespace", namespace.id);
}

export async function createNamespace(account: Account, { namespace }: Target): Promise<string> {
  const body = { title: namespace.title };
  return (await account.api.change<{ id: string }>("POST", `${account.path}/storage/kv/namespaces`, body)).id;
}

function gone(member: string, id: string): never {
  throw new Stopped(
    `the account has nothing with the ${member} ${id} of wrangler.toml`,
    "remove that line, so that it is found by name or made",
  );
}

/** The rows of each statement of a text, run as one transaction by the database itself. */
export async function query<T>({ api, path }: Account, database: string, sql: string): Promise<T[][]> {
  const results = await api.change<{ results?: T[] }[]>("POST", `${path}/d1/database/${database}/query`, {
    sql,
  });
  return results.map(({ results: rows }) => rows ?? []);
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
