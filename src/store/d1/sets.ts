import type { AssetName, Namespace } from "../../identity/names.ts";
import type { Commit } from "../asset-store.ts";
import type { RunCommit } from "../commit.ts";
import type { AssetState, NamespaceState, SetOutcome, SetStore, SetWrite } from "../set-store.ts";
import { commitBatch, loadCommitLog, SEQ } from "./commit-log.ts";
import { ASSET_KEY, LIVE_ASSETS, liveAfter } from "./live-assets.ts";

/** Bytes of one bound list; D1 takes 2,000,000. */
const LIST_BYTES = 1_500_000;
/** Fails, and the whole transaction with it, unless the namespace is as it was planned for. */
const GUARD = `SELECT CASE WHEN (SELECT seq FROM namespaces WHERE name = ?1) = ?2 THEN 1 ELSE json('changed') END`;
const GUARD_FAILED = /malformed JSON/;
/** Writes the rows of a statement that names their columns and numbers them by `key`. */
const put = (rows: string) => `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition,
    expressions_etag, expressions, created_by, updated_at)
  SELECT ?1, name, ${SEQ} - ?2 + ?3 + key + 1, ${SEQ} - ?2 + ?3 + key + 1, etag, definition, expressions_etag,
    expressions, ?4, ?5
  FROM (${rows}) WHERE TRUE
  ON CONFLICT (namespace, name) DO UPDATE SET seq = excluded.seq, etag = excluded.etag,
    created_seq = CASE WHEN deleted THEN excluded.seq ELSE created_seq END,
    definition = excluded.definition, expressions_etag = excluded.expressions_etag,
    expressions = excluded.expressions, created_by = excluded.created_by,
    updated_at = excluded.updated_at, deleted = 0`;
const PUT_LIST = put(`SELECT key, value ->> 'name' AS name, value ->> 'etag' AS etag,
  value ->> 'definition' AS definition, value ->> 'expressions_etag' AS expressions_etag,
  value ->> 'expressions' AS expressions FROM json_each(?6)`);
const PUT_ONE = put(`SELECT 0 AS key, ?6 AS name, ?7 AS etag, ?8 AS definition, ?9 AS expressions_etag,
  ?10 AS expressions`);
/** The list is made first, so that each name is looked up: SQLite would rather hold every asset against all of it. */
const DELETE_LIST = `WITH gone AS MATERIALIZED (SELECT ?1 AS namespace, key, value AS name FROM json_each(?5))
  UPDATE assets SET seq = ${SEQ} - ?2 + ?3 + gone.key + 1, deleted = 1, updated_at = ?4
  FROM gone WHERE assets.namespace = gone.namespace AND assets.name = gone.name AND deleted = 0`;

/** Sets of assets in D1: one batch a set, in which each asset is a separate commit. */
export class D1SetStore implements SetStore {
  readonly #db: D1Database;
  readonly #run: RunCommit;

  constructor(db: D1Database, run: RunCommit) {
    this.#db = db;
    this.#run = run;
  }

  async state(namespace: Namespace, names: readonly AssetName[]): Promise<NamespaceState | null> {
    const [head, assets] = await this.#db.batch<{ seq: number } & AssetState>([
      this.#db.prepare("SELECT seq FROM namespaces WHERE name = ?1").bind(namespace),
      this.#db
        .prepare(
          `SELECT name, etag, created_by AS createdBy FROM assets
           WHERE namespace = ?1 AND name IN (SELECT value FROM json_each(?2)) AND deleted = 0`,
        )
        .bind(namespace, JSON.stringify(names)),
    ]);
    const row = head?.results[0];
    return row === undefined ? null : { seq: row.seq, assets: assets?.results ?? [] };
  }

  async names(namespace: Namespace, after: string, limit: number): Promise<readonly AssetName[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT name FROM ${LIVE_ASSETS} WHERE ${liveAfter("?1 || '/' || ?2", "?1")}
         ORDER BY ${ASSET_KEY} LIMIT ?3`,
      )
      .bind(namespace, after, limit)
      .all<{ name: AssetName }>();
    return results.map(({ name }) => name);
  }

  async definitions(
    namespace: Namespace,
    names: readonly AssetName[],
    bytes: number,
  ): Promise<ReadonlyMap<string, string>> {
    // Lengths alone are summed up first, so that definitions that do not fit are not read. CROSS JOIN keeps the planner
    // from looking through the names once for each asset of the namespace.
    const { results } = await this.#db
      .prepare(
        `SELECT name, definition FROM (
           SELECT value AS wanted, SUM(octet_length(definition)) OVER (ORDER BY key) AS bytes
           FROM json_each(?2) CROSS JOIN assets ON namespace = ?1 AND name = value AND deleted = 0)
         CROSS JOIN assets ON namespace = ?1 AND name = wanted WHERE bytes <= ?3`,
      )
      .bind(namespace, JSON.stringify(names), bytes)
      .all<{ name: string; definition: string }>();
    return new Map(results.map(({ name, definition }) => [name, definition]));
  }

  async apply(set: SetWrite, commit: Commit): Promise<SetOutcome> {
    const count = set.puts.length + set.deletes.length;
    const statements = [
      this.#db.prepare(GUARD).bind(set.namespace, set.seq),
      this.#db.prepare("UPDATE meta SET seq = seq + ?1").bind(count),
      ...this.#puts(set, count, commit),
      ...this.#deletes(set, count, commit),
      this.#revisions(set, commit),
      this.#db.prepare(`UPDATE namespaces SET seq = ${SEQ} WHERE name = ?1`).bind(set.namespace),
    ];
    return this.#run<SetOutcome>(commit, async (since) => {
      try {
        const { log } = await commitBatch<never[]>(this.#db, since, statements);
        return { result: { outcome: "committed", first: log.seq - count + 1, last: log.seq }, log };
      } catch (error) {
        if (!(error instanceof Error) || !GUARD_FAILED.test(error.message)) throw error;
        return { result: { outcome: "changed" }, log: await loadCommitLog(this.#db, since) };
      }
    });
  }

  #puts({ namespace, puts }: SetWrite, count: number, commit: Commit): D1PreparedStatement[] {
    const rows = puts.map(({ name, etag, definition, expressions }) => ({
      name,
      etag,
      definition,
      expressions_etag: expressions?.etag ?? null,
      expressions: expressions?.definition ?? null,
    }));
    return listsOf(rows).map(({ first, json, only }) => {
      const place = [namespace, count, first, commit.principal, commit.scope.now];
      if (only === null) return this.#db.prepare(PUT_LIST).bind(...place, json);
      const { name, etag, definition, expressions_etag, expressions } = only;
      return this.#db.prepare(PUT_ONE).bind(...place, name, etag, definition, expressions_etag, expressions);
    });
  }

  #deletes({ namespace, puts, deletes }: SetWrite, count: number, commit: Commit): D1PreparedStatement[] {
    return listsOf(deletes).map(({ first, json }) =>
      this.#db.prepare(DELETE_LIST).bind(namespace, count, puts.length + first, commit.scope.now, json),
    );
  }

  #revisions({ namespace, puts, deletes }: SetWrite, commit: Commit): D1PreparedStatement {
    const names = [...puts.map(({ name }) => name), ...deletes];
    return this.#db
      .prepare(
        `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at, reason)
         SELECT seq, 'asset', namespace, name,
           CASE WHEN deleted THEN 'delete' WHEN created_seq = seq THEN 'create' ELSE 'update' END,
           CASE WHEN deleted THEN NULL ELSE etag END, CASE WHEN deleted THEN NULL ELSE definition END, ?3, ?4, ?5
         FROM assets WHERE namespace = ?1 AND name IN (SELECT value FROM json_each(?2))`,
      )
      .bind(namespace, JSON.stringify(names), commit.principal, commit.scope.now, commit.reason);
  }
}

/** Part of a list as a JSON array that fits a bound text. */
interface List<T> {
  /** The position of its first item in the whole. */
  readonly first: number;
  readonly json: string;
  /** Its item, when that is alone: JSON in JSON may be twice as long, so one definition need not fit. */
  readonly only: T | null;
}

function listsOf<T>(items: readonly T[]): List<T>[] {
  const groups: { first: number; texts: string[]; only: T | null }[] = [];
  let room = 0;
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item);
    const bytes = new TextEncoder().encode(text).length + 1;
    const group = groups.at(-1);
    if (group === undefined || bytes > room) {
      groups.push({ first: index, texts: [text], only: item });
      room = LIST_BYTES - bytes;
    } else {
      group.texts.push(text);
      group.only = null;
      room -= bytes;
    }
  }
  return groups.map(({ first, texts, only }) => ({ first, json: `[${texts.join(",")}]`, only }));
}
