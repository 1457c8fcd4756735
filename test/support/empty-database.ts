// A database as its migrations leave it, for each test: deleting rows takes a tenth of the time that migrating takes.
import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { limitRows } from "./d1-limits.ts";

const OURS = "name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'";

/** The schema after the migrations; null before the first time. */
let migrated: string | null = null;

/** Leaves the database as after its migrations, under another epoch; migrates it where its schema is another. */
export async function emptyDatabase(database: D1Database, migrations: D1Migration[]): Promise<void> {
  if (migrated !== null && (await schemaOf(database)) === migrated) {
    await deleteRows(database, migrations);
    return;
  }
  const tables = await tablesOf(database);
  if (tables.length > 0) await database.batch(tables.map((name) => database.prepare(`DROP TABLE "${name}"`)));
  await applyD1Migrations(database, migrations);
  await limitRows(database);
  migrated = await schemaOf(database);
}

/** Deletes every row, then inserts what the migrations insert. */
async function deleteRows(database: D1Database, migrations: D1Migration[]): Promise<void> {
  const filled = (await tablesOf(database)).filter((name) => !name.startsWith("d1_"));
  const inserts = migrations
    .flatMap(({ queries }) => queries)
    .filter((query) => /^(?:\s*--[^\n]*\n)*\s*INSERT\s/.test(query));
  await database.batch([
    ...filled.map((name) => database.prepare(`DELETE FROM "${name}"`)),
    ...inserts.map((query) => database.prepare(query)),
  ]);
}

async function tablesOf(database: D1Database): Promise<string[]> {
  const { results } = await database
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND ${OURS}`)
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** Every table, index and trigger, in the words that made it. */
async function schemaOf(database: D1Database): Promise<string> {
  const { results } = await database
    .prepare(`SELECT type, name, sql FROM sqlite_master WHERE ${OURS} ORDER BY type, name`)
    .all();
  return JSON.stringify(results);
}
