import { changeKey, type CommitLog } from "./origin.ts";

/** Changes a log tells at the most. A reader whose copy is older than all of them asks the database. */
export const MAX_CHANGES = 2_000;

/** A row of either statement: the head (one a namespace), or a change. */
export interface LogRow {
  readonly epoch: string;
  readonly seq: number;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly namespace_seq: number;
}

const HEAD = `SELECT epoch, meta.seq AS seq, namespaces.name AS namespace, namespaces.seq AS namespace_seq
  FROM meta LEFT JOIN namespaces ON TRUE`;
/** One more than the log may tell, so that it is known whether all were read. */
const CHANGES = `SELECT seq, kind, namespace, name FROM revisions WHERE seq > ?1 ORDER BY seq DESC LIMIT ${MAX_CHANGES + 1}`;

/**
 * The two statements that read the commit log, to be appended to the batch of a write (so that the log is what that
 * commit saw) or run as a batch of their own.
 */
export function commitLogStatements(
  db: D1Database | D1DatabaseSession,
  since: number,
): D1PreparedStatement[] {
  return [db.prepare(HEAD), db.prepare(CHANGES).bind(since)];
}

/** The log from the results of `commitLogStatements`, read with the same `since`. */
export function readCommitLog(head: readonly LogRow[], changes: readonly LogRow[], since: number): CommitLog {
  const [meta] = head;
  if (meta === undefined) throw new Error("the table meta has no row");
  const namespaces: Record<string, number> = {};
  for (const row of head) if (row.namespace !== null) namespaces[row.namespace] = row.namespace_seq;
  const told = changes.slice(0, MAX_CHANGES);
  const last = new Map<string, number>();
  for (const { kind, namespace, name, seq } of told) {
    const key = changeKey(kind, namespace ?? "", name);
    if (key !== null && !last.has(key)) last.set(key, seq);
  }
  const complete = changes[MAX_CHANGES]?.seq ?? since;
  return { epoch: meta.epoch, seq: meta.seq, since: complete, changes: [...last], namespaces };
}

/** The log as the primary tells it now. */
export async function loadCommitLog(db: D1Database, since: number): Promise<CommitLog> {
  const session = db.withSession("first-primary");
  const [head, changes] = await session.batch<LogRow>(commitLogStatements(session, since));
  return readCommitLog(head?.results ?? [], changes?.results ?? [], since);
}
