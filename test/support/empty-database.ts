// A database as its migrations leave it, for each test: deleting rows takes a tenth of the time that migrating takes.
import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { limitRows } from "./d1-limits.ts";

const OURS = "name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'";

interface Defined {
  readonly type: string;
  readonly name: string;
  /** The words that made it. */
  readonly sql: string | null;
}

/** The schema after the migrations; null before the first time. */
let migrated: string | null = null;

/** Leaves the database as after its migrations, under another epoch; migrates it where its schema is another. */
export async function emptyDatabase(database: D1Database, migrations: D1Migration[]): Promise<void> {
  const schema = await schemaOf(database);
  const tables = schema.filter(({ type }) => type === "table").map(({ name }) => name);
  if (JSON.stringify(schema) === migrated) {
    await deleteRows(database, tables, migrations);
    return;
  }
  if (tables.length > 0) await database.batch(tables.map((name) => database.prepare(`DROP TABLE "${name}"`)));
  await applyD1Migrations(database, migrations);
  await limitRows(database);
  migrated = JSON.stringify(await schemaOf(database));
}

/** Deletes every row, then inserts what the migrations insert. */
async function deleteRows(
  database: D1Database,
  tables: readonly string[],
  migrations: D1Migration[],
): Promise<void> {
  const inserts = migrations
    .flatMap(({ queries }) => queries)
    .filter((query) => /^(?:\s*--[^\n]*\n)*\s*INSERT\s/.test(query));
  await database.batch([
    ...tables
      .filter((name) => !name.startsWith("d1_"))
      .map((name) => database.prepare(`DELETE FROM "${name}"`)),
    ...inserts.map((query) => database.prepare(query)),
  ]);
}

/** Every table, index and trigger. */
async function schemaOf(database: D1Database): Promise<Defined[]> {
  const { results } = await database
    .prepare(`SELECT type, name, sql FROM sqlite_master WHERE ${OURS} ORDER BY type, name`)
    .all<Defined>();
  return results;
}
