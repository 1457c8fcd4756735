/** Commits looked at in one step: a statement has 30 seconds. */
const STEP = 1_000;
/** Steps of one minute's share. */
const STEPS = 5;

/** The next commits that have not been looked at; none, after one row, when the first of them is not old enough. */
const UNWALKED = "seq > (SELECT walked FROM retention)";
const NEXT = `SELECT revisions.seq AS seq, revisions.at AS at
  FROM (SELECT at FROM revisions WHERE ${UNWALKED} ORDER BY seq LIMIT 1) AS oldest CROSS JOIN revisions
  WHERE oldest.at < ?1 AND revisions.${UNWALKED} ORDER BY revisions.seq LIMIT ${STEP}`;

/** Of the names with a commit in (?1, ?2]: commits that a later one of these superseded, all but the newest two of a name. */
const SUPERSEDED = `SELECT old.seq AS seq
  FROM (SELECT kind, namespace, name, MAX(seq) AS seq FROM revisions NOT INDEXED
        WHERE seq > ?1 AND seq <= ?2 GROUP BY kind, namespace, name) AS aged
  CROSS JOIN revisions AS old
    ON old.kind = aged.kind AND old.namespace = aged.namespace AND old.name = aged.name AND old.seq < aged.seq
  WHERE old.seq < (SELECT seq FROM revisions AS newest
    WHERE newest.kind = aged.kind AND newest.namespace = aged.namespace AND newest.name = aged.name
    ORDER BY seq DESC LIMIT 1 OFFSET 1)`;

const NOTE = `UPDATE retention SET walked = MAX(walked, ?2),
  forgotten = MAX(forgotten, COALESCE((SELECT MAX(seq) FROM (${SUPERSEDED})), 0))`;
const FORGET = `DELETE FROM revisions WHERE seq IN (SELECT seq FROM (${SUPERSEDED}))`;

interface Commit {
  readonly seq: number;
  readonly at: number;
}

/** Deletes commits that were superseded so many days ago, and returns how many; null: history is kept for ever. */
export async function forgetAfter(db: D1Database, days: number | null, now: number): Promise<number> {
  return days === null ? 0 : forgetRevisions(db, now - days * 86_400_000);
}

/**
 * Deletes commits that were superseded before a time (milliseconds), and returns how many. The newest two commits of
 * every asset, namespace and key stay whatever their age: there is always one to go back to, and a journal, which needs
 * the last commit of each, loses nothing. Each commit is looked at once, in bounded steps; what is left waits for the
 * next call.
 */
export async function forgetRevisions(db: D1Database, before: number): Promise<number> {
  let forgotten = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const { results: commits } = await db.prepare(NEXT).bind(before).all<Commit>();
    const young = commits.findIndex(({ at }) => at >= before);
    const aged = young === -1 ? commits : commits.slice(0, young);
    const [first, last] = [aged[0], aged.at(-1)];
    if (first === undefined || last === undefined) break;
    const [, deleted] = await db.batch(
      [NOTE, FORGET].map((statement) => db.prepare(statement).bind(first.seq - 1, last.seq)),
    );
    forgotten += deleted?.meta.changes ?? 0;
    if (aged.length < STEP) break;
  }
  return forgotten;
}
