import type {
  ArchiveQueue,
  ArchiveReport,
  CheckRecord,
  ClaimedArchive,
  ClaimRequest,
  RecordedCheck,
} from "../archive-store.ts";
import { addToTotals, storeCopy } from "./archive-copies.ts";
import { ADVANCE_VERSION, archiveColumns, checkedValues, setChecked, VERSION } from "./archive-columns.ts";

/** When a host without due archives is looked at again: archives that become due sooner bring it forward. */
const IDLE_MS = 24 * 3_600_000;

/** The hosts whose turn it is. A parked one has its turn later. */
const TURNS = "SELECT host FROM archive_hosts WHERE turn_at <= ?1 ORDER BY turn_at, host LIMIT ?2";
/**
 * The archives of each of these hosts that are due the longest. A claim is a due time that lies ahead. Of one digest, which
 * may lie behind several URLs, one archive is checked at a time: its copy has one key.
 */
const CLAIM = `WITH ready AS MATERIALIZED (
    SELECT archive.id, archive.digest, archive.due_at FROM (${TURNS}) AS turn CROSS JOIN archives AS archive ON archive.id IN (
      SELECT id FROM archives AS due WHERE due.host = turn.host AND due.due_at <= ?1 AND NOT EXISTS (
        SELECT 1 FROM archives AS twin WHERE twin.digest = due.digest AND twin.claim IS NOT NULL AND twin.due_at > ?1)
      ORDER BY due.due_at LIMIT ?3)
    LIMIT ?2)
  UPDATE archives SET claim = ?4, due_at = ?5 WHERE id IN (
    SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY digest ORDER BY due_at, id) AS place FROM ready) WHERE place = 1)`;
/** Where a host has nothing that is due, its turn comes with its next archive; otherwise in a moment. */
const NEXT_TURNS = `WITH turns AS MATERIALIZED (${TURNS})
  UPDATE archive_hosts SET turn_at = MAX(?1 + 1, COALESCE(
    (SELECT due_at FROM archives WHERE archives.host = archive_hosts.host AND due_at IS NOT NULL ORDER BY due_at LIMIT 1),
    ?1 + ${IDLE_MS}))
  WHERE host IN (SELECT host FROM turns)`;
const CLAIMED = `SELECT ${archiveColumns("archive")},
    EXISTS (SELECT 1 FROM builds LEFT JOIN mirrors ON mirrors.namespace = builds.namespace
      WHERE builds.archive = archive.id AND COALESCE(mirror, 'fallback') <> 'off')
    AND NOT EXISTS (SELECT 1 FROM archive_copies AS copy
      WHERE copy.digest = archive.digest AND copy.deleted_at IS NOT NULL) AS wantsCopy
  FROM archives AS archive WHERE claim = ?1 ORDER BY id`;

const RECORD = `UPDATE archives SET ${setChecked(4)}, notice = COALESCE(?3, notice), claim = NULL, changed = ${VERSION} WHERE id = ?1 AND claim = ?2`;
/** Not needed for an archive that is due later than its claim would have run out: the host has its turn before. */
const PARK = `UPDATE archive_hosts SET parked_until = MAX(parked_until, ?2), turn_at = MAX(turn_at, ?2) WHERE host = ?1`;
const RELEASE = "UPDATE archives SET claim = NULL, due_at = ?2 WHERE claim = ?1";
const RELEASE_HOSTS = `UPDATE archive_hosts SET turn_at = MAX(parked_until, MIN(turn_at, ?2))
  WHERE host IN (SELECT host FROM archives WHERE claim = ?1)`;
const ASK = `UPDATE archives SET due_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND claim IS NULL
  AND (checked_at IS NULL OR checked_at < ?3)`;
const ASK_HOSTS = `INSERT INTO archive_hosts (host, turn_at)
  SELECT DISTINCT host, ?2 FROM archives WHERE id IN (SELECT value FROM json_each(?1))
  ON CONFLICT (host) DO UPDATE SET turn_at = MAX(parked_until, MIN(turn_at, excluded.turn_at))`;
const ADD = `INSERT INTO archives (digest, url, headers, host, state, detail, due_at, changed)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ${VERSION}) ON CONFLICT DO NOTHING`;
const ADD_HOST = `INSERT INTO archive_hosts (host, turn_at) VALUES (?1, ?2)
  ON CONFLICT (host) DO UPDATE SET turn_at = MAX(parked_until, MIN(turn_at, excluded.turn_at))`;
const KNOWN = "SELECT value FROM json_each(?1)";
const ADDED = "SELECT id FROM archives WHERE digest = ?1 ->> 0 AND url = ?1 ->> 1 AND headers = ?1 ->> 2";
const report = (
  which: string,
) => `UPDATE archives SET state = ?2, detail = ?3, status = ?4, size = ?5, type = ?6,
    seen_digest = ?7, begins_as = ?8, checked_at = ?9, checked_by = ?10, changed = ${VERSION}
  WHERE id IN (${which})`;

type ClaimedRow = Omit<ClaimedArchive, "wantsCopy"> & { readonly wantsCopy: number };

/** Archives in D1 that wait for a check. One transaction a claim: D1 runs them one at a time, so no two have one archive. */
export class D1ArchiveQueue implements ArchiveQueue {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async claim({ token, now, until, archives, perHost }: ClaimRequest): Promise<readonly ClaimedArchive[]> {
    const results = await this.#db.batch<ClaimedRow>([
      this.#db.prepare(CLAIM).bind(now, archives, perHost, token, until),
      this.#db.prepare(NEXT_TURNS).bind(now, archives),
      this.#db.prepare(CLAIMED).bind(token),
    ]);
    const claimed = results.at(-1)?.results ?? [];
    return claimed.map((row) => Object.assign({}, row, { wantsCopy: row.wantsCopy === 1 }));
  }

  async record(
    id: number,
    token: string,
    { columns, notice, park, copy }: CheckRecord,
  ): Promise<RecordedCheck> {
    const now = columns.checkedAt ?? 0;
    const [, recorded, ...others] = await this.#db.batch([
      copy === null ? this.#db.prepare(ADVANCE_VERSION) : addToTotals(this.#db, copy, now),
      this.#db.prepare(RECORD).bind(id, token, notice, ...checkedValues(columns)),
      ...(copy === null ? [] : storeCopy(this.#db, copy, now)),
      ...(park === null ? [] : [this.#db.prepare(PARK).bind(park.host, park.until)]),
    ]);
    return {
      isRecorded: recorded?.meta.changes === 1,
      isCopyRefused: copy !== null && others[0]?.meta.changes === 0,
    };
  }

  async release(token: string, now: number): Promise<void> {
    await this.#db.batch([
      this.#db.prepare(RELEASE_HOSTS).bind(token, now),
      this.#db.prepare(RELEASE).bind(token, now),
    ]);
  }

  async ask(ids: readonly number[], dueAt: number, since: number): Promise<number> {
    const list = JSON.stringify(ids);
    const [asked] = await this.#db.batch([
      this.#db.prepare(ASK).bind(list, dueAt, since),
      this.#db.prepare(ASK_HOSTS).bind(list, dueAt),
    ]);
    return asked?.meta.changes ?? 0;
  }

  async report(reports: readonly ArchiveReport[], now: number): Promise<void> {
    await this.#db.batch([
      this.#db.prepare(ADVANCE_VERSION),
      ...reports.flatMap((each) => this.#reporting(each, now)),
    ]);
  }

  #reporting({ archives, columns }: ArchiveReport, now: number): D1PreparedStatement[] {
    const { state, detail, status, size, type, seenDigest, beginsAs, checkedAt, checkedBy } = columns;
    const values = [state, detail, status, size, type, seenDigest, beginsAs, checkedAt, checkedBy];
    if (!("digest" in archives))
      return [this.#db.prepare(report(KNOWN)).bind(JSON.stringify(archives), ...values)];
    const { digest, url, headers, host, dueAt } = archives;
    const key = JSON.stringify([digest, url, headers]);
    return [
      this.#db.prepare(ADD).bind(digest, url, headers, host, archives.state, archives.detail, dueAt),
      this.#db.prepare(ADD_HOST).bind(host, now),
      this.#db.prepare(report(ADDED)).bind(key, ...values),
    ];
  }
}
