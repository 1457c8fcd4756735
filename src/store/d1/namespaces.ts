import type { Commit } from "../asset-store.ts";
import type { Namespace } from "../../identity/names.ts";
import type { RunCommit } from "../commit.ts";
import type { NamespaceDelete, NamespaceOrigin, NamespacePage, NamespaceRange } from "../namespace-store.ts";
import type { Replica, Snapshot } from "../origin.ts";
import { ADVANCE, commitBatch, SEQ, type Advanced, type Found, type Inserted } from "./commit-log.ts";
import { LIVE_ASSETS, liveAfter } from "./live-assets.ts";
import { onReplica } from "./replica.ts";

/** Whether there is a namespace, and the last commit to it alone, with the state of the whole store. */
const FIND = `SELECT meta.epoch AS epoch, meta.seq AS g, EXISTS (SELECT 1 FROM namespaces WHERE name = ?1) AS found,
    (SELECT MAX(seq) FROM revisions WHERE kind = 'namespace' AND namespace = '' AND name = ?1) AS life
  FROM meta`;
const ALL = "SELECT name FROM namespaces";
/** The names are few, and looked up one by one. */
const AMONG = "SELECT namespaces.name FROM json_each(?3) CROSS JOIN namespaces ON namespaces.name = value";
const pageSql = (
  after: ">" | ">=",
  range: string,
) => `SELECT meta.epoch AS epoch, meta.seq AS g, page.name AS name
  FROM meta LEFT JOIN (${range} WHERE namespaces.name ${after} ?1 ORDER BY namespaces.name LIMIT ?2) AS page ON TRUE
  ORDER BY page.name`;

interface FoundRow {
  readonly epoch: string;
  readonly g: number;
  readonly found: number;
  readonly life: number | null;
}

interface PageRow {
  readonly epoch: string;
  readonly g: number;
  readonly name: Namespace | null;
}

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

  async find(name: Namespace, replica: Replica): Promise<Snapshot<Namespace>> {
    const { results } = await onReplica(this.#db, replica).prepare(FIND).bind(name).all<FoundRow>();
    const [row] = results;
    if (row === undefined) throw new Error("the table meta has no row");
    const { epoch, g, found, life } = row;
    // A namespace that no commit has made is that of a new database; one that none has deleted never was.
    return { epoch, g, s: found === 1 ? (life ?? 0) : life, value: found === 1 ? name : null };
  }

  async page({ among, from, limit }: NamespaceRange, replica: Replica): Promise<Snapshot<NamespacePage>> {
    const after = from?.inclusive === true ? ">=" : ">";
    const { results } = await onReplica(this.#db, replica)
      .prepare(among === null ? pageSql(after, ALL) : pageSql(after, AMONG))
      .bind(from?.key ?? "", limit + 1, ...(among === null ? [] : [JSON.stringify(among)]))
      .all<PageRow>();
    const [first] = results;
    if (first === undefined) throw new Error("the table meta has no row");
    const names = results.flatMap(({ name }) => name ?? []);
    const { epoch, g } = first;
    return { epoch, g, s: g, value: { names: names.slice(0, limit), more: names.length > limit } };
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
