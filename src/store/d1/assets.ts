import {
  PAGE_BYTES,
  pageKey,
  type AssetPage,
  type AssetWrite,
  type Commit,
  type Committed,
  type DeleteOutcome,
  type PageFrom,
  type StoredAsset,
  type WriteCondition,
  type WriteOutcome,
} from "../asset-store.ts";
import type { AssetId, AssetName, Namespace } from "../../identity/names.ts";
import { conditionSql, type Binding } from "./condition-sql.ts";
import type { CommitLog, RunCommit } from "../commit.ts";
import { ADVANCE, commitBatch, SEQ, type Advanced, type Inserted, type Probe } from "./commit-log.ts";
import { ASSET_KEY, LIVE_ASSETS, liveAfter } from "./live-assets.ts";
import { onReplica } from "./replica.ts";
import type { AssetOrigin, Replica, Snapshot } from "../origin.ts";

const ROW = "namespace, name, seq, etag, definition, expressions_etag, expressions";
/** The row, or its tombstone, or its absence, with the state of the whole store: one statement, one snapshot. */
const GET = `SELECT meta.epoch AS epoch, meta.seq AS g, deleted, namespace, name, assets.seq AS seq, etag, definition,
    expressions_etag, expressions
  FROM meta LEFT JOIN assets ON namespace = ?1 AND name = ?2`;
const REVISION = `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at, reason)
  SELECT seq, 'asset', namespace, name,
    CASE WHEN deleted THEN 'delete' WHEN created_seq = seq THEN 'create' ELSE 'update' END,
    CASE WHEN deleted THEN NULL ELSE etag END, CASE WHEN deleted THEN NULL ELSE definition END, ?3, ?4, ?5
  FROM assets WHERE namespace = ?1 AND name = ?2 AND seq = ${SEQ}`;

/** Marks the namespace with the commit, if the statement before inserted its revision. */
const TOUCH = `UPDATE namespaces SET seq = ${SEQ} WHERE name = ?1 AND changes() = 1`;

interface Row {
  readonly namespace: Namespace;
  readonly name: AssetName;
  readonly seq: number;
  readonly etag: string;
  readonly definition: string;
  readonly expressions_etag: string | null;
  readonly expressions: string | null;
}

/** A row with the snapshot it was seen in; every column of the asset is null where there is none. */
interface SnapshotRow extends Row {
  readonly epoch: string;
  readonly g: number;
  readonly deleted: number | null;
}

interface PageRow extends Row {
  readonly epoch: string;
  readonly g: number;
  readonly scope: number | null;
  readonly fits: number | null;
}

/** What a write returns of its row; a delete leaves out `created_seq`. */
interface WrittenRow {
  readonly seq: number;
  readonly created_seq?: number;
}

/** Assets in D1. One `batch()` a write: D1 runs batches one at a time, each as a transaction. */
export class D1AssetStore implements AssetOrigin {
  readonly #db: D1Database;
  readonly #run: RunCommit;

  constructor(db: D1Database, run: RunCommit) {
    this.#db = db;
    this.#run = run;
  }

  async get({ namespace, name }: AssetId, replica: Replica): Promise<Snapshot<StoredAsset>> {
    const { results } = await onReplica(this.#db, replica)
      .prepare(GET)
      .bind(namespace, name)
      .all<SnapshotRow>();
    const [row] = results;
    if (row === undefined) throw new Error("the table meta has no row");
    const { epoch, g } = row;
    return {
      epoch,
      g,
      s: row.deleted === null ? null : row.seq,
      value: row.deleted === 0 ? fromRow(row) : null,
    };
  }

  async list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
    replica: Replica,
  ): Promise<Snapshot<AssetPage>> {
    const { results } = await this.#list(replica, namespace, from, limit + 1).all<PageRow>();
    const [first] = results;
    if (first === undefined) throw new Error("the table meta has no row");
    const rows = results.filter((row) => row.fits !== null);
    const assets = rows.filter((row) => row.fits === 1).slice(0, limit);
    const last = rows.length > assets.length ? assets.at(-1) : undefined;
    const next = last === undefined ? null : pageKey(namespace, last);
    const { epoch, g, scope } = first;
    return {
      epoch,
      g,
      s: namespace === null ? g : scope,
      value: { assets: assets.map(fromRow), next },
    };
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
        commit.scope.now,
        ...guard.bindings,
      );
    const exists = { sql: "EXISTS (SELECT 1 FROM namespaces WHERE name = ?2)", bindings: [namespace] };
    return this.#run<WriteOutcome>(commit, async (since) => {
      const { row, probed, log } = await this.#write(write, exists, asset, commit, since);
      const refused = probed ? "condition-failed" : "namespace-missing";
      if (row === undefined) return { result: { outcome: refused }, log };
      return { result: { ...committed(row, log), created: row.created_seq === row.seq }, log };
    });
  }

  async delete(
    { namespace, name }: AssetId,
    condition: WriteCondition,
    commit: Commit,
  ): Promise<DeleteOutcome> {
    const guard = conditionSql(condition, 4);
    const exists = {
      sql: "EXISTS (SELECT 1 FROM assets WHERE namespace = ?2 AND name = ?3 AND deleted = 0)",
      bindings: [namespace, name],
    };
    const write = this.#db
      .prepare(
        `UPDATE assets SET seq = ${SEQ}, deleted = 1, updated_at = ?3
         WHERE namespace = ?1 AND name = ?2 AND deleted = 0 AND ${guard.sql} RETURNING seq`,
      )
      .bind(namespace, name, commit.scope.now, ...guard.bindings);
    return this.#run<DeleteOutcome>(commit, async (since) => {
      const { row, probed, log } = await this.#write(write, exists, { namespace, name }, commit, since);
      const refused = probed ? "condition-failed" : "absent";
      return { result: row === undefined ? { outcome: refused } : committed(row, log), log };
    });
  }

  /** One commit: what the write has returned, and what the probe finds after it. */
  async #write(
    write: D1PreparedStatement,
    probe: Probe,
    { namespace, name }: { readonly namespace: string; readonly name: string },
    { principal, reason, scope }: Commit,
    since: number,
  ): Promise<{ row: WrittenRow | undefined; probed: boolean; log: CommitLog }> {
    type Rows = [Advanced, WrittenRow, Inserted, Advanced];
    const { rows, probed, log } = await commitBatch<Rows>(
      this.#db,
      since,
      [
        this.#db.prepare(ADVANCE),
        write,
        this.#db.prepare(REVISION).bind(namespace, name, principal, scope.now, reason),
        this.#db.prepare(TOUCH).bind(namespace),
      ],
      probe,
    );
    const [, written] = rows;
    return { row: written[0], probed, log };
  }

  /** Keyset page. A row fits while the bytes up to it stay in the page's budget; the first always does. */
  #list(
    replica: Replica,
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
  ): D1PreparedStatement {
    const after = from?.inclusive === true ? ">=" : ">";
    const start = namespace === null ? (from?.key ?? "") : `${namespace}/${from?.key ?? ""}`;
    const bindings: Binding[] = [start, limit, PAGE_BYTES];
    if (namespace !== null) bindings.push(namespace);
    const where =
      namespace === null ? `${ASSET_KEY} ${after} ?1 AND deleted = 0` : liveAfter("?1", "?4", after);
    const scope = namespace === null ? "NULL" : "(SELECT seq FROM namespaces WHERE name = ?4)";
    return onReplica(this.#db, replica)
      .prepare(
        `SELECT meta.epoch AS epoch, meta.seq AS g, ${scope} AS scope, page.* FROM meta LEFT JOIN (
           SELECT ${ROW}, key, (position = 1 OR bytes <= ?3) AS fits FROM (
             SELECT ${ROW}, ROW_NUMBER() OVER rows AS position,
               SUM(octet_length(definition)) OVER rows AS bytes, key
             FROM (SELECT ${ROW}, ${ASSET_KEY} AS key FROM ${LIVE_ASSETS}
                   WHERE ${where} ORDER BY ${ASSET_KEY} LIMIT ?2)
             WINDOW rows AS (ORDER BY key ROWS UNBOUNDED PRECEDING)
           )
         ) AS page ON TRUE ORDER BY page.key`,
      )
      .bind(...bindings);
  }
}

function committed({ seq }: WrittenRow, { epoch }: CommitLog): Committed {
  return { outcome: "committed", epoch, seq };
}

function fromRow(row: Row): StoredAsset {
  const { namespace, name, seq, etag, definition } = row;
  const expressions =
    row.expressions_etag === null || row.expressions === null
      ? null
      : { etag: row.expressions_etag, definition: row.expressions };
  return { namespace, name, seq, etag, definition, expressions };
}
