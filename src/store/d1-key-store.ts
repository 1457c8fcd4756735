import type { Commit } from "./asset-store.ts";
import { commitLogStatements, readCommitLog, type LogRow } from "./d1-commit-log.ts";
import type { KeyOrigin, KeyOutcome, KeyRecord, NewKey } from "./key-store.ts";
import type { Logged, Replica, Snapshot } from "./origin.ts";

const ADVANCE = "UPDATE meta SET seq = seq + 1";
const SEQ = "(SELECT seq FROM meta)";
/** The seq that the commit is about to take. */
const NEXT = "(SELECT seq + 1 FROM meta)";
const ROW = "digest, name, grants, created_by, created_at, expires_at, revoked_at, last_used";
const FIND = `SELECT meta.epoch, meta.seq AS g, api_keys.seq, ${ROW} FROM meta LEFT JOIN api_keys ON digest = ?1`;
const LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
/** One row for the batch, and the keys it touched by their own seq; caches learn of a key by its digest. */
const REVISION = `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at, reason)
  SELECT ${SEQ}, 'key', '', ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM api_keys WHERE digest = ?1 AND seq = ${SEQ})`;

interface Row {
  readonly digest: string;
  readonly name: string;
  readonly grants: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used: string | null;
}

/** API keys in D1. Every key that changes is a commit of its own, so that a cache can be told of each. */
export class D1KeyStore implements KeyOrigin {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async find(digest: string, replica: Replica): Promise<Snapshot<KeyRecord>> {
    const session = this.#db.withSession(replica === "primary" ? "first-primary" : "first-unconstrained");
    const row = await session
      .prepare(FIND)
      .bind(digest)
      .first<Row & { epoch: string; g: number; seq: number | null }>();
    if (row === null) throw new Error("the table meta has no row");
    return { epoch: row.epoch, g: row.g, s: row.seq, value: row.seq === null ? null : fromRow(row) };
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

  /** One batch: the statements, of which the first tells whether anything was done, and the log. */
  async #commit(since: number, statements: D1PreparedStatement[]): Promise<Logged<KeyOutcome>> {
    const results = await this.#db.batch<LogRow>([...statements, ...commitLogStatements(this.#db, since)]);
    const [head, changes] = results.slice(statements.length);
    const log = readCommitLog(head?.results ?? [], changes?.results ?? [], since);
    const done = statements.length > 0 && results[0]?.results.length === 1;
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

function fromRow(row: Row): KeyRecord {
  const grants: unknown = JSON.parse(row.grants);
  return {
    digest: row.digest,
    name: row.name,
    grants: Array.isArray(grants) ? grants.map(String) : [],
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsed: row.last_used,
  };
}
