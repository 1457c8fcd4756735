import type { Commit } from "../asset-store.ts";
import type { Namespace } from "../../identity/names.ts";
import { ADVANCE, commitBatch, SEQ } from "./commit-log.ts";
import { LIVE_ASSETS, liveAfter } from "./live-assets.ts";
import type { NamespaceOrigin } from "../namespace-store.ts";

/** Namespaces in D1: one batch a write, with the revision that tells of it. */
export class D1NamespaceStore implements NamespaceOrigin {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async names(): Promise<readonly Namespace[]> {
    const { results } = await this.#db
      .prepare("SELECT name FROM namespaces ORDER BY name")
      .all<{ name: Namespace }>();
    return results.map(({ name }) => name);
  }

  async create(name: Namespace, commit: Commit, since: number) {
    const { rows, log } = await commitBatch(this.#db, since, [
      this.#db.prepare(ADVANCE),
      this.#db
        .prepare(
          `INSERT INTO namespaces (name, seq, created_by, created_at) VALUES (?1, ${SEQ}, ?2, ?3)
           ON CONFLICT DO NOTHING RETURNING seq`,
        )
        .bind(name, commit.principal, commit.at),
      this.#revision(name, "create", commit),
    ]);
    const outcome = rows[1]?.length === 1 ? ("committed" as const) : ("taken" as const);
    return { result: { outcome }, log };
  }

  async delete(name: Namespace, commit: Commit, since: number) {
    const { rows, log } = await commitBatch(this.#db, since, [
      this.#db.prepare("SELECT 1 FROM namespaces WHERE name = ?1").bind(name),
      this.#db.prepare(ADVANCE),
      this.#db
        .prepare(
          `DELETE FROM namespaces WHERE name = ?1
           AND NOT EXISTS (SELECT 1 FROM ${LIVE_ASSETS} WHERE ${liveAfter("?1 || '/'", "?1")}) RETURNING name`,
        )
        .bind(name),
      this.#revision(name, "delete", commit),
    ]);
    const refused = rows[0]?.length === 1 ? ("not-empty" as const) : ("absent" as const);
    return { result: { outcome: rows[2]?.length === 1 ? ("committed" as const) : refused }, log };
  }

  /** Only if the statement before has changed a row. */
  #revision(name: Namespace, action: "create" | "delete", commit: Commit): D1PreparedStatement {
    return this.#db
      .prepare(
        `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
         SELECT ${SEQ}, 'namespace', '', ?1, ?2, ?3, ?4, ?5 WHERE changes() = 1`,
      )
      .bind(name, action, commit.principal, commit.at, commit.reason);
  }
}
