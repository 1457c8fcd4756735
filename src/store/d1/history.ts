import type { AssetId } from "../../identity/names.ts";
import type { Binding } from "./condition-sql.ts";
import type {
  AssetRevision,
  AuditScope,
  HistoryStore,
  Lives,
  Revision,
  RevisionPage,
} from "../history-store.ts";
import { lifeOf, REVISION_COLUMNS, SCOPE } from "./revision-sql.ts";

const ASSET = "kind = 'asset' AND namespace = ?1 AND name = ?2";
/** Bytes of rows that one page goes over: to reach the columns behind a definition, all of it is walked. */
const PAGE_READ_BYTES = 64 * 1024 * 1024;

interface PageRow extends Revision {
  readonly total: number;
}

/** The commits in D1: the revisions table, read only. */
export class D1HistoryStore implements HistoryStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  ofAsset(
    { namespace, name }: AssetId,
    lives: Lives,
    before: number | null,
    limit: number,
  ): Promise<RevisionPage> {
    return this.#page(`${ASSET} ${inLives(lives, "?1")}`, [namespace, name], before, limit);
  }

  at({ namespace, name }: AssetId, lives: Lives, seq: number): Promise<AssetRevision | null> {
    return this.#db
      .prepare(
        `SELECT ${REVISION_COLUMNS}, definition FROM revisions
         WHERE ${ASSET} ${inLives(lives, "?1")} AND seq <= ?3 ORDER BY seq DESC LIMIT 1`,
      )
      .bind(namespace, name, seq)
      .first<AssetRevision>();
  }

  async newest(): Promise<number> {
    const row = await this.#db.prepare("SELECT seq FROM meta").first<{ seq: number }>();
    return row?.seq ?? 0;
  }

  audit(scope: AuditScope, before: number | null, limit: number): Promise<RevisionPage> {
    if (scope === "everything") return this.#page("TRUE", [], before, limit);
    if ("principal" in scope) return this.#page("principal = ?1", [scope.principal], before, limit);
    const { namespace, lives } = scope;
    return this.#page(`${SCOPE} = ?1 ${inLives(lives, "?1")}`, [namespace], before, limit);
  }

  /** Keyset page of the commits for which `where` holds. A row fits while the bytes up to it do; the first always does. */
  async #page(
    where: string,
    bindings: readonly Binding[],
    before: number | null,
    limit: number,
  ): Promise<RevisionPage> {
    const [from, rows, bytes] = [1, 2, 3].map((place) => `?${bindings.length + place}`);
    const { results } = await this.#db
      .prepare(
        `SELECT r.seq, r.kind, r.namespace, COALESCE(k.name, r.name) AS name, r.action, r.etag, r.principal, r.at,
           r.reason, page.total
         FROM (
           SELECT seq, COUNT(*) OVER () AS total, ROW_NUMBER() OVER newest AS position, SUM(bytes) OVER newest AS bytes
           FROM (SELECT seq, COALESCE(octet_length(definition), 0) AS bytes FROM revisions
                 WHERE ${where} AND seq < ${from} ORDER BY seq DESC LIMIT ${rows})
           WINDOW newest AS (ORDER BY seq DESC ROWS UNBOUNDED PRECEDING)
         ) AS page CROSS JOIN revisions AS r ON r.seq = page.seq
         LEFT JOIN api_keys AS k ON r.kind = 'key' AND k.digest = r.name
         WHERE page.position = 1 OR page.bytes <= ${bytes} ORDER BY page.seq DESC`,
      )
      .bind(...bindings, before ?? Number.MAX_SAFE_INTEGER, limit + 1, PAGE_READ_BYTES)
      .all<PageRow>();
    const revisions = results.slice(0, limit);
    const last = (results[0]?.total ?? 0) > revisions.length ? revisions.at(-1) : undefined;
    return { revisions, next: last?.seq ?? null };
  }
}

/** SQL that keeps to these lives of a namespace; the commit that a life begins with is a part of it. */
function inLives(lives: Lives, namespace: string): string {
  return lives === "all" ? "" : `AND seq >= ${lifeOf(namespace)}`;
}
