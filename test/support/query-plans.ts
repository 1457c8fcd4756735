import { env } from "cloudflare:workers";
import { recordingDatabase, type RunStatement } from "./recorded-statements.ts";

/** Tables that grow with use. A statement that scans one takes longer every day. */
const GROWING = [
  "assets",
  "revisions",
  "api_keys",
  "sessions",
  "plans",
  "archives",
  "builds",
  "archive_copies",
];

/** Runs work on the real database and returns the statements that it ran. */
export async function statementsOf(work: (db: D1Database) => Promise<unknown>): Promise<RunStatement[]> {
  const statements: RunStatement[] = [];
  await work(recordingDatabase(env.DB, (statement) => void statements.push(statement)));
  return statements;
}

/** Runs work on the real database and returns how many rows its statements read, as D1 counts them. */
export async function rowsReadBy(work: (db: D1Database) => Promise<unknown>): Promise<number> {
  return (await statementsOf(work)).reduce((sum, { rowsRead }) => sum + rowsRead, 0);
}

/**
 * The lines of a statement's query plan that go over the whole of a growing table, with or without an index. A plan
 * that walks an index backwards or in a range says SEARCH; a LIMIT without a range says SCAN.
 */
export async function scansOf({ sql, values }: Pick<RunStatement, "sql" | "values">): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const aliases = [...sql.matchAll(/\b(\w+)(?: NOT INDEXED)?(?: AS)? (\w+)\b/g)]
    .filter(([, table = ""]) => GROWING.includes(table))
    .map(([, , alias]) => alias ?? "");
  const names = [...GROWING, ...aliases].join("|");
  const scan = new RegExp(`^SCAN (?:${names})\\b`);
  return results.map(({ detail }) => detail).filter((detail) => scan.test(detail));
}
