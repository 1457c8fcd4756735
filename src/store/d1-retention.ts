/** Commits that stay whatever their age: more than a journal tells, so that none is ever made without knowing them. */
const KEPT = 5_000;

/** A minute's share: a statement has 30 seconds. */
const AT_ONCE = 1_000;

const FORGET = `DELETE FROM revisions WHERE seq IN (SELECT seq FROM revisions WHERE at < ?1
  AND seq < (SELECT seq FROM revisions ORDER BY seq DESC LIMIT 1 OFFSET ${KEPT}) LIMIT ${AT_ONCE})`;

/** Forgets commits from before a time (milliseconds), the newest ones excepted; how many. A part of them at a time. */
export async function forgetRevisions(db: D1Database, before: number): Promise<number> {
  const { meta } = await db.prepare(FORGET).bind(before).run();
  return meta.changes;
}
