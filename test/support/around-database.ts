/** One call of D1: a statement that is run on its own, or a batch. */
export interface DatabaseCall {
  readonly kind: "statement" | "batch";
  /** What its session was opened with; null outside of one. */
  readonly session: string | null;
}

/** Does a call, or something else in its place. */
export type Around = <T>(call: DatabaseCall, work: () => Promise<T>) => Promise<T>;

/** The real database, each call of which goes through `around`. */
export function aroundDatabase<T extends D1Database | D1DatabaseSession>(
  database: T,
  around: Around,
  session: string | null = null,
): T {
  return new Proxy(database, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const call = () => member.apply(target, args) as unknown;
        if (name === "batch") return around({ kind: "batch", session }, call as () => Promise<unknown>);
        if (name === "withSession")
          return aroundDatabase(call() as D1DatabaseSession, around, String(args[0]));
        return name === "prepare" ? aroundStatement(call() as D1PreparedStatement, around, session) : call();
      };
    },
  });
}

/** The statement itself, which `batch` insists on, with its ways of being run replaced. */
function aroundStatement(
  statement: D1PreparedStatement,
  around: Around,
  session: string | null,
): D1PreparedStatement {
  for (const way of ["first", "all", "run", "raw"] as const) {
    const run = statement[way].bind(statement) as (...args: unknown[]) => Promise<unknown>;
    const value = (...args: unknown[]) => around({ kind: "statement", session }, () => run(...args));
    Object.defineProperty(statement, way, { value });
  }
  const bind = statement.bind.bind(statement);
  const value = (...values: unknown[]) => aroundStatement(bind(...values), around, session);
  Object.defineProperty(statement, "bind", { value });
  return statement;
}
