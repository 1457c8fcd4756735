import { refuseLargeParameters } from "./parameters.ts";
import type { Deadlines } from "../deadlines.ts";
import type { Replica } from "../origin.ts";

/**
 * All stores get this in place of the binding, so that every statement has a deadline and a bounded parameter size.
 * Whether a call reads or writes is inferred from its SQL.
 */
export function deadlined(db: D1Database, deadlines: Deadlines): D1Database {
  return new DeadlinedDatabase(db, deadlines);
}

class DeadlinedDatabase implements D1Database {
  readonly #db: D1Database;
  readonly #deadlines: Deadlines;

  constructor(db: D1Database, deadlines: Deadlines) {
    this.#db = db;
    this.#deadlines = deadlines;
  }

  prepare(sql: string): D1PreparedStatement {
    return new DeadlinedStatement(this.#db.prepare(sql), isRead(sql), "primary", this.#deadlines);
  }

  batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    return runBatch(this.#db, "primary", statements, this.#deadlines);
  }

  exec(sql: string): Promise<D1ExecResult> {
    return this.#deadlines.write(() => this.#db.exec(sql));
  }

  withSession(constraint?: string): D1DatabaseSession {
    const replica = constraint === "first-unconstrained" ? "nearest" : "primary";
    return new DeadlinedSession(this.#db.withSession(constraint), replica, this.#deadlines);
  }

  dump(): Promise<ArrayBuffer> {
    return this.#deadlines.write(() => this.#db.dump());
  }
}

class DeadlinedSession implements D1DatabaseSession {
  readonly #session: D1DatabaseSession;
  readonly #replica: Replica;
  readonly #deadlines: Deadlines;

  constructor(session: D1DatabaseSession, replica: Replica, deadlines: Deadlines) {
    this.#session = session;
    this.#replica = replica;
    this.#deadlines = deadlines;
  }

  prepare(sql: string): D1PreparedStatement {
    return new DeadlinedStatement(this.#session.prepare(sql), isRead(sql), this.#replica, this.#deadlines);
  }

  batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    return runBatch(this.#session, this.#replica, statements, this.#deadlines);
  }

  getBookmark(): D1SessionBookmark | null {
    return this.#session.getBookmark();
  }
}

class DeadlinedStatement implements D1PreparedStatement {
  readonly statement: D1PreparedStatement;
  readonly isRead: boolean;
  readonly #replica: Replica;
  readonly #deadlines: Deadlines;

  constructor(statement: D1PreparedStatement, reads: boolean, replica: Replica, deadlines: Deadlines) {
    this.statement = statement;
    this.isRead = reads;
    this.#replica = replica;
    this.#deadlines = deadlines;
  }

  bind(...values: unknown[]): D1PreparedStatement {
    refuseLargeParameters(values);
    const bound = this.statement.bind(...values);
    return new DeadlinedStatement(bound, this.isRead, this.#replica, this.#deadlines);
  }

  first<T = unknown>(column?: string): Promise<T | null> {
    return this.#run(() =>
      column === undefined ? this.statement.first<T>() : this.statement.first<T>(column),
    );
  }

  run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#run(() => this.statement.run<T>());
  }

  all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#run(() => this.statement.all<T>());
  }

  raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>;
  raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>;
  raw<T = unknown[]>(options?: { columnNames?: boolean }): Promise<[string[], ...T[]] | T[]> {
    return this.#run<[string[], ...T[]] | T[]>(() =>
      options?.columnNames === true
        ? this.statement.raw<T>({ columnNames: true })
        : this.statement.raw<T>({ columnNames: false }),
    );
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.isRead ? this.#deadlines.read(this.#replica, work) : this.#deadlines.write(work);
  }
}

/** One call, and one deadline. It writes if any of its statements does. */
function runBatch<T>(
  db: D1Database | D1DatabaseSession,
  replica: Replica,
  statements: readonly D1PreparedStatement[],
  deadlines: Deadlines,
): Promise<D1Result<T>[]> {
  const own = statements.map((statement) => {
    if (statement instanceof DeadlinedStatement) return statement;
    throw new TypeError("a batch takes the statements that the same database has prepared");
  });
  const work = () => db.batch<T>(own.map(({ statement }) => statement));
  return own.every(({ isRead: reads }) => reads) ? deadlines.read(replica, work) : deadlines.write(work);
}

/** A statement that is wrongly taken for a write is only given more time. */
function isRead(sql: string): boolean {
  if (/^\s*SELECT\b/i.test(sql)) return true;
  return /^\s*WITH\b/i.test(sql) && !/\b(?:INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql);
}
