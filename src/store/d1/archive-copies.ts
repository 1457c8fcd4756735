import type { Namespace } from "../../identity/names.ts";
import type { ArchiveCopy, CopyStore, CopyTotals, MirrorMode, NewCopy } from "../archive-store.ts";
import { dayOf } from "../../lib/day.ts";
import type { Commit } from "../asset-store.ts";
import { ADVANCE_VERSION, VERSION } from "./archive-columns.ts";

const COPY = `SELECT digest, size, type, stored_at AS storedAt, deleted_at AS deletedAt, deleted_by AS deletedBy, reason
  FROM archive_copies WHERE digest = ?1`;
/** All archives of the digest are others now, to whoever remembers what they were. */
const TOUCH = `UPDATE archives SET changed = ${VERSION} WHERE digest IN (SELECT value FROM json_each(?1))`;
/** The totals before the copy itself, which may be there already: then nothing is added. One that was deleted is not counted. */
const ADD_TO_TOTALS = `UPDATE archive_progress SET version = version + 1,
    copied_bytes = copied_bytes + ?2 - COALESCE((SELECT IIF(deleted_at IS NULL, size, ?2) FROM archive_copies WHERE digest = ?1), 0),
    copies_that_day = CASE copy_day WHEN ?3 THEN copies_that_day ELSE 0 END + 1, copy_day = ?3`;
const STORE = `INSERT INTO archive_copies (digest, size, type, stored_at) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (digest) DO UPDATE SET size = excluded.size, type = excluded.type, stored_at = excluded.stored_at
  WHERE deleted_at IS NULL`;
const TAKE_FROM_TOTALS = `UPDATE archive_progress SET copied_bytes = MAX(0, copied_bytes - COALESCE(
  (SELECT SUM(size) FROM archive_copies WHERE digest IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL), 0))`;
const DELETE = `INSERT INTO archive_copies (digest, size, type, deleted_at, deleted_by, reason) VALUES (?1, 0, '', ?2, ?3, ?4)
  ON CONFLICT (digest) DO UPDATE SET deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by,
    reason = excluded.reason WHERE deleted_at IS NULL`;
/** The next copies in the order of their digests; at the end it begins again. */
const WINDOW = `SELECT digest, deleted_at FROM archive_copies
  WHERE digest > (SELECT copies_swept FROM archive_progress) ORDER BY digest LIMIT ?1`;
const UNUSED = `SELECT digest FROM (${WINDOW}) AS copy WHERE deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM archives WHERE archives.digest = copy.digest)`;
const ADVANCE_SWEEP = `UPDATE archive_progress SET copies_swept = COALESCE((SELECT MAX(digest) FROM (${WINDOW})), '')`;
const DELETED = `SELECT digest FROM archive_copies WHERE deleted_at >= ?1 AND deleted_at < ?2 LIMIT ?3`;
const FORGET = `DELETE FROM archive_copies WHERE digest IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL`;
const SET_MIRROR = `INSERT INTO mirrors (namespace, mirror, set_by, set_at, changed)
  SELECT name, ?2, ?3, ?4, ${VERSION} FROM namespaces WHERE name = ?1
  ON CONFLICT (namespace) DO UPDATE SET mirror = excluded.mirror, set_by = excluded.set_by, set_at = excluded.set_at,
    changed = excluded.changed`;

/** Counts a copy, and advances the version. */
export function addToTotals(db: D1Database, { digest, size }: NewCopy, now: number): D1PreparedStatement {
  return db.prepare(ADD_TO_TOTALS).bind(digest, size, dayOf(now));
}

/** Lists a copy, in this order: the first changes no row where the copy was deleted for good. */
export function storeCopy(
  db: D1Database,
  { digest, size, type }: NewCopy,
  now: number,
): [D1PreparedStatement, D1PreparedStatement] {
  return [db.prepare(STORE).bind(digest, size, type, now), db.prepare(TOUCH).bind(JSON.stringify([digest]))];
}

/** The list of copies in D1; the bytes are in the bucket. */
export class D1CopyStore implements CopyStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async setMirror(
    namespace: Namespace,
    mirror: MirrorMode,
    { principal, scope }: Pick<Commit, "principal" | "scope">,
  ): Promise<boolean> {
    const [, set] = await this.#db.batch([
      this.#db.prepare(ADVANCE_VERSION),
      this.#db.prepare(SET_MIRROR).bind(namespace, mirror, principal, scope.now),
    ]);
    return set?.meta.changes === 1;
  }

  copy(digest: string): Promise<ArchiveCopy | null> {
    return this.#db.prepare(COPY).bind(digest).first<ArchiveCopy>();
  }

  async totals(): Promise<CopyTotals> {
    const row = await this.#db
      .prepare(
        "SELECT copied_bytes AS bytes, copy_day AS day, copies_that_day AS copies FROM archive_progress",
      )
      .first<{ bytes: number; day: string; copies: number }>();
    return { bytes: row?.bytes ?? 0, copiesOn: (day) => (row?.day === day ? row.copies : 0) };
  }

  async deleted(digest: string, { principal, reason, scope }: Commit): Promise<void> {
    const list = JSON.stringify([digest]);
    await this.#db.batch([
      this.#db.prepare(ADVANCE_VERSION),
      this.#db.prepare(TAKE_FROM_TOTALS).bind(list),
      this.#db.prepare(DELETE).bind(digest, scope.now, principal, reason),
      this.#db.prepare(TOUCH).bind(list),
    ]);
  }

  async unused(limit: number): Promise<readonly string[]> {
    const [unused] = await this.#db.batch<{ digest: string }>([
      this.#db.prepare(UNUSED).bind(limit),
      this.#db.prepare(ADVANCE_SWEEP).bind(limit),
    ]);
    return unused?.results.map(({ digest }) => digest) ?? [];
  }

  async deletedBetween(from: number, to: number, limit: number): Promise<readonly string[]> {
    const { results } = await this.#db.prepare(DELETED).bind(from, to, limit).all<{ digest: string }>();
    return results.map(({ digest }) => digest);
  }

  async forget(digests: readonly string[]): Promise<void> {
    const list = JSON.stringify(digests);
    await this.#db.batch([
      this.#db.prepare(TAKE_FROM_TOTALS).bind(list),
      this.#db.prepare(FORGET).bind(list),
    ]);
  }
}
