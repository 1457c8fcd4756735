import type { Namespace } from "../../identity/names.ts";
import type { PlanStore } from "../set-store.ts";

/** Bytes of one part. */
const PART_BYTES = 1_500_000;

/** Parts deleted by one statement, which may be of 1.6 MB each; the next minute takes the rest. */
const MAX_PRUNED = 200;
const PRUNE = `DELETE FROM plans WHERE (id, part) IN (
  SELECT id, part FROM plans WHERE expires_at <= ?1 LIMIT ${MAX_PRUNED})`;

/** Plans in D1, where a plan can be applied anywhere as soon as it is made. */
export class D1PlanStore implements PlanStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async save(id: string, namespace: Namespace, body: string, expiresAt: number): Promise<void> {
    await this.#db.batch(
      partsOf(body).map((text, part) =>
        this.#db
          .prepare("INSERT INTO plans (id, part, namespace, body, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)")
          .bind(id, part, namespace, text, expiresAt),
      ),
    );
  }

  async load(id: string, namespace: Namespace, now: number): Promise<string | null> {
    const { results } = await this.#db
      .prepare("SELECT body FROM plans WHERE id = ?1 AND namespace = ?2 AND expires_at > ?3 ORDER BY part")
      .bind(id, namespace, now)
      .all<{ body: string }>();
    return results.length === 0 ? null : results.map(({ body }) => body).join("");
  }

  async prune(now: number): Promise<number> {
    const { meta } = await this.#db.prepare(PRUNE).bind(now).run();
    return meta.changes;
  }
}

/** The text in parts that fit a row, none of which ends within a character. */
function partsOf(text: string): string[] {
  const encoder = new TextEncoder();
  const room = new Uint8Array(PART_BYTES);
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const { read } = encoder.encodeInto(text.slice(at, at + PART_BYTES), room);
    parts.push(text.slice(at, at + read));
    at += read;
  }
  return parts;
}
