import type { ArchiveSweep } from "../archive-store.ts";

/** Archives that one step looks at. */
const STEP = 1_000;

const WINDOW = `SELECT id, unused_since, EXISTS (SELECT 1 FROM builds WHERE builds.archive = archive.id) AS isUsed
  FROM archives AS archive WHERE id > (SELECT swept FROM archive_progress) ORDER BY id LIMIT ${STEP}`;
const REMOVE = `DELETE FROM archives WHERE id IN (SELECT id FROM (${WINDOW}) WHERE NOT isUsed AND unused_since < ?1)`;
const MARK = `UPDATE archives SET unused_since = CASE WHEN seen.isUsed THEN NULL ELSE ?1 END FROM (${WINDOW}) AS seen
  WHERE archives.id = seen.id AND seen.isUsed = (seen.unused_since IS NOT NULL)`;
/** At the end it begins again. */
const ADVANCE = `UPDATE archive_progress SET swept = COALESCE((SELECT MAX(id) FROM (${WINDOW})), 0)`;

/** Removes archives that nothing names from D1, a few at a time, again and again from the first to the last. */
export class D1ArchiveSweep implements ArchiveSweep {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async sweep(now: number, keptMs: number): Promise<number> {
    const [removed] = await this.#db.batch([
      this.#db.prepare(REMOVE).bind(now - keptMs),
      this.#db.prepare(MARK).bind(now),
      this.#db.prepare(ADVANCE),
    ]);
    return removed?.meta.changes ?? 0;
  }
}
