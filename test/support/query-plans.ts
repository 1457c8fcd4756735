import { env } from "cloudflare:workers";

/** Tables that grow with use. A statement that scans one takes longer every day. */
const GROWING = ["assets", "revisions", "api_keys", "sessions", "plans"];

/** A statement as it was run. */
export interface RunStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface Recording {
  readonly statements: RunStatement[];
  rowsRead: number;
}

/** Runs work on the real database and returns the statements that it ran. */
export async function statementsOf(work: (db: D1Database) => Promise<unknown>): Promise<RunStatement[]> {
  return (await recorded(work)).statements;
}

/** Runs work on the real database and returns how many rows its statements read, as D1 counts them. */
export async function rowsReadBy(work: (db: D1Database) => Promise<unknown>): Promise<number> {
  return (await recorded(work)).rowsRead;
}

/**
 * The lines of a statement's query plan that go over the whole of a growing table, with or without an index. A plan
 * that walks an index backwards or in a range says SEARCH; a LIMIT without a range says SCAN.
 */
export async function scansOf({ sql, values }: RunStatement): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const aliases = [...sql.matchAll(/\b(\w+)(?: NOT INDEXED)?(?: AS)? (\w+)\b/g)]
    .filter(([, table = ""]) => GROWING.includes(table))
    .map(([, , alias]) => alias ?? "");
  const names = [...GROWING, ...aliases].join("|");
  const scan = new RegExp(`^SCAN (?:${names})\\b`);
  return results.map(({ detail }) => detail).filter((detail) => scan.test(detail));
}

async function recorded(work: (db: D1Database) => Promise<unknown>): Promise<Recording> {
  const recording: Recording = { statements: [], rowsRead: 0 };
  await work(recordingDatabase(env.DB, recording));
  return recording;
}

function recordingDatabase<T extends D1Database | D1DatabaseSession>(database: T, recording: Recording): T {
  return new Proxy(database, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        if (name === "prepare") {
          return recordingStatement(result as D1PreparedStatement, String(args[0]), [], recording);
        }
        if (name === "withSession") return recordingDatabase(result as D1DatabaseSession, recording);
        if (name === "batch") {
          return (result as Promise<D1Result[]>).then((all) => all.map((each) => counted(each, recording)));
        }
        return result;
      };
    },
  });
}

/** The statement itself, which `batch` insists on; it is recorded when it is bound, and its rows when it is run. */
function recordingStatement(
  statement: D1PreparedStatement,
  sql: string,
  values: readonly unknown[],
  recording: Recording,
): D1PreparedStatement {
  const place = recording.statements.push({ sql, values }) - 1;
  const bind = statement.bind.bind(statement);
  const all = statement.all.bind(statement);
  const runAll = async () => counted(await all(), recording);
  const replaced = {
    bind: (...given: unknown[]) => {
      recording.statements.splice(place, 1);
      return recordingStatement(bind(...given), sql, given, recording);
    },
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

function counted<T>(result: D1Result<T>, recording: Recording): D1Result<T> {
  recording.rowsRead += result.meta.rows_read;
  return result;
}
