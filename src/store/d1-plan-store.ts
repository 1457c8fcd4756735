import type { Namespace } from "../identity/names.ts";
import type { PlanStore } from "./set-store.ts";

/** Characters of one part; at four bytes each they fit a row. */
const PART = 400_000;

/** Plans in D1, where whoever applies one finds it at once, wherever it was made. */
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
    const { meta } = await this.#db.prepare("DELETE FROM plans WHERE expires_at <= ?1").bind(now).run();
    return meta.changes;
  }
}

/** Never cut between the halves of a surrogate pair: neither half can be stored. */
function partsOf(body: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < body.length || start === 0;) {
    const end = start + PART;
    const cut = /[\ud800-\udbff]/.test(body.charAt(end - 1)) ? end - 1 : end;
    parts.push(body.slice(start, cut));
    start = cut;
  }
  return parts;
}
