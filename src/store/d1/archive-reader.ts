import type { AssetName, Namespace } from "../../identity/names.ts";
import type {
  ArchiveNews,
  ArchiveNote,
  ArchiveQuery,
  ArchiveReader,
  ArchiveStep,
  ArchiveUser,
  StoredArchive,
  UserRange,
} from "../archive-store.ts";
import type { MirrorMode } from "../copy-store.ts";
import { archiveColumns, VERSION } from "./archive-columns.ts";
import type { Binding } from "./condition-sql.ts";
import { onReplica } from "./replica.ts";
import type { Replica } from "../origin.ts";

/** Archives that one answer about news holds. */
const MAX_NEWS = 1_000;
/** As far as archives of one state are counted: past it, a count says "or more". */
export const COUNTED = 1_000;

const ARCHIVE = archiveColumns("archive");
const users = (among: string) => `SELECT builds.archive, builds.namespace, builds.name, builds.position
  FROM json_each(?1) AS wanted CROSS JOIN builds ON (builds.namespace, builds.name, builds.position) IN (
    SELECT namespace, name, position FROM builds AS use WHERE use.archive = wanted.value ${among}
    ORDER BY namespace, name, position LIMIT ?2)
  ORDER BY builds.archive, builds.namespace, builds.name, builds.position`;
const LISTED = "(SELECT value FROM json_each(?3))";
const USERS = users("");
const USERS_WITHIN = users(`AND use.namespace IN ${LISTED}`);
const USERS_OUTSIDE = users(`AND use.namespace NOT IN ${LISTED}`);
const OF_ASSET = `SELECT builds.position, ${ARCHIVE} FROM builds CROSS JOIN archives AS archive ON archive.id = builds.archive
  WHERE builds.namespace = ?1 AND builds.name = ?2 ORDER BY builds.position`;
const IS_COPIED = `archive.verified_at IS NOT NULL AND EXISTS (SELECT 1 FROM archive_copies AS copy
  WHERE copy.digest = archive.digest AND copy.deleted_at IS NULL) AS isCopied`;
/** Archives of the digests of one question: many URLs and headers, of 20 kB, may claim the same digest. */
const MAX_NOTES = 2_000;
const NOTE = `archive.id, archive.digest, archive.url, archive.headers, archive.state,
  archive.checked_by AS checkedBy, archive.verified_at IS NOT NULL AS isVerified, ${IS_COPIED}`;
const NOTES = `SELECT ${NOTE}
  FROM json_each(?1) AS wanted CROSS JOIN archives AS archive ON archive.digest = wanted.value LIMIT ${MAX_NOTES}`;
const NEWS = `SELECT ${NOTE} FROM archives AS archive WHERE changed > ?1 ORDER BY changed LIMIT ${MAX_NEWS + 1}`;
const COUNTS = `SELECT value AS state, (SELECT COUNT(*) FROM
    (SELECT 1 FROM archives WHERE archives.state = value LIMIT ${COUNTED})) AS count FROM json_each(?1)`;
const holders = (
  among: string,
) => `SELECT archive.id AS archive, builds.namespace, builds.name, builds.position
  FROM archives AS archive CROSS JOIN builds ON builds.archive = archive.id ${among}
  WHERE archive.digest = ?1 AND archive.verified_at IS NOT NULL LIMIT ?2`;
const HOLDERS = holders("");
const HOLDERS_WITHIN = holders(`AND builds.namespace IN ${LISTED}`);

type NoteRow = Omit<ArchiveNote, "isCopied" | "isVerified"> &
  Readonly<Record<"isCopied" | "isVerified", number>>;

/** Reads what is known of archives in D1. */
export class D1ArchiveReader implements ArchiveReader {
  readonly #db: D1Database;
  readonly #states: readonly string[];

  /** `states` are those that are counted. */
  constructor(db: D1Database, states: readonly string[]) {
    this.#db = db;
    this.#states = states;
  }

  async page(query: ArchiveQuery, after: number, limit: number): Promise<ArchiveStep> {
    const bindings: Binding[] = [after, limit];
    const equals = ([column, value]: readonly [string, Binding]) => {
      bindings.push(value);
      return `${column} = ?${bindings.length}`;
    };
    const { namespace, digest, url, host, state } = query;
    // One condition has an index in the order of ids; the others are for what that finds.
    const asked = Object.entries({ digest, url, host, state }).filter(([, value]) => value !== null);
    const [first, ...others] = asked;
    const window = ["id > ?1", ...(first === undefined ? [] : [equals(first)])].join(" AND ");
    const terms = others.map(([column, value]) => equals([`archive.${column}`, value]));
    if (namespace !== null) {
      const inNamespace = equals(["builds.namespace", namespace]);
      terms.push(`EXISTS (SELECT 1 FROM builds WHERE builds.archive = archive.id AND ${inNamespace})`);
    }
    const fits = terms.length === 0 ? "1" : terms.join(" AND ");
    const { results } = await this.#db
      .prepare(
        `SELECT ${ARCHIVE}, ${fits} AS fits FROM
          (SELECT id FROM archives WHERE ${window} ORDER BY id LIMIT ?2) AS step
          CROSS JOIN archives AS archive ON archive.id = step.id ORDER BY archive.id`,
      )
      .bind(...bindings)
      .all<StoredArchive & { fits: number }>();
    const last = results.at(-1)?.id ?? after;
    return { archives: results.filter(({ fits: is }) => is === 1), last, isEnd: results.length < limit };
  }

  async users(ids: readonly number[], limit: number, among: UserRange): Promise<readonly ArchiveUser[]> {
    const namespaces = "within" in among ? among.within : among.outside;
    const sql = namespaces === null ? USERS : "within" in among ? USERS_WITHIN : USERS_OUTSIDE;
    const listed = namespaces === null ? [] : [JSON.stringify(namespaces)];
    const { results } = await this.#db
      .prepare(sql)
      .bind(JSON.stringify(ids), limit, ...listed)
      .all<ArchiveUser>();
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

  async news(after: number | null): Promise<ArchiveNews> {
    const nearest = this.#db.withSession("first-unconstrained");
    type Row = NoteRow & { version: number; namespace: string; mirror: MirrorMode };
    const [head, changed, mirrors] = await nearest.batch<Row>([
      nearest.prepare(`SELECT ${VERSION} AS version`),
      nearest.prepare(NEWS).bind(after ?? Number.MAX_SAFE_INTEGER),
      nearest.prepare("SELECT namespace, mirror FROM mirrors WHERE changed > ?1").bind(after ?? -1),
    ]);
    const rows = changed?.results ?? [];
    return {
      version: head?.results[0]?.version ?? 0,
      changed: rows.map(noteOf),
      isComplete: rows.length <= MAX_NEWS,
      mirrors: mirrors?.results.map(({ namespace, mirror }) => [namespace, mirror]) ?? [],
    };
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const { results } = await onReplica(this.#db, "nearest")
      .prepare(COUNTS)
      .bind(JSON.stringify(this.#states))
      .all<{ state: string; count: number }>();
    return new Map(results.map(({ state, count }) => [state, count]));
  }

  async holders(
    digest: string,
    limit: number,
    namespaces: readonly Namespace[] | null,
  ): Promise<readonly ArchiveUser[]> {
    const listed = namespaces === null ? [] : [JSON.stringify(namespaces)];
    const { results } = await this.#db
      .prepare(namespaces === null ? HOLDERS : HOLDERS_WITHIN)
      .bind(digest, limit, ...listed)
      .all<ArchiveUser>();
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

function noteOf({ isCopied, isVerified, ...note }: NoteRow): ArchiveNote {
  return { ...note, isCopied: isCopied === 1, isVerified: isVerified === 1 };
}
