import type { AssetId, Namespace } from "../identity/names.ts";
import type { AssetRevision, AuditFilter, HistoryStore, Revision } from "./history-store.ts";

const ROW = "seq, kind, namespace, name, action, etag, principal, at, reason";
const ASSET = "kind = 'asset' AND namespace = ?1 AND name = ?2";

/** The commits in D1: the revisions table, read only. */
export class D1HistoryStore implements HistoryStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async ofAsset(
    { namespace, name }: AssetId,
    before: number | null,
    limit: number,
  ): Promise<readonly Revision[]> {
    const { results } = await this.#db
      .prepare(`SELECT ${ROW} FROM revisions WHERE ${ASSET} AND seq < ?3 ORDER BY seq DESC LIMIT ?4`)
      .bind(namespace, name, before ?? Number.MAX_SAFE_INTEGER, limit)
      .all<Revision>();
    return results;
  }

  at({ namespace, name }: AssetId, seq: number): Promise<AssetRevision | null> {
    return this.#db
      .prepare(
        `SELECT ${ROW}, definition FROM revisions WHERE ${ASSET} AND seq <= ?3 ORDER BY seq DESC LIMIT 1`,
      )
      .bind(namespace, name, seq)
      .first<AssetRevision>();
  }

  async audit(filter: AuditFilter, before: number | null, limit: number): Promise<readonly Revision[]> {
    // The commits to a namespace itself carry its name; those to a key belong to no namespace.
    const { results } = await this.#db
      .prepare(
        `SELECT r.seq, r.kind, r.namespace, COALESCE(k.name, r.name) AS name, r.action, r.etag, r.principal, r.at,
           r.reason
         FROM revisions r LEFT JOIN api_keys k ON r.kind = 'key' AND k.digest = r.name
         WHERE r.seq < ?1
           AND (?2 IS NULL OR r.namespace = ?2 OR (r.kind = 'namespace' AND r.name = ?2))
           AND (?3 IS NULL OR r.principal = ?3) AND (?4 IS NULL OR r.action = ?4)
           AND (?5 IS NULL OR r.at >= ?5) AND (?6 IS NULL OR r.at <= ?6)
         ORDER BY r.seq DESC LIMIT ?7`,
      )
      .bind(
        before ?? Number.MAX_SAFE_INTEGER,
        filter.namespace,
        filter.principal,
        filter.action,
        filter.from,
        filter.to,
        limit,
      )
      .all<Revision>();
    return results;
  }

  async changesAfter(seq: number, namespace: Namespace | null, limit: number) {
    // One transaction: what the second statement calls complete, the first has seen.
    const [changes, meta] = await this.#db.batch<AssetRevision & { seq: number }>([
      this.#db
        .prepare(
          `SELECT ${ROW}, definition FROM revisions
           WHERE seq > ?1 AND kind = 'asset' AND (?2 IS NULL OR namespace = ?2) ORDER BY seq LIMIT ?3`,
        )
        .bind(seq, namespace, limit),
      this.#db.prepare("SELECT seq FROM meta"),
    ]);
    const revisions = changes?.results ?? [];
    const last = revisions.at(-1);
    const current = meta?.results[0]?.seq ?? seq;
    return {
      revisions,
      completeTo: last !== undefined && revisions.length === limit ? last.seq : Math.max(seq, current),
    };
  }
}
