import type { Namespace } from "../../identity/names.ts";
import type { ChangeHead, ChangeScan, ChangeStore } from "../change-store.ts";
import type { AssetRevision } from "../history-store.ts";
import { lifeOf, REVISION_COLUMNS, SCOPE } from "./revision-sql.ts";

const STATE = `SELECT epoch, meta.seq AS seq, forgotten,
    ?1 IS NULL OR EXISTS (SELECT 1 FROM namespaces WHERE name = ?1) AS found
  FROM meta CROSS JOIN retention`;
const LIVES = `SELECT value AS namespace, ${lifeOf("value")} AS seq FROM json_each(?1)`;
// These columns lie before the definition, and its length is in the head of the row: the definition is not read.
const HEAD =
  "SELECT seq, kind, namespace, name, COALESCE(octet_length(definition), 0) AS bytes FROM revisions";
const HEADS = `${HEAD} WHERE seq > ?1 ORDER BY seq LIMIT ?2`;
const HEADS_IN_SCOPE = `${HEAD} WHERE ${SCOPE} = ?3 AND seq > ?1 ORDER BY seq LIMIT ?2`;
const REVISIONS = `SELECT ${REVISION_COLUMNS}, definition FROM revisions
  WHERE seq IN (SELECT value FROM json_each(?1)) ORDER BY seq`;

/** A row of any of the statements of a scan; which columns it has, its statement says. */
interface ScanRow extends ChangeHead {
  readonly epoch: string;
  readonly forgotten: number;
  readonly found: number;
  readonly kind: string;
}

/** The commits in D1 in their order: the revisions table, read only. */
export class D1ChangeStore implements ChangeStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async scan(
    after: number,
    scope: Namespace | null,
    livesOf: readonly string[],
    limit: number,
  ): Promise<ChangeScan> {
    const heads =
      scope === null
        ? this.#db.prepare(HEADS).bind(after, limit)
        : this.#db.prepare(HEADS_IN_SCOPE).bind(after, limit, scope);
    const [states, lives, scanned] = await this.#db.batch<ScanRow>([
      this.#db.prepare(STATE).bind(scope),
      this.#db.prepare(LIVES).bind(JSON.stringify(livesOf)),
      heads,
    ]);
    const state = states?.results[0];
    if (state === undefined) throw new Error("the table meta or retention has no row");
    const rows = scanned?.results ?? [];
    return {
      epoch: state.epoch,
      seq: state.seq,
      forgotten: state.forgotten,
      exists: state.found === 1,
      lives: new Map(lives?.results.map(({ namespace, seq }) => [namespace, seq])),
      heads: rows.filter(({ kind }) => kind === "asset"),
      scannedTo: rows.length === limit ? (rows.at(-1)?.seq ?? after) : Math.max(after, state.seq),
    };
  }

  async revisions(seqs: readonly number[]): Promise<readonly AssetRevision[]> {
    const { results } = await this.#db.prepare(REVISIONS).bind(JSON.stringify(seqs)).all<AssetRevision>();
    return results;
  }
}
