import type { Rotation, Session, SessionStore } from "./session-store.ts";

/** Sessions in D1. Rotation is one batch, so of two users of one token at most one wins. */
export class D1SessionStore implements SessionStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async open({ id, refreshId, keyDigest, expiresAt }: Session): Promise<void> {
    await this.#db
      .prepare("INSERT INTO sessions (id, refresh_id, key_digest, expires_at) VALUES (?1, ?2, ?3, ?4)")
      .bind(id, refreshId, keyDigest, expiresAt)
      .run();
  }

  async rotate(
    id: string,
    refreshId: string,
    next: Pick<Session, "refreshId" | "expiresAt">,
    now: number,
  ): Promise<Rotation> {
    const [rotated, ended] = await this.#db.batch<{ key_digest: string }>([
      this.#db
        .prepare(
          `UPDATE sessions SET refresh_id = ?3, expires_at = ?4
           WHERE id = ?1 AND refresh_id = ?2 AND expires_at > ?5 RETURNING key_digest`,
        )
        .bind(id, refreshId, next.refreshId, next.expiresAt, now),
      this.#db
        .prepare(
          "DELETE FROM sessions WHERE id = ?1 AND refresh_id <> ?2 AND expires_at > ?3 RETURNING key_digest",
        )
        .bind(id, next.refreshId, now),
    ]);
    const row = rotated?.results[0];
    if (row !== undefined) return { outcome: "rotated", keyDigest: row.key_digest };
    return { outcome: ended?.results.length === 1 ? "reused" : "unknown" };
  }

  async close(id: string): Promise<void> {
    await this.#db.prepare("DELETE FROM sessions WHERE id = ?1").bind(id).run();
  }

  async prune(now: number): Promise<number> {
    const { meta } = await this.#db.prepare("DELETE FROM sessions WHERE expires_at <= ?1").bind(now).run();
    return meta.changes;
  }
}
