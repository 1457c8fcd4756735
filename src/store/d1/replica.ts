import type { Replica } from "../origin.ts";

/** The database as the nearest replica has it, or the primary. */
export function onReplica(db: D1Database, replica: Replica): D1DatabaseSession {
  return db.withSession(replica === "nearest" ? "first-unconstrained" : "first-primary");
}
