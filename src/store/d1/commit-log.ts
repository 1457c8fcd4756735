import { changeKeys, type CommitLog } from "../commit.ts";

/** The most changes in a log. A reader whose copy is older than all of them asks the database. */
export const MAX_CHANGES = 2_000;

/** A change with the head of the log; its columns are null in the one row of a log without changes. */
interface LogRow {
  readonly epoch: string;
  readonly head: number;
  readonly at: number;
  readonly probed: number | null;
  readonly seq: number | null;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The rows of statements whose rows say nothing, or only that there is one. */
export type Advanced = never;
export type Inserted = never;
export type Found = { readonly 1: 1 };

/** The rows of each statement, in order. */
export type RowsOf<Rows extends readonly unknown[]> = { readonly [K in keyof Rows]: readonly Rows[K][] };

/**
 * The log after ?1, the newest first: one change more than it may tell, so that it is known whether all were read. Dated by
 * the database, in the transaction: what has been acknowledged by then is in it, whatever other clocks say.
 */
const logWith = (probe: string) => `SELECT meta.epoch AS epoch, meta.seq AS head,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) AS at, ${probe} AS probed, change.*
  FROM meta LEFT JOIN (
    SELECT seq, kind, namespace, name FROM revisions WHERE seq > ?1 ORDER BY seq DESC LIMIT ${MAX_CHANGES + 1}
  ) AS change ON TRUE ORDER BY change.seq DESC`;

/** SQL that makes a transaction a commit, and the seq it has from then on. */
export const ADVANCE = "UPDATE meta SET seq = seq + 1";
export const SEQ = "(SELECT seq FROM meta)";

/** What is asked of the store after the statements of a transaction: SQL for 0 or 1, whose parameters begin at ?2. */
export interface Probe {
  readonly sql: string;
  readonly bindings: readonly (string | number)[];
}

const NO_PROBE: Probe = { sql: "NULL", bindings: [] };

/** Runs statements as one transaction: the rows of each, and the log as that transaction saw it at its end. */
export async function commitBatch<Rows extends readonly unknown[]>(
  db: D1Database | D1DatabaseSession,
  since: number,
  statements: { readonly [K in keyof Rows]: D1PreparedStatement },
  probe = NO_PROBE,
): Promise<{ rows: RowsOf<Rows>; probed: boolean; log: CommitLog }> {
  const all = [...statements, db.prepare(logWith(probe.sql)).bind(since, ...probe.bindings)];
  const answers = await db.batch<LogRow>(all);
  const results = answers.map(({ results: rows }) => rows);
  const logged = results.at(-1) ?? [];
  // What a statement returns, its SQL says; the types of `Rows` say the same.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const rows = results.slice(0, -1) as unknown as RowsOf<Rows>;
  return { rows, probed: logged[0]?.probed === 1, log: commitLog(logged, since) };
}

function commitLog(rows: readonly LogRow[], since: number): CommitLog {
  const [meta] = rows;
  if (meta === undefined) throw new Error("the table meta has no row");
  const last = new Map<string, number>();
  for (const { seq, kind, namespace, name } of rows.slice(0, MAX_CHANGES)) {
    if (seq === null) continue;
    for (const key of changeKeys(kind, namespace, name)) if (!last.has(key)) last.set(key, seq);
  }
  const { epoch, at, head } = meta;
  return { epoch, at, seq: head, since: rows[MAX_CHANGES]?.seq ?? since, changes: [...last] };
}

/** Reads the log from the primary. */
export async function loadCommitLog(db: D1Database, since: number): Promise<CommitLog> {
  return (await commitBatch<[]>(db.withSession("first-primary"), since, [])).log;
}
