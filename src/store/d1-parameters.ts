import { ApiError } from "../errors.ts";
import { STORED_BYTES } from "./asset-store.ts";

/**
 * The database, none of whose statements takes a text that is near what D1 refuses: 413 before anything is sent, where
 * D1 would fail in a way that reads as an outage.
 */
export function withBoundedParameters<T extends D1Database | D1DatabaseSession>(database: T): T {
  return new Proxy(database, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => bounded(target.prepare(sql));
      if (name === "withSession" && "withSession" in target)
        return (constraint?: string) => withBoundedParameters(target.withSession(constraint));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** The statement itself, since a batch takes no other, with a `bind` that looks at what it is given. */
function bounded(statement: D1PreparedStatement): D1PreparedStatement {
  const bind = statement.bind.bind(statement);
  return Object.assign(statement, {
    bind: (...values: unknown[]) => {
      for (const value of values) if (typeof value === "string") refuseTooLarge(value);
      return bind(...values);
    },
  });
}

function refuseTooLarge(text: string): void {
  // A unit of a string is three bytes at the most.
  if (text.length * 3 <= STORED_BYTES) return;
  const bytes = new TextEncoder().encode(text).byteLength;
  if (bytes <= STORED_BYTES) return;
  throw new ApiError(
    "tooLarge",
    `the request is too large: it has the database take a value of ${bytes} bytes, and the limit is ${STORED_BYTES}`,
  );
}
