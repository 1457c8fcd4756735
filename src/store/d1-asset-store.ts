import {
  PAGE_BYTES,
  pageKey,
  type AssetPage,
  type AssetStore,
  type AssetWrite,
  type Commit,
  type DeleteOutcome,
  type PageFrom,
  type StoredAsset,
  type WriteCondition,
  type WriteOutcome,
} from "./asset-store.ts";
import { conditionSql, type Binding } from "./condition-sql.ts";

const ROW = "namespace, name, seq, etag, definition, expressions_etag, expressions";
const ADVANCE = "UPDATE meta SET seq = seq + 1";
const SEQ = "(SELECT seq FROM meta)";
const GET = `SELECT ${ROW} FROM assets WHERE namespace = ?1 AND name = ?2 AND deleted = 0`;
const REVISION = `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at)
  SELECT seq, 'asset', namespace, name,
    CASE WHEN deleted THEN 'delete' WHEN created_seq = seq THEN 'create' ELSE 'update' END,
    CASE WHEN deleted THEN NULL ELSE etag END, CASE WHEN deleted THEN NULL ELSE definition END, ?3, ?4
  FROM assets WHERE namespace = ?1 AND name = ?2 AND seq = ${SEQ}`;

/** Marks the namespace with the commit, if there was one; lists are cached under this seq. */
const TOUCH = `UPDATE namespaces SET seq = ${SEQ} WHERE name = ?1
  AND EXISTS (SELECT 1 FROM assets WHERE namespace = ?1 AND name = ?2 AND seq = ${SEQ})`;

interface Row {
  readonly namespace: string;
  readonly name: string;
  readonly seq: number;
  readonly etag: string;
  readonly definition: string;
  readonly expressions_etag: string | null;
  readonly expressions: string | null;
}

/** Assets in D1. One `batch()` a write: D1 runs batches one at a time, each as a transaction. */
export class D1AssetStore implements AssetStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async get(namespace: string, name: string): Promise<StoredAsset | null> {
    const row = await this.#db.prepare(GET).bind(namespace, name).first<Row>();
    return row === null ? null : fromRow(row);
  }

  async list(namespace: string | null, from: PageFrom | null, limit: number): Promise<AssetPage> {
    const { results } = await this.#list(namespace, from, limit + 1).all<Row & { fits: number }>();
    const assets = results.filter((row) => row.fits === 1).slice(0, limit);
    const last = results.length > assets.length ? assets.at(-1) : undefined;
    return { assets: assets.map(fromRow), next: last === undefined ? null : pageKey(namespace, last) };
  }

  async put(asset: AssetWrite, condition: WriteCondition, commit: Commit): Promise<WriteOutcome> {
    const { namespace, name } = asset;
    const guard = conditionSql(condition, 9);
    const write = this.#db
      .prepare(
        `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, expressions_etag, expressions,
           created_by, updated_at)
         SELECT ?1, ?2, ${SEQ}, ${SEQ}, ?3, ?4, ?5, ?6, ?7, ?8
         WHERE EXISTS (SELECT 1 FROM namespaces WHERE name = ?1) AND ${guard.sql}
         ON CONFLICT (namespace, name) DO UPDATE SET seq = excluded.seq, etag = excluded.etag,
           created_seq = CASE WHEN deleted THEN excluded.seq ELSE created_seq END,
           definition = excluded.definition, expressions_etag = excluded.expressions_etag,
           expressions = excluded.expressions, created_by = excluded.created_by,
           updated_at = excluded.updated_at, deleted = 0
         RETURNING seq, created_seq`,
      )
      .bind(
        namespace,
        name,
        asset.etag,
        asset.definition,
        asset.expressions?.etag ?? null,
        asset.expressions?.definition ?? null,
        commit.principal,
        commit.at,
        ...guard.bindings,
      );
    const known = this.#db.prepare("SELECT 1 AS one FROM namespaces WHERE name = ?1").bind(namespace);
    const [, written, , namespaces] = await this.#db.batch<Record<string, number>>([
      this.#db.prepare(ADVANCE),
      write,
      this.#revision(namespace, name, commit),
      known,
      this.#db.prepare(TOUCH).bind(namespace, name),
    ]);
    const row = written?.results[0];
    if (row !== undefined) {
      const seq = Number(row["seq"]);
      return { outcome: "committed", seq, created: row["created_seq"] === seq };
    }
    return { outcome: namespaces?.results.length === 0 ? "namespace-missing" : "condition-failed" };
  }

  async delete(
    namespace: string,
    name: string,
    condition: WriteCondition,
    commit: Commit,
  ): Promise<DeleteOutcome> {
    const guard = conditionSql(condition, 4);
    const existing = this.#db
      .prepare("SELECT 1 AS one FROM assets WHERE namespace = ?1 AND name = ?2 AND deleted = 0")
      .bind(namespace, name);
    const write = this.#db
      .prepare(
        `UPDATE assets SET seq = ${SEQ}, deleted = 1, updated_at = ?3
         WHERE namespace = ?1 AND name = ?2 AND deleted = 0 AND ${guard.sql} RETURNING seq`,
      )
      .bind(namespace, name, commit.at, ...guard.bindings);
    const [before, , written] = await this.#db.batch<Record<string, number>>([
      existing,
      this.#db.prepare(ADVANCE),
      write,
      this.#revision(namespace, name, commit),
      this.#db.prepare(TOUCH).bind(namespace, name),
    ]);
    const row = written?.results[0];
    if (row !== undefined) return { outcome: "committed", seq: Number(row["seq"]) };
    return { outcome: before?.results.length === 0 ? "absent" : "condition-failed" };
  }

  #revision(namespace: string, name: string, commit: Commit): D1PreparedStatement {
    return this.#db.prepare(REVISION).bind(namespace, name, commit.principal, commit.at);
  }

  /** Keyset page. A row fits while the bytes up to it stay in the page's budget; the first always does. */
  #list(namespace: string | null, from: PageFrom | null, limit: number): D1PreparedStatement {
    const key = namespace === null ? "namespace || '/' || name" : "name";
    const after = from?.inclusive === true ? ">=" : ">";
    const bindings: Binding[] = [from?.key ?? "", limit, PAGE_BYTES];
    if (namespace !== null) bindings.push(namespace);
    const where = namespace === null ? "" : "namespace = ?4 AND";
    return this.#db
      .prepare(
        `SELECT ${ROW}, (position = 1 OR bytes <= ?3) AS fits FROM (
           SELECT ${ROW}, ROW_NUMBER() OVER rows AS position,
             SUM(octet_length(definition)) OVER rows AS bytes, key
           FROM (SELECT ${ROW}, ${key} AS key FROM assets
                 WHERE ${where} ${key} ${after} ?1 AND deleted = 0 ORDER BY ${key} LIMIT ?2)
           WINDOW rows AS (ORDER BY key ROWS UNBOUNDED PRECEDING)
         ) ORDER BY key`,
      )
      .bind(...bindings);
  }
}

function fromRow(row: Row): StoredAsset {
  const { namespace, name, seq, etag, definition } = row;
  const expressions =
    row.expressions_etag === null || row.expressions === null
      ? null
      : { etag: row.expressions_etag, definition: row.expressions };
  return { namespace, name, seq, etag, definition, expressions };
}
