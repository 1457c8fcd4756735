import type {
  ArchiveIndex,
  ArchiveUserSource,
  ChangedAsset,
  NewArchive,
  StoredBuild,
  UnfollowedCommits,
} from "../archive-store.ts";

/** Commits of one step, and bytes of the definitions that they wrote; the first always fits. */
const STEP = 200;
const STEP_BYTES = 1024 * 1024;

/** The last commit of the next step. The lengths of definitions stand in the heads of their rows: none is read. */
const TO = `SELECT COALESCE(MAX(seq), (SELECT walked FROM archive_progress)) FROM (
    SELECT seq, ROW_NUMBER() OVER rows AS place, SUM(bytes) OVER rows AS total FROM (
      SELECT seq, COALESCE(octet_length(definition), 0) AS bytes FROM revisions
      WHERE seq > (SELECT walked FROM archive_progress) ORDER BY seq LIMIT ${STEP})
    WINDOW rows AS (ORDER BY seq ROWS UNBOUNDED PRECEDING))
  WHERE place = 1 OR total <= ${STEP_BYTES}`;
const BOUNDS = `SELECT walked AS "from", (${TO}) AS "to" FROM archive_progress`;

/** A row for each build that a changed asset now has, or one without a position. Tokens of JSON are those of encodeAsset. */
const CHANGED = `SELECT changed.namespace, changed.name, build.key AS position, build.value ->> 'url' AS url,
    build.value ->> 'sha512' AS sha512, build.value ->> 'headers' AS headers
  FROM (SELECT DISTINCT namespace, name FROM revisions
    WHERE kind = 'asset' AND seq > (SELECT walked FROM archive_progress) AND seq <= (${TO})) AS changed
  LEFT JOIN assets ON assets.namespace = changed.namespace AND assets.name = changed.name AND deleted = 0
  LEFT JOIN json_each(CASE json_type(definition, '$.builds') WHEN 'array' THEN definition -> '$.builds'
    ELSE json_array(json(definition)) END) AS build ON assets.seq IS NOT NULL
  ORDER BY changed.namespace, changed.name, position`;

const UNWALKED = "(SELECT walked FROM archive_progress) = ?1";
const VERSION = "(SELECT version + 1 FROM archive_progress)";
const SOURCE = `value ->> 'digest' AS digest, value ->> 'url' AS url, value ->> 'headers' AS headers`;
const ADD_ARCHIVES = `INSERT INTO archives (digest, url, headers, host, state, detail, due_at, changed)
  SELECT ${SOURCE}, value ->> 'host', value ->> 'state', value ->> 'detail', value ->> 'dueAt', ${VERSION}
  FROM json_each(?2) WHERE ${UNWALKED} ON CONFLICT DO NOTHING`;
const ADD_HOSTS = `INSERT INTO archive_hosts (host, turn_at)
  SELECT DISTINCT value ->> 'host', ?3 FROM json_each(?2) WHERE ${UNWALKED} AND value ->> 'dueAt' IS NOT NULL
  ON CONFLICT (host) DO UPDATE SET turn_at = MAX(parked_until, MIN(turn_at, excluded.turn_at))`;
const ADD_BUILDS = `INSERT INTO builds (namespace, name, position, archive)
  SELECT build.namespace, build.name, build.position, archives.id
  FROM (SELECT value ->> 'namespace' AS namespace, value ->> 'name' AS name, value ->> 'position' AS position, ${SOURCE}
    FROM json_each(?2)) AS build
  CROSS JOIN archives ON archives.digest = build.digest AND archives.url = build.url AND archives.headers = build.headers
  WHERE ${UNWALKED}
  ON CONFLICT (namespace, name, position) DO UPDATE SET archive = excluded.archive WHERE archive <> excluded.archive`;
const DROP_BUILDS = `WITH given AS MATERIALIZED (
    SELECT DISTINCT value ->> 'namespace' AS namespace, value ->> 'name' AS name, value ->> 'count' AS count
    FROM json_each(?2) WHERE ${UNWALKED})
  DELETE FROM builds WHERE (namespace, name, position) IN (
    SELECT old.namespace, old.name, old.position FROM given CROSS JOIN builds AS old
      ON old.namespace = given.namespace AND old.name = given.name AND old.position >= given.count)`;
const ADVANCE = `UPDATE archive_progress SET walked = ?2, version = version + 1 WHERE walked = ?1`;

interface ChangedRow {
  readonly namespace: string;
  readonly name: string;
  readonly position: number | null;
  readonly url: string | null;
  readonly sha512: string | null;
  readonly headers: string | null;
}

/** Follows the commits in D1 in their order, each once. */
export class D1ArchiveIndex implements ArchiveIndex {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async unfollowed(): Promise<UnfollowedCommits> {
    const [bounds, changed] = await this.#db.batch<{ from: number; to: number } & ChangedRow>([
      this.#db.prepare(BOUNDS),
      this.#db.prepare(CHANGED),
    ]);
    const { from, to } = bounds?.results[0] ?? { from: 0, to: 0 };
    return { from, to, assets: assetsIn(changed?.results ?? []) };
  }

  async follow(
    { from, to }: UnfollowedCommits,
    archives: readonly NewArchive[],
    builds: readonly (ArchiveUserSource & { readonly count: number })[],
    now: number,
  ): Promise<boolean> {
    const list = JSON.stringify(archives);
    const users = JSON.stringify(builds.map(({ source, ...build }) => ({ ...build, ...source })));
    const results = await this.#db.batch([
      this.#db.prepare(ADD_ARCHIVES).bind(from, list),
      this.#db.prepare(ADD_HOSTS).bind(from, list, now),
      this.#db.prepare(ADD_BUILDS).bind(from, users),
      this.#db.prepare(DROP_BUILDS).bind(from, users),
      this.#db.prepare(ADVANCE).bind(from, to),
    ]);
    return results.at(-1)?.meta.changes === 1;
  }
}

function assetsIn(rows: readonly ChangedRow[]): ChangedAsset[] {
  const assets = new Map<string, { namespace: string; name: string; builds: StoredBuild[] }>();
  for (const { namespace, name, position, url, sha512, headers } of rows) {
    const key = `${namespace}/${name}`;
    const asset = assets.get(key) ?? { namespace, name, builds: [] };
    assets.set(key, asset);
    if (position !== null) asset.builds.push({ url: url ?? "", sha512: sha512 ?? "", headers });
  }
  return [...assets.values()];
}
