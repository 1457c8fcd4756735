import { changeKey, type CommitLog } from "../commit.ts";

/** The most changes in a log. A reader whose copy is older than all of them asks the database. */
export const MAX_CHANGES = 2_000;

/** A row of either statement: the head (one a namespace), or a change. */
interface LogRow {
  readonly epoch: string;
  readonly seq: number;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly namespace_seq: number;
  readonly at: number;
}

/** The rows of statements whose rows say nothing, or only that there is one. */
export type Advanced = never;
export type Inserted = never;
export type Found = { readonly 1: 1 };

/** The rows of each statement, in order. */
export type RowsOf<Rows extends readonly unknown[]> = { readonly [K in keyof Rows]: readonly Rows[K][] };

/** Dated by the database, in the transaction: what has been acknowledged by then is in it, whatever other clocks say. */
const HEAD = `SELECT epoch, meta.seq AS seq, namespaces.name AS namespace, namespaces.seq AS namespace_seq,
    CAST(unixepoch('subsec') * 1000 AS INTEGER) AS at
  FROM meta LEFT JOIN namespaces ON TRUE`;
/** Reads one more than a log may hold, to learn whether all were read. */
const CHANGES = `SELECT seq, kind, namespace, name FROM revisions WHERE seq > ?1 ORDER BY seq DESC LIMIT ${MAX_CHANGES + 1}`;

/** SQL that makes a transaction a commit, and the seq it has from then on. */
export const ADVANCE = "UPDATE meta SET seq = seq + 1";
export const SEQ = "(SELECT seq FROM meta)";

/** Runs statements as one transaction: the rows of each, and the log as that transaction saw it at its end. */
export async function commitBatch<Rows extends readonly unknown[]>(
  db: D1Database | D1DatabaseSession,
  since: number,
  statements: { readonly [K in keyof Rows]: D1PreparedStatement },
): Promise<{ rows: RowsOf<Rows>; log: CommitLog }> {
  const all = [...statements, db.prepare(HEAD), db.prepare(CHANGES).bind(since)];
  const answers = await db.batch<LogRow>(all);
  const results = answers.map(({ results: rows }) => rows);
  const [head = [], changes = []] = results.slice(-2);
  // What a statement returns, its SQL says; the types of `Rows` say the same.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const rows = results.slice(0, -2) as unknown as RowsOf<Rows>;
  return { rows, log: commitLog(head, changes, since) };
}

function commitLog(head: readonly LogRow[], changes: readonly LogRow[], since: number): CommitLog {
  const [meta] = head;
  if (meta === undefined) throw new Error("the table meta has no row");
  const namespaces: Record<string, number> = {};
  for (const row of head) if (row.namespace !== null) namespaces[row.namespace] = row.namespace_seq;
  const last = new Map<string, number>();
  for (const { kind, namespace, name, seq } of changes.slice(0, MAX_CHANGES)) {
    const key = changeKey(kind, namespace ?? "", name);
    if (key !== null && !last.has(key)) last.set(key, seq);
  }
  const { epoch, at, seq } = meta;
  return { epoch, at, seq, since: changes[MAX_CHANGES]?.seq ?? since, changes: [...last], namespaces };
}

/** Reads the log from the primary. */
export async function loadCommitLog(db: D1Database, since: number): Promise<CommitLog> {
  return (await commitBatch<[]>(db.withSession("first-primary"), since, [])).log;
}
