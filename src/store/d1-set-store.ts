import type { AssetName, Namespace } from "../identity/names.ts";
import type { AssetWrite, Commit } from "./asset-store.ts";
import { commitBatch, loadCommitLog, SEQ } from "./d1-commit-log.ts";
import type { Logged } from "./origin.ts";
import type { AssetState, NamespaceState, SetOrigin, SetOutcome, SetWrite } from "./set-store.ts";

/** Bytes of one bound text: D1 takes 2 MB. */
const PARAMETER_BYTES = 1_500_000;
/** Fails, and the whole transaction with it, unless the namespace is as it was planned for. */
const GUARD = `SELECT CASE WHEN (SELECT seq FROM namespaces WHERE name = ?1) = ?2 THEN 1 ELSE json('changed') END`;
const GUARD_FAILED = /malformed JSON/;

/** Sets of assets in D1: one batch a set, in which each asset is a commit of its own. */
export class D1SetStore implements SetOrigin {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async state(namespace: Namespace, names: readonly AssetName[]): Promise<NamespaceState | null> {
    const [head, assets] = await this.#db.batch<{ seq: number } & AssetState>([
      this.#db.prepare("SELECT seq FROM namespaces WHERE name = ?1").bind(namespace),
      this.#db
        .prepare(
          `SELECT name, etag, created_by AS createdBy FROM assets
           WHERE namespace = ?1 AND name IN (SELECT value FROM json_each(?2)) AND deleted = 0`,
        )
        .bind(namespace, JSON.stringify(names)),
    ]);
    const row = head?.results[0];
    return row === undefined ? null : { seq: row.seq, assets: assets?.results ?? [] };
  }

  async names(namespace: Namespace, after: string, limit: number): Promise<readonly AssetName[]> {
    const { results } = await this.#db
      .prepare(
        "SELECT name FROM assets WHERE namespace = ?1 AND name > ?2 AND deleted = 0 ORDER BY name LIMIT ?3",
      )
      .bind(namespace, after, limit)
      .all<{ name: AssetName }>();
    return results.map(({ name }) => name);
  }

  async definitions(
    namespace: Namespace,
    names: readonly AssetName[],
    bytes: number,
  ): Promise<ReadonlyMap<string, string>> {
    // Lengths alone are summed up first, so that definitions that do not fit are not read. CROSS JOIN keeps the planner
    // from looking through the names once for each asset of the namespace.
    const { results } = await this.#db
      .prepare(
        `SELECT name, definition FROM (
           SELECT value AS wanted, SUM(octet_length(definition)) OVER (ORDER BY key) AS bytes
           FROM json_each(?2) CROSS JOIN assets ON namespace = ?1 AND name = value AND deleted = 0)
         CROSS JOIN assets ON namespace = ?1 AND name = wanted WHERE bytes <= ?3`,
      )
      .bind(namespace, JSON.stringify(names), bytes)
      .all<{ name: string; definition: string }>();
    return new Map(results.map(({ name, definition }) => [name, definition]));
  }

  /** `since`: the log may leave out what was committed up to this seq. */
  async apply(set: SetWrite, commit: Commit, since: number): Promise<Logged<SetOutcome>> {
    const count = set.puts.length + set.deletes.length;
    const statements = [
      this.#db.prepare(GUARD).bind(set.namespace, set.seq),
      this.#db.prepare("UPDATE meta SET seq = seq + ?1").bind(count),
      ...this.#puts(set, count, commit),
      this.#deletes(set, count, commit),
      this.#revisions(set, commit),
      this.#db.prepare(`UPDATE namespaces SET seq = ${SEQ} WHERE name = ?1`).bind(set.namespace),
    ];
    try {
      const { log } = await commitBatch(this.#db, since, statements);
      return { result: { outcome: "committed", first: log.seq - count + 1, last: log.seq }, log };
    } catch (error) {
      if (!(error instanceof Error) || !GUARD_FAILED.test(error.message)) throw error;
      return { result: { outcome: "changed" }, log: await loadCommitLog(this.#db, since) };
    }
  }

  #puts({ namespace, puts }: SetWrite, count: number, commit: Commit): D1PreparedStatement[] {
    let offset = 0;
    return chunked(puts).map((rows) => {
      const statement = this.#db
        .prepare(
          `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, expressions_etag, expressions,
             created_by, updated_at)
           SELECT ?1, value ->> 'name', ${SEQ} - ?2 + ?3 + key + 1, ${SEQ} - ?2 + ?3 + key + 1, value ->> 'etag',
             value ->> 'definition', value ->> 'expressionsEtag', value ->> 'expressions', ?4, ?5
           FROM json_each(?6) WHERE TRUE
           ON CONFLICT (namespace, name) DO UPDATE SET seq = excluded.seq, etag = excluded.etag,
             created_seq = CASE WHEN deleted THEN excluded.seq ELSE created_seq END,
             definition = excluded.definition, expressions_etag = excluded.expressions_etag,
             expressions = excluded.expressions, created_by = excluded.created_by,
             updated_at = excluded.updated_at, deleted = 0`,
        )
        .bind(namespace, count, offset, commit.principal, commit.at, `[${rows.join(",")}]`);
      offset += rows.length;
      return statement;
    });
  }

  #deletes({ namespace, puts, deletes }: SetWrite, count: number, commit: Commit): D1PreparedStatement {
    return this.#db
      .prepare(
        // An UPDATE ... FROM would look through the names once for each asset of the namespace.
        `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
         SELECT namespace, name, ${SEQ} - ?2 + ?3 + key + 1, created_seq, etag, definition, created_by, ?4, 1
         FROM json_each(?5) CROSS JOIN assets ON namespace = ?1 AND name = value AND deleted = 0 WHERE TRUE
         ON CONFLICT (namespace, name) DO UPDATE SET seq = excluded.seq, deleted = 1,
           updated_at = excluded.updated_at`,
      )
      .bind(namespace, count, puts.length, commit.at, JSON.stringify(deletes));
  }

  #revisions({ namespace, puts, deletes }: SetWrite, commit: Commit): D1PreparedStatement {
    const names = [...puts.map(({ name }) => name), ...deletes];
    return this.#db
      .prepare(
        `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at, reason)
         SELECT seq, 'asset', namespace, name,
           CASE WHEN deleted THEN 'delete' WHEN created_seq = seq THEN 'create' ELSE 'update' END,
           CASE WHEN deleted THEN NULL ELSE etag END, CASE WHEN deleted THEN NULL ELSE definition END, ?3, ?4, ?5
         FROM assets WHERE namespace = ?1 AND name IN (SELECT value FROM json_each(?2))`,
      )
      .bind(namespace, JSON.stringify(names), commit.principal, commit.at, commit.reason);
  }
}

/** Rows as JSON texts, in groups that fit a parameter. */
function chunked(puts: readonly AssetWrite[]): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const { name, etag, definition, expressions } of puts) {
    const row = {
      name,
      etag,
      definition,
      expressionsEtag: expressions?.etag,
      expressions: expressions?.definition,
    };
    const text = JSON.stringify(row);
    const bytes = new TextEncoder().encode(text).length + 1;
    if (bytes > room || groups.length === 0) {
      groups.push([]);
      room = PARAMETER_BYTES;
    }
    groups.at(-1)?.push(text);
    room -= bytes;
  }
  return groups;
}
