import type { Namespace } from "../../identity/names.ts";
import type { Usage, UsageStore } from "../usage-store.ts";

/** Rows of each table that one request counts, and bytes of definitions that it reads. */
const COUNTED_ROWS = 20_000;
const COUNTED_BYTES = 64 * 1024 * 1024;

const EXISTS = "SELECT 1 AS found FROM namespaces WHERE name = ?1";

/** `present` counts one row more than the rest may, so that it is known whether all were counted. */
const ASSETS = `SELECT COUNT(*) AS counted, COALESCE(SUM(bytes), 0) AS bytes,
    COALESCE(SUM(CASE json_type(definition, '$.builds') WHEN 'array'
      THEN json_array_length(definition, '$.builds') ELSE 1 END), 0) AS builds,
    (SELECT COUNT(*) FROM
      (SELECT 1 FROM assets WHERE namespace = ?1 AND deleted = 0 LIMIT ${COUNTED_ROWS + 1})) AS present
  FROM (
    SELECT definition, octet_length(definition) AS bytes, ROW_NUMBER() OVER rows AS position,
      SUM(octet_length(definition)) OVER rows AS total
    FROM (SELECT name, definition FROM assets WHERE namespace = ?1 AND deleted = 0
      ORDER BY name LIMIT ${COUNTED_ROWS})
    WINDOW rows AS (ORDER BY name ROWS UNBOUNDED PRECEDING)
  ) WHERE position = 1 OR total <= ${COUNTED_BYTES}`;

const REVISIONS = `SELECT COUNT(*) AS present, COALESCE(SUM(octet_length(definition)), 0) AS bytes
  FROM (SELECT definition FROM revisions WHERE kind = 'asset' AND namespace = ?1 LIMIT ${COUNTED_ROWS + 1})`;

interface Row {
  readonly counted: number;
  readonly present: number;
  readonly builds: number;
  readonly bytes: number;
}

/** Counts what a namespace holds, in one snapshot. */
export class D1UsageStore implements UsageStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async ofNamespace(namespace: Namespace): Promise<Usage | null> {
    const statements = [EXISTS, ASSETS, REVISIONS].map((sql) => this.#db.prepare(sql).bind(namespace));
    const [exists, counted, revised] = await this.#db.batch<Row>(statements);
    const assets = counted?.results[0];
    const revisions = revised?.results[0];
    if (exists?.results.length === 0 || assets === undefined || revisions === undefined) return null;
    return {
      assets: assets.counted,
      builds: assets.builds,
      definitionBytes: assets.bytes,
      revisions: Math.min(revisions.present, COUNTED_ROWS),
      historyBytes: revisions.bytes,
      isComplete: assets.counted === assets.present && revisions.present <= COUNTED_ROWS,
    };
  }
}
