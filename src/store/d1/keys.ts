import type { Commit } from "../asset-store.ts";
import { commitBatch } from "./commit-log.ts";
import * as sql from "./key-sql.ts";
import { onReplica } from "./replica.ts";
import type { GrantList, KeyOrigin, KeyPage, KeyRecord, KeyRow, NewKey, Replacement } from "../key-store.ts";
import type { RunCommit } from "../commit.ts";
import type { Replica, Snapshot } from "../origin.ts";
import { readGrantsColumn } from "./live-key.ts";

/** API keys in D1. Every key that changes is a separate commit, so that caches learn of each by its digest. */
export class D1KeyStore implements KeyOrigin {
  readonly #db: D1Database;
  readonly #run: RunCommit;

  constructor(db: D1Database, run: RunCommit) {
    this.#db = db;
    this.#run = run;
  }

  async find(digest: string, replica: Replica): Promise<Snapshot<KeyRecord>> {
    const row = await onReplica(this.#db, replica)
      .prepare(sql.FIND)
      .bind(digest)
      .first<KeyRow & { epoch: string; g: number; s: number | null }>();
    if (row === null) throw new Error("the table meta has no row");
    const { epoch, g, s, ...key } = row;
    return { epoch, g, s, value: s === null ? null : fromRow(key) };
  }

  async page(after: string | null, limit: number): Promise<KeyPage | null> {
    const [known, page] = await this.#db.batch<Omit<KeyRow, "grants"> & { readonly grants: string | null }>([
      this.#db.prepare(sql.EXISTS).bind(after),
      this.#db.prepare(sql.PAGE).bind(after, limit + 1),
    ]);
    if (after !== null && known?.results.length === 0) return null;
    const rows = page?.results ?? [];
    const records = rows
      .slice(0, limit)
      .flatMap(({ grants, ...row }) => (grants === null ? [] : [fromRow({ ...row, grants })]));
    return { records, more: rows.length > records.length };
  }

  async named(name: string, limit: number): Promise<readonly KeyRecord[]> {
    const { results } = await this.#db.prepare(sql.NAMED).bind(name, limit).all<KeyRow>();
    return results.map(fromRow);
  }

  grantLists(name: string): Promise<readonly GrantList[]> {
    return readLists(this.#db.prepare(sql.GRANT_LISTS).bind(name));
  }

  liveGrantLists(name: string, at: number): Promise<readonly GrantList[]> {
    return readLists(this.#db.prepare(sql.LIVE_GRANT_LISTS).bind(name, at));
  }

  async create(key: NewKey, commit: Commit): Promise<KeyRecord | null> {
    const { digest, name, grants, expiresAt, mayFollow, mayTakeOver } = key;
    const insert = this.#db
      .prepare(sql.CREATE)
      .bind(
        name,
        commit.scope.now,
        textOf(mayFollow),
        digest,
        JSON.stringify(grants),
        commit.principal,
        expiresAt,
        Number(mayTakeOver),
      );
    return this.#commitNew(digest, [insert], commit);
  }

  async rotate(key: Replacement, commit: Commit): Promise<KeyRecord | null> {
    const { digest, name, among, oldExpiresAt } = key;
    const live = [name, commit.scope.now, textOf(among), digest] as const;
    return this.#commitNew(
      digest,
      [
        this.#db.prepare(sql.ROTATE).bind(...live, commit.principal),
        this.#db.prepare(sql.EXPIRE_OTHERS).bind(...live, oldExpiresAt),
      ],
      commit,
    );
  }

  async revoke(name: string, among: readonly GrantList[] | null, commit: Commit): Promise<boolean> {
    const revoked = this.#db.prepare(sql.REVOKE).bind(name, commit.scope.now, textOf(among));
    return (await this.#commit(null, [revoked], commit)) !== null;
  }

  async touch(digest: string, day: string): Promise<void> {
    await this.#db.prepare(sql.TOUCH).bind(digest, day).run();
  }

  /** The key that the first statement made; null when it made none. */
  async #commitNew(
    digest: string,
    statements: readonly D1PreparedStatement[],
    commit: Commit,
  ): Promise<KeyRecord | null> {
    const row = await this.#commit(digest, statements, commit);
    return row === null ? null : fromRow(row);
  }

  /** One commit: the first row that its first statement returned; null when it changed nothing. */
  async #commit(
    created: string | null,
    statements: readonly D1PreparedStatement[],
    commit: Commit,
  ): Promise<KeyRow | null> {
    const { principal, reason, scope } = commit;
    const all = [
      ...statements,
      this.#db.prepare(sql.REVISIONS).bind(created, principal, scope.now, reason),
      this.#db.prepare(sql.ADVANCE),
    ];
    const done = await this.#run<Changed>(commit, async (since) => {
      const { rows, log } = await commitBatch<KeyRow[]>(this.#db, since, all);
      const row = rows[0]?.[0];
      return { result: row === undefined ? { outcome: "refused" } : { outcome: "committed", row }, log };
    });
    return done.outcome === "committed" ? done.row : null;
  }
}

type Changed = { readonly outcome: "committed"; readonly row: KeyRow } | { readonly outcome: "refused" };

async function readLists(statement: D1PreparedStatement): Promise<readonly GrantList[]> {
  const { results } = await statement.all<Pick<KeyRow, "grants">>();
  return results.map(({ grants }) => readGrantsColumn(grants));
}

/** Lists of grants as `?3` of the statements. */
function textOf(lists: readonly GrantList[] | null): string | null {
  return lists === null ? null : JSON.stringify(lists.map((list) => JSON.stringify(list)));
}

function fromRow({
  digest,
  name,
  grants,
  createdBy,
  createdAt,
  expiresAt,
  revokedAt,
  lastUsed,
}: KeyRow): KeyRecord {
  return {
    digest,
    name,
    grants: readGrantsColumn(grants),
    createdBy,
    createdAt,
    expiresAt,
    revokedAt,
    lastUsed,
  };
}
