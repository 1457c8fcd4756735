// Fills a server's stores: ours with the very rows that our writer stores, the others' with what they read.
import { readdirSync, readFileSync } from "node:fs";
import { unstable_splitSqlQuery as splitSqlQuery } from "wrangler";
import type { AssetWrite } from "../../src/store/asset-store.ts";
import type { Server } from "./servers.ts";
import type { Load } from "./workers/load.ts";

const MIGRATIONS = "src/store/migrations";
/** Assets in one batch: about 1 MB of JSON, of the 2 MB that a parameter may have. */
const BATCH = 250;

/** Each asset as a commit of its own, seqs counted from `:first`. The namespace is made if it is not there. */
const ROWS = `(SELECT key, value FROM json_each(?1, '$.rows'))`;
const SEQ = "json_extract(?1, '$.first') + key";
const FILL = [
  `INSERT OR IGNORE INTO namespaces (name, seq, created_by, created_at)
   VALUES (json_extract(?1, '$.namespace'), 0, '', 0)`,
  `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, expressions_etag, expressions,
     created_by, updated_at)
   SELECT json_extract(?1, '$.namespace'), value ->> 'name', ${SEQ}, ${SEQ}, value ->> 'etag',
     value ->> 'definition', value ->> '$.expressions.etag', value ->> '$.expressions.definition', 'bench', 0
   FROM ${ROWS}`,
  `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at, reason)
   SELECT ${SEQ}, 'asset', json_extract(?1, '$.namespace'), value ->> 'name', 'create', value ->> 'etag',
     value ->> 'definition', 'bench', 0, NULL FROM ${ROWS}`,
  "UPDATE meta SET seq = json_extract(?1, '$.last')",
  "UPDATE namespaces SET seq = json_extract(?1, '$.last') WHERE name = json_extract(?1, '$.namespace')",
];

/** Makes our tables. */
export async function migrate(server: Server): Promise<void> {
  for (const file of readdirSync(MIGRATIONS).sort()) {
    await load(server, { sql: splitSqlQuery(readFileSync(`${MIGRATIONS}/${file}`, "utf8")) });
  }
}

/** Adds assets of one namespace to our tables; `before` is the seq of the last commit there. Returns the new last. */
export async function fillOurs(server: Server, assets: readonly AssetWrite[], before = 0): Promise<number> {
  let last = before;
  for (let start = 0; start < assets.length; start += BATCH) {
    const rows = assets.slice(start, start + BATCH);
    const first = last + 1;
    last += rows.length;
    const namespace = rows[0]?.namespace;
    await load(server, { sql: FILL, json: JSON.stringify({ namespace, first, last, rows }) });
  }
  return last;
}

/** What the plain Worker over D1 reads: a table with a primary key and no more. */
export async function fillPlainD1(server: Server, assets: readonly AssetWrite[]): Promise<void> {
  const table = `CREATE TABLE assets (namespace TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (namespace, name)) WITHOUT ROWID`;
  await load(server, { sql: [table] });
  const insert = `INSERT INTO assets SELECT value ->> 'namespace', value ->> 'name', value ->> 'definition'
    FROM json_each(?1)`;
  for (let start = 0; start < assets.length; start += BATCH) {
    await load(server, { sql: [insert], json: JSON.stringify(assets.slice(start, start + BATCH)) });
  }
}

export async function fillPlainKv(server: Server, assets: readonly AssetWrite[]): Promise<void> {
  for (let start = 0; start < assets.length; start += BATCH) {
    const batch = assets.slice(start, start + BATCH);
    const entries = batch.map(
      ({ namespace, name, definition }) => [`${namespace}/${name}`, definition] as const,
    );
    await load(server, { entries });
  }
}

/** Runs statements, or puts entries, in the stores of a server. */
export async function load(server: Server, what: Load): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${server.port("loader")}/`, {
    method: "POST",
    body: JSON.stringify(what),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`the stores were not filled: ${answer.status} ${said}`);
}
