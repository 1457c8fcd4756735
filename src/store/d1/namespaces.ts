import type { Commit } from "../asset-store.ts";
import type { Namespace } from "../../identity/names.ts";
import type { RunCommit } from "../commit.ts";
import type { NamespaceDelete, NamespaceOrigin } from "../namespace-store.ts";
import { ADVANCE, commitBatch, SEQ, type Advanced, type Found, type Inserted } from "./commit-log.ts";
import { LIVE_ASSETS, liveAfter } from "./live-assets.ts";

/** A row that a statement has written. */
type Changed = { readonly seq: number } | { readonly name: string };

/** Namespaces in D1: one batch a write, with its revision. */
export class D1NamespaceStore implements NamespaceOrigin {
  readonly #db: D1Database;
  readonly #run: RunCommit;

  constructor(db: D1Database, run: RunCommit) {
    this.#db = db;
    this.#run = run;
  }

  async names(): Promise<readonly Namespace[]> {
    const { results } = await this.#db
      .prepare("SELECT name FROM namespaces ORDER BY name")
      .all<{ name: Namespace }>();
    return results.map(({ name }) => name);
  }

  async create(name: Namespace, commit: Commit): Promise<boolean> {
    const insert = this.#db
      .prepare(
        `INSERT INTO namespaces (name, seq, created_by, created_at) VALUES (?1, ${SEQ}, ?2, ?3)
         ON CONFLICT DO NOTHING RETURNING seq`,
      )
      .bind(name, commit.principal, commit.scope.now);
    const { outcome } = await this.#run(commit, async (since) => {
      const { rows, log } = await commitBatch<[Advanced, Changed, Inserted]>(this.#db, since, [
        this.#db.prepare(ADVANCE),
        insert,
        this.#revision(name, "create", commit),
      ]);
      const [, created] = rows;
      return { result: { outcome: created.length === 1 ? "committed" : "taken" }, log };
    });
    return outcome === "committed";
  }

  async delete(name: Namespace, commit: Commit): Promise<NamespaceDelete> {
    const remove = this.#db
      .prepare(
        `DELETE FROM namespaces WHERE name = ?1
         AND NOT EXISTS (SELECT 1 FROM ${LIVE_ASSETS} WHERE ${liveAfter("?1 || '/'", "?1")}) RETURNING name`,
      )
      .bind(name);
    const { outcome } = await this.#run<{ readonly outcome: "committed" | "absent" | "not-empty" }>(
      commit,
      async (since) => {
        const { rows, log } = await commitBatch<[Found, Advanced, Changed, Inserted]>(this.#db, since, [
          this.#db.prepare("SELECT 1 FROM namespaces WHERE name = ?1").bind(name),
          this.#db.prepare(ADVANCE),
          remove,
          this.#revision(name, "delete", commit),
        ]);
        const [found, , deleted] = rows;
        if (deleted.length === 1) return { result: { outcome: "committed" }, log };
        return { result: { outcome: found.length === 1 ? "not-empty" : "absent" }, log };
      },
    );
    return outcome === "committed" ? "deleted" : outcome;
  }

  /** Only if the statement before has changed a row. */
  #revision(name: Namespace, action: "create" | "delete", commit: Commit): D1PreparedStatement {
    return this.#db
      .prepare(
        `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
         SELECT ${SEQ}, 'namespace', '', ?1, ?2, ?3, ?4, ?5 WHERE changes() = 1`,
      )
      .bind(name, action, commit.principal, commit.scope.now, commit.reason);
  }
}
