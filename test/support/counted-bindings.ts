import { env } from "cloudflare:workers";

/** What a Worker asked of its bindings. */
export interface Asked {
  /** Statements run on their own. */
  queries: number;
  batches: number;
  kvGets: number;
  kvPuts: number;
}

/** The real bindings, each call of which is counted. */
export function countedBindings(asked: Asked): Env {
  return { ...env, DB: countedDatabase(env.DB, asked), CACHE: countedKv(env.CACHE, asked) };
}

function countedKv(kv: KVNamespace, asked: Asked): KVNamespace {
  return intercepted(kv, {
    get: () => void (asked.kvGets += 1),
    getWithMetadata: () => void (asked.kvGets += 1),
    put: () => void (asked.kvPuts += 1),
  });
}

function countedDatabase<T extends D1Database | D1DatabaseSession>(database: T, asked: Asked): T {
  return intercepted(database, {
    batch: () => void (asked.batches += 1),
    withSession: (session) => countedDatabase(session as D1DatabaseSession, asked),
    prepare: (statement) => countedStatement(statement as D1PreparedStatement, asked),
  });
}

/** The statement itself, which `batch` insists on, with its ways of running it counted. */
function countedStatement(statement: D1PreparedStatement, asked: Asked): D1PreparedStatement {
  for (const way of ["first", "all", "run", "raw"] as const) {
    const run = statement[way].bind(statement) as (...args: unknown[]) => unknown;
    const counted = (...args: unknown[]) => {
      asked.queries += 1;
      return run(...args);
    };
    Object.defineProperty(statement, way, { value: counted, writable: true });
  }
  const bind = statement.bind.bind(statement);
  Object.defineProperty(statement, "bind", {
    value: (...values: unknown[]) => countedStatement(bind(...values), asked),
    writable: true,
  });
  return statement;
}

/** The same object, some of whose calls are told; what the telling gives takes the place of the result. */
function intercepted<T extends object>(whole: T, told: Record<string, (result: unknown) => unknown>): T {
  return new Proxy(whole, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        return told[String(name)]?.(result) ?? result;
      };
    },
  });
}
