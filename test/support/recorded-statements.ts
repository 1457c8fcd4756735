/** A statement as it was run, and what D1 says that it cost. */
export interface RunStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly rowsRead: number;
  /** Rows inserted, updated or deleted, however many indexes they are in. */
  readonly rowsChanged: number;
  readonly rowsReturned: number;
}

type Prepared = Pick<RunStatement, "sql" | "values">;

/** The real database; `record` gets every statement that was run, on its own or in a batch. */
export function recordingDatabase(
  database: D1Database,
  record: (statement: RunStatement) => void,
): D1Database {
  return new Recorder(record).around(database);
}

class Recorder {
  readonly #record: (statement: RunStatement) => void;
  readonly #prepared = new WeakMap<D1PreparedStatement, Prepared>();

  constructor(record: (statement: RunStatement) => void) {
    this.#record = record;
  }

  around<T extends D1Database | D1DatabaseSession>(database: T): T {
    return new Proxy(database, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          const result: unknown = member.apply(target, args);
          if (name === "prepare")
            return this.#statement(result as D1PreparedStatement, { sql: String(args[0]), values: [] });
          if (name === "withSession") return this.around(result as D1DatabaseSession);
          if (name === "batch")
            return this.#batch(args[0] as D1PreparedStatement[], result as Promise<D1Result[]>);
          return result;
        };
      },
    });
  }

  /** The statement itself, which `batch` insists on, with its ways of being run replaced. */
  #statement(statement: D1PreparedStatement, prepared: Prepared): D1PreparedStatement {
    this.#prepared.set(statement, prepared);
    const bind = statement.bind.bind(statement);
    const all = statement.all.bind(statement);
    const runAll = async () => this.#ran(prepared, await all());
    const replaced = {
      bind: (...values: unknown[]) => this.#statement(bind(...values), { ...prepared, values }),
      all: runAll,
      run: runAll,
      first: async (column?: string) => {
        const [row] = (await runAll()).results;
        return column === undefined ? (row ?? null) : (row?.[column] ?? null);
      },
    };
    for (const [way, value] of Object.entries(replaced)) Object.defineProperty(statement, way, { value });
    return statement;
  }

  async #batch(
    statements: readonly D1PreparedStatement[],
    running: Promise<D1Result[]>,
  ): Promise<D1Result[]> {
    const results = await running;
    for (const [place, statement] of statements.entries()) {
      const [prepared, result] = [this.#prepared.get(statement), results[place]];
      if (prepared !== undefined && result !== undefined) this.#ran(prepared, result);
    }
    return results;
  }

  #ran<R extends D1Result>(prepared: Prepared, result: R): R {
    const { rows_read: rowsRead, changes: rowsChanged } = result.meta;
    this.#record({ ...prepared, rowsRead, rowsChanged, rowsReturned: result.results.length });
    return result;
  }
}
