import { liveAt, readGrantsColumn } from "./live-key.ts";
import type { Rotation, Session, SessionStore } from "../session-store.ts";

const OPEN = "INSERT INTO sessions (id, refresh_id, key_digest, expires_at) VALUES (?1, ?2, ?3, ?4)";
const ROTATE = `UPDATE sessions SET refresh_id = ?3, expires_at = ?4 WHERE id = ?1 AND refresh_id = ?2 AND expires_at > ?5
  AND EXISTS (SELECT 1 FROM api_keys WHERE digest = key_digest AND ${liveAt("?5")})`;
/** Whatever was not rotated has been reused, or its key has ended. */
const END =
  "DELETE FROM sessions WHERE id = ?1 AND refresh_id <> ?2 AND expires_at > ?3 RETURNING refresh_id";
const ROTATED = `SELECT api_keys.name, grants FROM sessions JOIN api_keys ON digest = key_digest
  WHERE id = ?1 AND refresh_id = ?2`;
const CLOSE = "DELETE FROM sessions WHERE id = ?1";
/** Few enough for one statement's time; the next minute takes the rest. */
const MAX_PRUNED = 5_000;
const PRUNE = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 LIMIT ${MAX_PRUNED})`;

interface Row {
  readonly name: string;
  readonly grants: string;
  readonly refresh_id: string;
}

/** Sessions in D1. Rotation is one batch, so of two users of one token at most one wins. */
export class D1SessionStore implements SessionStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async open({ id, refreshId, keyDigest, expiresAt }: Session): Promise<void> {
    await this.#db.prepare(OPEN).bind(id, refreshId, keyDigest, expiresAt).run();
  }

  async rotate(
    id: string,
    refreshId: string,
    next: Pick<Session, "refreshId" | "expiresAt">,
    now: number,
  ): Promise<Rotation> {
    const [, ended, rotated] = await this.#db.batch<Row>([
      this.#db.prepare(ROTATE).bind(id, refreshId, next.refreshId, next.expiresAt, now),
      this.#db.prepare(END).bind(id, next.refreshId, now),
      this.#db.prepare(ROTATED).bind(id, next.refreshId),
    ]);
    const key = rotated?.results[0];
    if (key !== undefined) {
      return { outcome: "rotated", key: { name: key.name, grants: readGrantsColumn(key.grants) } };
    }
    const last = ended?.results[0];
    if (last === undefined) return { outcome: "unknown" };
    return { outcome: last.refresh_id === refreshId ? "key-ended" : "reused" };
  }

  async close(id: string): Promise<void> {
    await this.#db.prepare(CLOSE).bind(id).run();
  }

  async prune(now: number): Promise<number> {
    const { meta } = await this.#db.prepare(PRUNE).bind(now).run();
    return meta.changes;
  }
}
