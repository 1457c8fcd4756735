import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { loadCommitLog } from "../../src/store/d1/commit-log.ts";
import { D1AssetStore } from "../../src/store/d1/assets.ts";
import { D1ChangeStore } from "../../src/store/d1/changes.ts";
import { D1HistoryStore } from "../../src/store/d1/history.ts";
import { D1KeyStore } from "../../src/store/d1/keys.ts";
import { D1NamespaceStore } from "../../src/store/d1/namespaces.ts";
import { forgetRevisions } from "../../src/store/d1/retention.ts";
import { D1SetStore } from "../../src/store/d1/sets.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { rowsReadBy, scansOf, statementsOf } from "../support/query-plans.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { freshStorage } from "../support/worker.ts";
import { testCommit } from "../support/scope.ts";

type Work = (db: D1Database) => Promise<unknown>;

const team = namespaceNamed("team");
const one = assetId("team", "one");
const emptied = namespaceNamed("emptied");
const COMMIT = testCommit(0);
const LATER = 1_000_000;
const isSmall = (rows: number) => rows <= 100;
const history = (db: D1Database) => new D1HistoryStore(db);
const changes = (db: D1Database) => new D1ChangeStore(db);

/** Every statement that reads commits. Whoever adds one adds a line. */
const READERS: readonly (readonly [string, Work])[] = [
  ["revisions of an asset", (db) => history(db).ofAsset(one, "present", null, 10)],
  ["revisions of an asset in all lives", (db) => history(db).ofAsset(one, "all", 900, 10)],
  ["an asset at a seq", (db) => history(db).at(one, "present", 900)],
  ["the audit of everything", (db) => history(db).audit("everything", null, 10)],
  ["the audit of a principal", (db) => history(db).audit({ principal: "nobody" }, null, 10)],
  ["the audit of a namespace", (db) => history(db).audit({ namespace: team, lives: "present" }, 900, 10)],
  ["the feed of everything", (db) => changes(db).scan(900, null, ["team"], 10)],
  ["the feed of a namespace", (db) => changes(db).scan(900, team, ["team"], 10)],
  ["commits of given seqs", (db) => changes(db).revisions([1, 2, 900])],
  ["retention", (db) => forgetRevisions(db, 0)],
];

/** Writes whose log begins with what the tests have put there. */
const run = withoutJournal(undefined, 10_000);

const namespaces = (db: D1Database) => new D1NamespaceStore(db, run);
const RANGE = { among: null, from: null, limit: 10 };
const asset = { namespace: emptied, name: one.name, etag: '"e"', definition: "{}", expressions: null };

/** Statements where there are 1,000 namespaces. */
const AMONG_NAMESPACES: readonly (readonly [string, Work])[] = [
  ["whether a namespace exists", (db) => namespaces(db).find(team, "primary")],
  ["a page of namespaces", (db) => namespaces(db).page(RANGE, "primary")],
  ["a page of some namespaces", (db) => namespaces(db).page({ ...RANGE, among: [team] }, "primary")],
  ["the creation of a namespace", (db) => namespaces(db).create(team, COMMIT)],
  ["a write of an asset", (db) => new D1AssetStore(db, run).put(asset, UNCONDITIONAL, COMMIT)],
  ["the log", (db) => loadCommitLog(db, 10_000)],
];

/** Statements that go over assets in their order; a namespace of theirs has had 1,000 that were deleted. */
const LISTERS: readonly (readonly [string, Work])[] = [
  ["the assets of a namespace", (db) => new D1AssetStore(db, run).list(emptied, null, 10, "primary")],
  [
    "the assets of a namespace after one",
    (db) => new D1AssetStore(db, run).list(emptied, { key: "n900", inclusive: false }, 10, "primary"),
  ],
  ["all assets", (db) => new D1AssetStore(db, run).list(null, null, 10, "primary")],
  ["the names of a namespace", (db) => new D1SetStore(db, run).names(emptied, "", 10)],
  ["the deletion of a namespace", (db) => new D1NamespaceStore(db, run).delete(emptied, COMMIT)],
];

const NEW_KEY = {
  digest: "new",
  name: "rotated",
  grants: [],
  mayFollow: null,
  mayTakeOver: true,
  expiresAt: null,
};
const REPLACEMENT = { digest: "next", name: "rotated", among: null, oldExpiresAt: 1 };
const keys = (db: D1Database) => new D1KeyStore(db, run);

/** Statements about the live keys of a name, in the order in which they are run. */
const KEY_WRITERS: readonly (readonly [string, Work])[] = [
  ["the live lists of grants of a name", (db) => keys(db).liveGrantLists("rotated", LATER)],
  ["the creation of a key", (db) => keys(db).create(NEW_KEY, testCommit(LATER))],
  ["the rotation of a key", (db) => keys(db).rotate(REPLACEMENT, testCommit(LATER))],
  ["the revocation of a name", (db) => keys(db).revoke("rotated", null, testCommit(LATER))],
];

beforeAll(async () => {
  await freshStorage();
  await env.DB.batch([
    env.DB.prepare("UPDATE meta SET seq = 10000"),
    env.DB.prepare(
      `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
       WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 10000)
       SELECT seq, 'asset', 'default', 'n' || (seq % 10), 'update', '{}', 'tester', seq FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at, revoked_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       SELECT 'd' || i, 'rotated', i, '[]', 'tester', i, i, CASE i % 2 WHEN 0 THEN i END FROM n`,
    ),
    env.DB.prepare(
      "INSERT INTO namespaces (name, seq, created_by, created_at) VALUES ('emptied', 1, 'tester', 0)",
    ),
    env.DB.prepare(
      `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       SELECT 'emptied', 'n' || i, i, i, 'e', '{}', 'tester', 0, 1 FROM n`,
    ),
  ]);
});

describe("statements that list assets", () => {
  it.each(LISTERS)("%s: pass over no tombstone", async (_, work) => {
    const statements = await statementsOf(work);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      expect([statement.sql, statement.rowsRead]).toEqual([statement.sql, expect.toSatisfy(isSmall)]);
    }
  });

  it("all assets and those of a namespace: read rows in proportion to the page, from its start", async () => {
    await env.DB.prepare("UPDATE assets SET deleted = 0 WHERE namespace = 'emptied'").run();
    for (const [, work] of LISTERS.slice(0, 4)) expect(await rowsReadBy(work)).toBeLessThanOrEqual(100);
  });
});

describe("statements where there are many namespaces", () => {
  it.each(AMONG_NAMESPACES)("%s: read no row for each of them", async (_, work) => {
    await env.DB.prepare(
      `INSERT OR IGNORE INTO namespaces (name, seq, created_by, created_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       SELECT 'ns-' || i, 1, 'tester', 0 FROM n`,
    ).run();
    const statements = await statementsOf(work);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      expect([statement.sql, statement.rowsRead]).toEqual([statement.sql, expect.toSatisfy(isSmall)]);
    }
  });
});

describe("statements about the live keys of a name", () => {
  it.each(KEY_WRITERS)("%s: read no key that has ended", async (_, work) => {
    for (const statement of await statementsOf(work)) {
      expect([statement.sql, statement.rowsRead]).toEqual([statement.sql, expect.toSatisfy(isSmall)]);
    }
  });
});

describe("statements that read commits", () => {
  it.each(READERS)("%s: scan no table that grows", async (_, work) => {
    for (const statement of await statementsOf(work)) {
      expect([statement.sql, await scansOf(statement)]).toEqual([statement.sql, []]);
    }
  });

  it("retention that has something to forget scans no table that grows", async () => {
    const statements = await statementsOf((db) => forgetRevisions(db, 500));
    expect(statements.length).toBeGreaterThan(1);
    for (const statement of statements)
      expect([statement.sql, await scansOf(statement)]).toEqual([statement.sql, []]);
  });

  it.each(READERS)("%s: read rows in proportion to what they return", async (_, work) => {
    expect(await rowsReadBy(work)).toBeLessThanOrEqual(100);
  });

  it("scansOf reports a full table scan", async () => {
    const statements = [
      "SELECT * FROM revisions WHERE reason = 'x'",
      "SELECT r.seq FROM revisions AS r WHERE r.at > 5",
      "SELECT COUNT(*) FROM assets",
    ];
    for (const sql of statements) expect(await scansOf({ sql, values: [] })).not.toEqual([]);
  });
});
