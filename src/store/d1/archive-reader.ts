import type { AssetName, Namespace } from "../../identity/names.ts";
import type {
  ArchiveNews,
  ArchiveNote,
  ArchiveQuery,
  ArchiveReader,
  ArchiveUser,
  MirrorMode,
  StoredArchive,
} from "../archive-store.ts";
import { archiveColumns, VERSION } from "./archive-columns.ts";
import type { Binding } from "./condition-sql.ts";
import { onReplica } from "./replica.ts";
import type { Replica } from "../origin.ts";

/** Archives that one answer about news holds. */
const MAX_NEWS = 1_000;
/** As far as archives of one state are counted: past it, a count says "or more". */
export const COUNTED = 1_000;

const ARCHIVE = archiveColumns("archive");
const USERS = `SELECT archive, namespace, name, position FROM (
    SELECT builds.*, ROW_NUMBER() OVER (PARTITION BY archive ORDER BY namespace, name, position) AS place
    FROM json_each(?1) AS wanted CROSS JOIN builds ON builds.archive = wanted.value)
  WHERE place <= ?2 ORDER BY archive, namespace, name, position`;
const OF_ASSET = `SELECT builds.position, ${ARCHIVE} FROM builds CROSS JOIN archives AS archive ON archive.id = builds.archive
  WHERE builds.namespace = ?1 AND builds.name = ?2 ORDER BY builds.position`;
const IS_COPIED = `archive.verified_at IS NOT NULL AND EXISTS (SELECT 1 FROM archive_copies AS copy
  WHERE copy.digest = archive.digest AND copy.deleted_at IS NULL) AS isCopied`;
const NOTES = `SELECT id, archive.digest, url, headers, state, ${IS_COPIED}
  FROM json_each(?1) AS wanted CROSS JOIN archives AS archive ON archive.digest = wanted.value`;
const NEWS = `SELECT id, archive.digest, url, headers, state, ${IS_COPIED} FROM archives AS archive WHERE changed > ?1 ORDER BY changed LIMIT ${MAX_NEWS + 1}`;
const COUNTS = `SELECT value AS state, (SELECT COUNT(*) FROM
    (SELECT 1 FROM archives WHERE archives.state = value LIMIT ${COUNTED})) AS count FROM json_each(?1)`;
const HOLDERS = `SELECT archive.id AS archive, builds.namespace, builds.name, builds.position
  FROM archives AS archive CROSS JOIN builds ON builds.archive = archive.id
  WHERE archive.digest = ?1 AND archive.verified_at IS NOT NULL LIMIT ?2`;

type NoteRow = Omit<ArchiveNote, "isCopied"> & { readonly isCopied: number };

/** Reads what is known of archives in D1. */
export class D1ArchiveReader implements ArchiveReader {
  readonly #db: D1Database;
  readonly #states: readonly string[];

  /** `states` are those that are counted. */
  constructor(db: D1Database, states: readonly string[]) {
    this.#db = db;
    this.#states = states;
  }

  async page(query: ArchiveQuery, after: number, limit: number): Promise<readonly StoredArchive[]> {
    const { namespace, ...columns } = query;
    const bindings: Binding[] = [after, limit];
    const terms = ["archive.id > ?1"];
    for (const [column, value] of Object.entries(columns)) {
      if (value === null) continue;
      bindings.push(value);
      terms.push(`archive.${column} = ?${bindings.length}`);
    }
    if (namespace !== null) {
      bindings.push(namespace);
      terms.push(
        `EXISTS (SELECT 1 FROM builds WHERE builds.archive = archive.id AND builds.namespace = ?${bindings.length})`,
      );
    }
    const { results } = await this.#db
      .prepare(
        `SELECT ${ARCHIVE} FROM archives AS archive WHERE ${terms.join(" AND ")} ORDER BY archive.id LIMIT ?2`,
      )
      .bind(...bindings)
      .all<StoredArchive>();
    return results;
  }

  async users(ids: readonly number[], limit: number): Promise<readonly ArchiveUser[]> {
    const { results } = await this.#db.prepare(USERS).bind(JSON.stringify(ids), limit).all<ArchiveUser>();
    return results;
  }

  async ofAsset(namespace: Namespace, name: AssetName) {
    const { results } = await this.#db
      .prepare(OF_ASSET)
      .bind(namespace, name)
      .all<StoredArchive & { readonly position: number }>();
    return results;
  }

  async notes(digests: readonly string[], replica: Replica): Promise<readonly ArchiveNote[]> {
    const { results } = await onReplica(this.#db, replica)
      .prepare(NOTES)
      .bind(JSON.stringify(digests))
      .all<NoteRow>();
    return results.map(noteOf);
  }

  async news(after: number): Promise<ArchiveNews> {
    const nearest = this.#db.withSession("first-unconstrained");
    type Row = NoteRow & { version: number; namespace: string; mirror: MirrorMode; count: number };
    const [head, changed, mirrors, counts] = await nearest.batch<Row>([
      nearest.prepare(`SELECT ${VERSION} AS version`),
      nearest.prepare(NEWS).bind(after),
      nearest.prepare("SELECT namespace, mirror FROM mirrors"),
      nearest.prepare(COUNTS).bind(JSON.stringify(this.#states)),
    ]);
    const rows = changed?.results ?? [];
    return {
      version: head?.results[0]?.version ?? after,
      changed: rows.map(noteOf),
      isComplete: rows.length <= MAX_NEWS,
      mirrors: new Map(mirrors?.results.map(({ namespace, mirror }) => [namespace, mirror])),
      counts: new Map(counts?.results.map(({ state, count }) => [state, count])),
    };
  }

  async holders(digest: string, limit: number): Promise<readonly ArchiveUser[]> {
    const { results } = await this.#db.prepare(HOLDERS).bind(digest, limit).all<ArchiveUser>();
    return results;
  }

  async mirror(namespace: Namespace): Promise<MirrorMode> {
    const row = await this.#db
      .prepare("SELECT mirror FROM mirrors WHERE namespace = ?1")
      .bind(namespace)
      .first<{ mirror: MirrorMode }>();
    return row?.mirror ?? "fallback";
  }
}

function noteOf({ id, digest, url, headers, state, isCopied }: NoteRow): ArchiveNote {
  return { id, digest, url, headers, state, isCopied: isCopied === 1 };
}
