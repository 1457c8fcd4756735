import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { D1ChangeStore } from "../../src/store/d1/changes.ts";
import { D1HistoryStore } from "../../src/store/d1/history.ts";
import { forgetRevisions } from "../../src/store/d1/retention.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { rowsReadBy, scansOf, statementsOf } from "../support/query-plans.ts";
import { freshStorage } from "../support/worker.ts";

type Work = (db: D1Database) => Promise<unknown>;

const team = namespaceNamed("team");
const one = assetId("team", "one");
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

beforeAll(async () => {
  await freshStorage();
  await env.DB.batch([
    env.DB.prepare("UPDATE meta SET seq = 10000"),
    env.DB.prepare(
      `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
       WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 10000)
       SELECT seq, 'asset', 'default', 'n' || (seq % 10), 'update', '{}', 'tester', seq FROM n`,
    ),
  ]);
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
