import type { Commit } from "./asset-store.ts";
import type { KeyRecord, KeyStore, NewKey } from "./key-store.ts";

const ADVANCE = "UPDATE meta SET seq = seq + 1";
const SEQ = "(SELECT seq FROM meta)";
const ROW = "digest, name, grants, created_by, created_at, expires_at, revoked_at, last_used";
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
export class D1KeyStore implements KeyStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async find(digest: string): Promise<KeyRecord | null> {
    const row = await this.#db
      .prepare(`SELECT ${ROW} FROM api_keys WHERE digest = ?1`)
      .bind(digest)
      .first<Row>();
    return row === null ? null : fromRow(row);
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

  async create(key: NewKey, commit: Commit): Promise<boolean> {
    const free = `NOT EXISTS (SELECT 1 FROM api_keys WHERE name = ?3 AND ${LIVE})`;
    const [, inserted] = await this.#db.batch([
      this.#db.prepare(ADVANCE),
      this.#insert(key, free, commit),
      this.#revision(key.digest, "create", commit),
    ]);
    return inserted?.results.length === 1;
  }

  async rotate(key: NewKey, oldExpiresAt: number, commit: Commit): Promise<void> {
    const old = await this.#live(key.name, commit.at);
    const endings = old.flatMap((digest) => [
      this.#db.prepare(ADVANCE),
      this.#db
        .prepare(
          `UPDATE api_keys SET seq = ${SEQ}, expires_at = MIN(COALESCE(expires_at, ?2), ?2) WHERE digest = ?1`,
        )
        .bind(digest, oldExpiresAt),
      this.#revision(digest, "update", commit),
    ]);
    await this.#db.batch([
      this.#db.prepare(ADVANCE),
      this.#insert(key, "TRUE", commit),
      this.#revision(key.digest, "create", commit),
      ...endings,
    ]);
  }

  async revoke(name: string, commit: Commit): Promise<boolean> {
    const live = await this.#live(name, commit.at);
    if (live.length === 0) return false;
    await this.#db.batch(
      live.flatMap((digest) => [
        this.#db.prepare(ADVANCE),
        this.#db
          .prepare(`UPDATE api_keys SET seq = ${SEQ}, revoked_at = ?2 WHERE digest = ?1`)
          .bind(digest, commit.at),
        this.#revision(digest, "delete", commit),
      ]),
    );
    return true;
  }

  async touch(digest: string, day: string): Promise<void> {
    await this.#db
      .prepare(
        "UPDATE api_keys SET last_used = ?2 WHERE digest = ?1 AND (last_used IS NULL OR last_used < ?2)",
      )
      .bind(digest, day)
      .run();
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
         SELECT ?1, ?3, ${SEQ}, ?4, ?5, ?2, ?6 WHERE ${condition} RETURNING seq`,
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
