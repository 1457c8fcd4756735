import type { Commit } from "./asset-store.ts";
import { ADVANCE, commitBatch, SEQ } from "./d1-commit-log.ts";
import { onReplica } from "./d1-replica.ts";
import type { KeyOrigin, KeyOutcome, KeyRecord, NewKey } from "./key-store.ts";
import { liveAt, readGrantsColumn } from "./live-key.ts";
import type { Logged, Replica, Snapshot } from "./origin.ts";

/** The seq that the commit is about to take. */
const NEXT = "(SELECT seq + 1 FROM meta)";
const ROW = `digest, name, grants, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt,
  revoked_at AS revokedAt, last_used AS lastUsed`;
const FIND = `SELECT meta.epoch, meta.seq AS g, api_keys.seq AS s, ${ROW} FROM meta LEFT JOIN api_keys ON digest = ?1`;
const LIVE = liveAt("?2");
/** One row for the batch, and the keys it touched by their own seq; caches learn of a key by its digest. */
const REVISION = `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
  SELECT ${SEQ}, 'key', '', ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM api_keys WHERE digest = ?1 AND seq = ${SEQ})`;

/** A record with its grants still a JSON text. */
interface Row extends Omit<KeyRecord, "grants"> {
  readonly grants: string;
}

/** API keys in D1. Every key that changes is a commit of its own, so that a cache can be told of each. */
export class D1KeyStore implements KeyOrigin {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async find(digest: string, replica: Replica): Promise<Snapshot<KeyRecord>> {
    const row = await onReplica(this.#db, replica)
      .prepare(FIND)
      .bind(digest)
      .first<Row & { epoch: string; g: number; s: number | null }>();
    if (row === null) throw new Error("the table meta has no row");
    const { epoch, g, s, ...key } = row;
    return { epoch, g, s, value: s === null ? null : fromRow(key) };
  }

  async list(): Promise<readonly KeyRecord[]> {
    const { results } = await this.#db
      .prepare(`SELECT ${ROW} FROM api_keys ORDER BY name, created_at DESC, digest`)
      .all<Row>();
    return results.map(fromRow);
  }

  async named(name: string): Promise<readonly KeyRecord[]> {
    const { results } = await this.#db
      .prepare(`SELECT ${ROW} FROM api_keys WHERE name = ?1 ORDER BY created_at DESC, digest`)
      .bind(name)
      .all<Row>();
    return results.map(fromRow);
  }

  async create(key: NewKey, commit: Commit, since: number): Promise<Logged<KeyOutcome>> {
    const free = `NOT EXISTS (SELECT 1 FROM api_keys WHERE name = ?3 AND ${LIVE})`;
    return this.#commit(since, [
      this.#insert(key, free, commit),
      this.#db.prepare(ADVANCE),
      this.#revision(key.digest, "create", commit),
    ]);
  }

  async rotate(
    key: NewKey,
    oldExpiresAt: number,
    commit: Commit,
    since: number,
  ): Promise<Logged<KeyOutcome>> {
    const old = await this.#live(key.name, commit.at);
    const endings = old.flatMap((digest) => [
      this.#db
        .prepare(
          `UPDATE api_keys SET seq = ${NEXT}, expires_at = MIN(COALESCE(expires_at, ?2), ?2) WHERE digest = ?1 RETURNING seq`,
        )
        .bind(digest, oldExpiresAt),
      this.#db.prepare(ADVANCE),
      this.#revision(digest, "update", commit),
    ]);
    return this.#commit(since, [
      this.#insert(key, "TRUE", commit),
      this.#db.prepare(ADVANCE),
      this.#revision(key.digest, "create", commit),
      ...endings,
    ]);
  }

  async revoke(name: string, commit: Commit, since: number): Promise<Logged<KeyOutcome>> {
    const live = await this.#live(name, commit.at);
    return this.#commit(
      since,
      live.flatMap((digest) => [
        this.#db
          .prepare(`UPDATE api_keys SET seq = ${NEXT}, revoked_at = ?2 WHERE digest = ?1 RETURNING seq`)
          .bind(digest, commit.at),
        this.#db.prepare(ADVANCE),
        this.#revision(digest, "delete", commit),
      ]),
    );
  }

  async touch(digest: string, day: string): Promise<void> {
    await this.#db
      .prepare(
        "UPDATE api_keys SET last_used = ?2 WHERE digest = ?1 AND (last_used IS NULL OR last_used < ?2)",
      )
      .bind(digest, day)
      .run();
  }

  /** One commit; the first statement tells whether anything was done. */
  async #commit(since: number, statements: D1PreparedStatement[]): Promise<Logged<KeyOutcome>> {
    const { rows, log } = await commitBatch(this.#db, since, statements);
    const done = statements.length > 0 && rows[0]?.length === 1;
    return { result: { outcome: done ? "committed" : "refused" }, log };
  }

  async #live(name: string, now: number): Promise<string[]> {
    const { results } = await this.#db
      .prepare(`SELECT digest FROM api_keys WHERE name = ?1 AND ${LIVE}`)
      .bind(name, now)
      .all<{ digest: string }>();
    return results.map(({ digest }) => digest);
  }

  #insert(key: NewKey, condition: string, commit: Commit): D1PreparedStatement {
    return this.#db
      .prepare(
        `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at)
         SELECT ?1, ?3, ${NEXT}, ?4, ?5, ?2, ?6 WHERE ${condition} RETURNING seq`,
      )
      .bind(key.digest, commit.at, key.name, JSON.stringify(key.grants), commit.principal, key.expiresAt);
  }

  #revision(digest: string, action: "create" | "update" | "delete", commit: Commit): D1PreparedStatement {
    return this.#db.prepare(REVISION).bind(digest, action, commit.principal, commit.at, commit.reason);
  }
}

function fromRow({ grants, ...record }: Row): KeyRecord {
  return { ...record, grants: readGrantsColumn(grants) };
}
