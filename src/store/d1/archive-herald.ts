import type { ArchiveHerald, ArchiveNotice } from "../archive-herald.ts";
import type { Commit } from "../asset-store.ts";
import type { RunCommit } from "../commit.ts";
import { commitBatch, SEQ } from "./commit-log.ts";

/** Assets that one commit goes to; what more there are, the list of archives says. */
const ASSETS = 500;

const PENDING = "SELECT id, digest, host, state, notice FROM archives WHERE notice > '' LIMIT ?1";
const SAY = "UPDATE archives SET notice = ?2 WHERE id IN (SELECT value FROM json_each(?1))";
const SAID = "UPDATE archives SET notice = NULL WHERE id IN (SELECT value FROM json_each(?1))";
/** An asset has one commit: where several of its archives have a notice, that of the first build. */
const NOTIFIED = `SELECT builds.namespace, builds.name, archive.notice, MIN(builds.position) FROM json_each(?1) AS wanted
  CROSS JOIN archives AS archive ON archive.id = wanted.value AND archive.notice IS NOT NULL
  CROSS JOIN builds ON builds.archive = archive.id
  CROSS JOIN assets ON assets.namespace = builds.namespace AND assets.name = builds.name AND deleted = 0
  GROUP BY builds.namespace, builds.name ORDER BY builds.namespace, builds.name LIMIT ${ASSETS}`;
const REVISIONS = `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at, reason)
  SELECT ${SEQ} + ROW_NUMBER() OVER (ORDER BY notified.namespace, notified.name), 'asset', notified.namespace, notified.name,
    'update', etag, definition, ?2, ?3, notified.notice
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

  async pending(limit: number): Promise<readonly ArchiveNotice[]> {
    const { results } = await this.#db.prepare(PENDING).bind(limit).all<ArchiveNotice>();
    return results;
  }

  announce(archives: readonly number[], commit: Commit): Promise<number> {
    return this.#commit(archives, commit, []);
  }

  say(archives: readonly number[], commit: Commit): Promise<number> {
    const said = this.#db.prepare(SAY).bind(JSON.stringify(archives), commit.reason);
    return this.#commit(archives, commit, [said]);
  }

  async #commit(
    archives: readonly number[],
    commit: Commit,
    before: readonly D1PreparedStatement[],
  ): Promise<number> {
    const list = JSON.stringify(archives);
    const { count } = await this.#run<{ outcome: string; count: number }>(commit, async (since) => {
      const { rows, log } = await commitBatch<{ namespace: string }[]>(this.#db, since, [
        ...before,
        this.#db.prepare(REVISIONS).bind(list, commit.principal, commit.scope.now),
        this.#db.prepare(ADVANCE),
        this.#db.prepare(TOUCH).bind(list),
        this.#db.prepare(SAID).bind(list),
      ]);
      const notified = rows[before.length]?.length ?? 0;
      return { result: { outcome: notified === 0 ? "none" : "committed", count: notified }, log };
    });
    return count;
  }
}
