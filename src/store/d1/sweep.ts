/** Few enough for one statement's time; the next minute takes the rest. */
const MAX_SWEPT = 1_000;

const SWEEP = `DELETE FROM assets WHERE deleted = 1 AND (namespace, name) IN (
  SELECT namespace, name FROM assets WHERE deleted = 1 AND updated_at < ?1 AND seq <= ?2 LIMIT ${MAX_SWEPT})`;

/** Deletes the rows of assets that were deleted before `before` by a commit up to `seq`; returns how many. */
export async function sweepTombstones(db: D1Database, before: number, seq: number): Promise<number> {
  const { meta } = await db.prepare(SWEEP).bind(before, seq).run();
  return meta.changes;
}
