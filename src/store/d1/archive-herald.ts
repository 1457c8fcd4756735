import type { ArchiveHerald, ArchiveNotice } from "../archive-store.ts";
import type { Commit } from "../asset-store.ts";
import type { RunCommit } from "../commit.ts";
import { commitBatch, SEQ } from "./commit-log.ts";

/** Assets that one notice goes to; what more there are, the list of archives says. */
const ASSETS = 500;

const NOTIFIED = `SELECT DISTINCT builds.namespace, builds.name FROM json_each(?1) AS wanted
  CROSS JOIN builds ON builds.archive = wanted.value
  CROSS JOIN assets ON assets.namespace = builds.namespace AND assets.name = builds.name AND deleted = 0
  ORDER BY builds.namespace, builds.name LIMIT ${ASSETS}`;
const REVISIONS = `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at, reason)
  SELECT ${SEQ} + ROW_NUMBER() OVER (ORDER BY notified.namespace, notified.name), 'asset', notified.namespace, notified.name,
    'update', etag, definition, ?2, ?3, ?4
  FROM (${NOTIFIED}) AS notified
  CROSS JOIN assets ON assets.namespace = notified.namespace AND assets.name = notified.name
  RETURNING namespace`;
const ADVANCE = "UPDATE meta SET seq = MAX(seq, (SELECT COALESCE(MAX(seq), 0) FROM revisions))";
/** Followers of a namespace wait for its seq. */
const TOUCH = `UPDATE namespaces SET seq = ${SEQ} WHERE name IN (SELECT namespace FROM (${NOTIFIED}))`;

/** Tells followers by commits in which nothing but their reason is new. */
export class D1ArchiveHerald implements ArchiveHerald {
  readonly #db: D1Database;
  readonly #run: RunCommit;

  constructor(db: D1Database, run: RunCommit) {
    this.#db = db;
    this.#run = run;
  }

  async announce({ archives, reason }: ArchiveNotice, commit: Commit): Promise<number> {
    const list = JSON.stringify(archives);
    const { count } = await this.#run<{ outcome: string; count: number }>(commit, async (since) => {
      const { rows, log } = await commitBatch<[{ namespace: string }, never, never]>(this.#db, since, [
        this.#db.prepare(REVISIONS).bind(list, commit.principal, commit.at, reason),
        this.#db.prepare(ADVANCE),
        this.#db.prepare(TOUCH).bind(list),
      ]);
      const told = rows[0].length;
      return { result: { outcome: told === 0 ? "none" : "committed", count: told }, log };
    });
    return count;
  }
}
