import type { DatabaseCall } from "../../observability/spent.ts";
import { MeteredCalls } from "./metered.ts";
import { refuseLargeParameters } from "./parameters.ts";
import type { Deadlines } from "../deadlines.ts";
import type { Replica } from "../origin.ts";

/**
 * All stores get this in place of the binding, so that every statement has a deadline and a bounded parameter size, and
 * is charged. Whether a call reads or writes is inferred from its SQL. What D1 does not say the cost of is refused.
 */
export function deadlined(
  db: D1Database,
  deadlines: Deadlines,
  charge: (call: DatabaseCall) => void = () => undefined,
): D1Database {
  return new DeadlinedDatabase(db, new MeteredCalls(deadlines, charge));
}

class DeadlinedDatabase implements D1Database {
  readonly #db: D1Database;
  readonly #calls: MeteredCalls;

  constructor(db: D1Database, calls: MeteredCalls) {
    this.#db = db;
    this.#calls = calls;
  }

  prepare(sql: string): D1PreparedStatement {
    return new DeadlinedStatement(this.#db.prepare(sql), isRead(sql), "primary", this.#calls);
  }

  batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    return runBatch(this.#db, "primary", statements, this.#calls);
  }

  exec(): Promise<D1ExecResult> {
    throw new TypeError("D1 does not say what exec() reads and writes: use prepare()");
  }

  withSession(constraint?: string): D1DatabaseSession {
    const replica = constraint === "first-unconstrained" ? "nearest" : "primary";
    return new DeadlinedSession(this.#db.withSession(constraint), replica, this.#calls);
  }

  dump(): Promise<ArrayBuffer> {
    throw new TypeError("D1 does not say what dump() reads: use prepare()");
  }
}

class DeadlinedSession implements D1DatabaseSession {
  readonly #session: D1DatabaseSession;
  readonly #replica: Replica;
  readonly #calls: MeteredCalls;

  constructor(session: D1DatabaseSession, replica: Replica, calls: MeteredCalls) {
    this.#session = session;
    this.#replica = replica;
    this.#calls = calls;
  }

  prepare(sql: string): D1PreparedStatement {
    return new DeadlinedStatement(this.#session.prepare(sql), isRead(sql), this.#replica, this.#calls);
  }

  batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    return runBatch(this.#session, this.#replica, statements, this.#calls);
  }

  getBookmark(): D1SessionBookmark | null {
    return this.#session.getBookmark();
  }
}

class DeadlinedStatement implements D1PreparedStatement {
  readonly statement: D1PreparedStatement;
  readonly isRead: boolean;
  readonly #replica: Replica;
  readonly #calls: MeteredCalls;

  constructor(statement: D1PreparedStatement, reads: boolean, replica: Replica, calls: MeteredCalls) {
    this.statement = statement;
    this.isRead = reads;
    this.#replica = replica;
    this.#calls = calls;
  }

  bind(...values: unknown[]): D1PreparedStatement {
    refuseLargeParameters(values);
    const bound = this.statement.bind(...values);
    return new DeadlinedStatement(bound, this.isRead, this.#replica, this.#calls);
  }

  async first<T = unknown>(column?: string): Promise<T | null> {
    if (column === undefined) return (await this.all<T>()).results[0] ?? null;
    const [row] = (await this.all<Record<string, T>>()).results;
    if (row === undefined) return null;
    const value = row[column];
    if (value === undefined) throw new Error(`D1_COLUMN_NOTFOUND: Column not found (${column})`);
    return value;
  }

  run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.all<T>();
  }

  async all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    const work = async () => [await this.statement.all<T>()] as const;
    const [result] = await this.#calls.run(this.isRead, this.#replica, work);
    return result;
  }

  raw(): never {
    throw new TypeError("D1 does not say what raw() reads and writes: use all()");
  }
}

/** One call, and one deadline. It writes if any of its statements does. */
function runBatch<T>(
  db: D1Database | D1DatabaseSession,
  replica: Replica,
  statements: readonly D1PreparedStatement[],
  calls: MeteredCalls,
): Promise<D1Result<T>[]> {
  const own = statements.map((statement) => {
    if (statement instanceof DeadlinedStatement) return statement;
    throw new TypeError("a batch takes the statements that the same database has prepared");
  });
  const reads = own.every((statement) => statement.isRead);
  return calls.run(reads, replica, () => db.batch<T>(own.map(({ statement }) => statement)));
}

/** A statement that is wrongly taken for a write is only given more time. */
function isRead(sql: string): boolean {
  if (/^\s*SELECT\b/i.test(sql)) return true;
  return /^\s*WITH\b/i.test(sql) && !/\b(?:INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql);
}
