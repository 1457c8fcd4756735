import type { Commit } from "./asset-store.ts";
import type { NamespaceDelete, NamespaceStore } from "./namespace-store.ts";

const ADVANCE = "UPDATE meta SET seq = seq + 1";
const SEQ = "(SELECT seq FROM meta)";

/** Namespaces in D1; the newest always, they are few and seldom asked for. */
export class D1NamespaceStore implements NamespaceStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async exists(name: string): Promise<boolean> {
    const row = await this.#db.prepare("SELECT 1 AS one FROM namespaces WHERE name = ?1").bind(name).first();
    return row !== null;
  }

  async names(): Promise<readonly string[]> {
    const { results } = await this.#db
      .prepare("SELECT name FROM namespaces ORDER BY name")
      .all<{ name: string }>();
    return results.map(({ name }) => name);
  }

  async create(name: string, commit: Commit): Promise<boolean> {
    const [, inserted] = await this.#db.batch([
      this.#db.prepare(ADVANCE),
      this.#db
        .prepare(
          `INSERT INTO namespaces (name, seq, created_by, created_at) VALUES (?1, ${SEQ}, ?2, ?3)
           ON CONFLICT DO NOTHING RETURNING seq`,
        )
        .bind(name, commit.principal, commit.at),
      this.#db
        .prepare(
          `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
           SELECT seq, 'namespace', '', name, 'create', ?2, ?3, ?4 FROM namespaces WHERE name = ?1 AND seq = ${SEQ}`,
        )
        .bind(name, commit.principal, commit.at, commit.reason),
    ]);
    return inserted?.results.length === 1;
  }

  async delete(name: string, commit: Commit): Promise<NamespaceDelete> {
    const [existing, , deleted] = await this.#db.batch([
      this.#db.prepare("SELECT 1 AS one FROM namespaces WHERE name = ?1").bind(name),
      this.#db.prepare(ADVANCE),
      this.#db
        .prepare(
          `DELETE FROM namespaces WHERE name = ?1
           AND NOT EXISTS (SELECT 1 FROM assets WHERE namespace = ?1 AND deleted = 0) RETURNING name`,
        )
        .bind(name),
      this.#db
        .prepare(
          `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
           SELECT ${SEQ}, 'namespace', '', ?1, 'delete', ?2, ?3, ?4 WHERE changes() = 1`,
        )
        .bind(name, commit.principal, commit.at, commit.reason),
    ]);
    if (deleted?.results.length === 1) return "deleted";
    return existing?.results.length === 1 ? "not-empty" : "absent";
  }
}
