import { mutantsOf, type Edit, type Mutant } from "../mutant.ts";

const LOG: readonly Edit[] = [
  {
    means: "a truncated commit log claims to be whole",
    find: "since: rows[MAX_CHANGES]?.seq ?? since",
    replace: "since",
    missedBefore: true,
  },
  {
    means: "of two changes of a key the log has the earlier",
    find: "if (!last.has(key)) last.set(key, seq);",
    replace: "last.set(key, seq);",
  },
  {
    means: "the log is read from the nearest replica",
    find: 'db.withSession("first-primary")',
    replace: 'db.withSession("first-unconstrained")',
    missedBefore: true,
  },
  {
    means: "the log is dated a minute late",
    find: "CAST(unixepoch('subsec') * 1000 AS INTEGER) AS at",
    replace: "CAST(unixepoch('subsec') * 1000 - 60000 AS INTEGER) AS at",
  },
];

const REPLICA: readonly Edit[] = [
  {
    means: "every session is unconstrained, so the newest is read from a replica",
    find: 'replica === "nearest" ? "first-unconstrained" : "first-primary"',
    replace: 'replica === "nearest" ? "first-unconstrained" : "first-unconstrained"',
    missedBefore: true,
  },
  {
    means: "every read goes to the primary",
    find: 'replica === "nearest" ? "first-unconstrained" : "first-primary"',
    replace: 'replica === "nearest" ? "first-primary" : "first-primary"',
  },
];

const ASSETS: readonly Edit[] = [
  {
    means: "a write does not tell its namespace, so lists stay as they were",
    find: "UPDATE namespaces SET seq = ${SEQ} WHERE name = ?1 AND changes() = 1",
    replace: "UPDATE namespaces SET seq = seq WHERE name = ?1 AND changes() = 1",
  },
  {
    means: "an asset is put in a namespace that does not exist",
    find: "WHERE EXISTS (SELECT 1 FROM namespaces WHERE name = ?1) AND ${guard.sql}",
    replace: "WHERE ${guard.sql}",
  },
  {
    means: "a put ignores its condition",
    find: "WHERE name = ?1) AND ${guard.sql}",
    replace: "WHERE name = ?1) AND (${guard.sql} OR TRUE)",
  },
  {
    means: "a delete ignores its condition",
    find: "AND deleted = 0 AND ${guard.sql} RETURNING seq",
    replace: "AND deleted = 0 AND (${guard.sql} OR TRUE) RETURNING seq",
  },
  {
    means: "a deleted asset stays deleted when it is put again",
    find: "updated_at = excluded.updated_at, deleted = 0\n",
    replace: "updated_at = excluded.updated_at\n",
  },
  {
    means: "an asset made again after it was deleted is an update",
    find: "created_seq = CASE WHEN deleted THEN excluded.seq ELSE created_seq END,",
    replace: "created_seq = created_seq,",
  },
  {
    means: "a write that failed writes a revision",
    find: "FROM assets WHERE namespace = ?1 AND name = ?2 AND seq = ${SEQ}`;\n\n/** Marks",
    replace: "FROM assets WHERE namespace = ?1 AND name = ?2`;\n\n/** Marks",
  },
  {
    means: "history keeps the definition of a delete",
    find: "CASE WHEN deleted THEN NULL ELSE definition END, ?3",
    replace: "definition, ?3",
  },
  {
    means: "a deleted asset is read",
    find: "value: row.deleted === 0 ? fromRow(row) : null,",
    replace: "value: row.deleted !== null ? fromRow(row) : null,",
  },
  {
    means: "the last page of a list has no end",
    find: "const last = rows.length > assets.length ? assets.at(-1) : undefined;",
    replace: "const last = assets.at(-1);",
  },
  {
    means: "a page may be as large as its assets",
    find: "(position = 1 OR bytes <= ?3)",
    replace: "(position = 1 OR bytes <= ?3 OR TRUE)",
  },
  {
    means: "an asset larger than a page ends the list before it",
    find: "(position = 1 OR bytes <= ?3)",
    replace: "(bytes <= ?3)",
    survives: "No asset is as large as a page: D1 takes 2 MB for a row, and a page has 8 MiB.",
  },
  {
    means: "a page that starts at a name leaves it out",
    find: 'from?.inclusive === true ? ">=" : ">"',
    replace: '">"',
  },
];

const CONDITION: readonly Edit[] = [
  {
    means: "a condition holds of a deleted asset",
    find: "name = ?2 AND deleted = 0",
    replace: "name = ?2",
  },
  {
    means: "a condition knows only the tag of the form that was written",
    find: "(etag IN ${list} OR expressions_etag IN ${list})",
    replace: "etag IN ${list}",
  },
  {
    means: "If-None-Match: * replaces what is there",
    find: 'if (condition.noneMatch === "*") terms.push(`NOT EXISTS (${current})`);',
    replace: 'if (condition.noneMatch === "*") terms.push("TRUE");',
  },
  {
    means: "If-Match: * creates what is not there",
    find: 'if (condition.match === "*") terms.push(`EXISTS (${current})`);',
    replace: 'if (condition.match === "*") terms.push("TRUE");',
  },
];

const SETS: readonly Edit[] = [
  {
    means: "a set is applied to a namespace that has changed since",
    find: "WHERE name = ?1) = ?2 THEN 1",
    replace: "WHERE name = ?1) >= ?2 THEN 1",
  },
  {
    means: "the second group of a set over 1.5 MB repeats the seqs of the first",
    find: "const place = [namespace, count, first, ",
    replace: "const place = [namespace, count, first * 0, ",
    missedBefore: true,
  },
  {
    means: "the second group of deletes repeats the seqs of the first",
    find: "puts.length + first, commit.scope.now, json",
    replace: "puts.length + first * 0, commit.scope.now, json",
    missedBefore: true,
  },
  {
    means: "the deletes of a set have the seqs of its writes",
    find: "puts.length + first, commit.scope.now, json",
    replace: "first, commit.scope.now, json",
  },
  {
    means: "a group of a set is larger than D1 takes",
    find: "const LIST_BYTES = 1_500_000;",
    replace: "const LIST_BYTES = 15_000_000;",
  },
  {
    means: "a set does not tell its namespace, so lists stay as they were",
    find: "UPDATE namespaces SET seq = ${SEQ} WHERE name = ?1`",
    replace: "UPDATE namespaces SET seq = seq WHERE name = ?1`",
  },
  {
    means: "a set leaves deleted what it writes",
    find: "updated_at = excluded.updated_at, deleted = 0`;",
    replace: "updated_at = excluded.updated_at`;",
  },
  {
    means: "an apply that lost is an error, not a conflict",
    find: "if (!(error instanceof Error) || !GUARD_FAILED.test(error.message)) throw error;",
    replace: "throw error;",
  },
  {
    means: "an asset with the size of a group is not written in its second form",
    find: "name, etag, definition, expressions_etag, expressions);",
    replace: "name, etag, definition, null, expressions);",
  },
];

const CHANGES: readonly Edit[] = [
  {
    means: "the feed tells of keys and namespaces",
    find: '.filter(({ kind }) => kind === "asset")',
    replace: "",
    missedBefore: true,
  },
  {
    means: "a scan that ended at its limit claims to have seen everything",
    find: "rows.length === limit ? (rows.at(-1)?.seq ?? after) : Math.max(after, state.seq)",
    replace: "Math.max(after, state.seq)",
  },
  {
    means: "the feed of a namespace shows others",
    find: "WHERE ${SCOPE} = ?3 AND seq > ?1",
    replace: "WHERE (${SCOPE} = ?3 OR TRUE) AND seq > ?1",
  },
  {
    means: "the feed repeats the commit of its cursor",
    find: "${HEAD} WHERE seq > ?1 ORDER",
    replace: "${HEAD} WHERE seq >= ?1 ORDER",
  },
];

const CURSORS: readonly Edit[] = [
  {
    means: "a cursor of another epoch goes on as if nothing were missing",
    find: "if (from.epoch !== scan.epoch)\n",
    replace: "if (from.epoch === null)\n",
  },
  {
    means: "a cursor older than what is kept goes on as if nothing were missing",
    find: "if (from.startedAt === null && from.seq < scan.forgotten) {",
    replace: "if (from.startedAt === null && from.seq < 0) {",
  },
  {
    means: "a cursor that no commit has reached waits for ever",
    find: "if (from.seq > scan.seq) {",
    replace: "if (from.seq < 0) {",
  },
  {
    means: "a follower keeps what was in a namespace that was made again",
    find: "from.seq < life && life > (from.startedAt ?? 0)",
    replace: "from.seq < life && life < 0",
  },
  {
    means: "the feed shows commits outside the follower's grants",
    find: 'if (isVisible(head, "view")) {',
    replace: "if (head.seq > 0) {",
  },
  {
    means: "a page may be as large as its definitions",
    find: "heads.length > 0 && bytes > PAGE_BYTES",
    replace: "heads.length > 0 && bytes < 0",
  },
  {
    means: "a page that is full claims to be complete to the end",
    find: "(heads.length > 0 && bytes > PAGE_BYTES)) return { heads, completeTo };",
    replace: "(heads.length > 0 && bytes > PAGE_BYTES)) return { heads, completeTo: scan.scannedTo };",
  },
  {
    means: "a page goes on when its budget for matching names is spent",
    find: "if (meter.isSpent) return { heads, completeTo };",
    replace: "",
    tests: ["test/history/changes/page.test.ts"],
  },
  {
    means: "former lives of a namespace are shown to those who hold its name alone",
    find: "(isFormer ? former : present)",
    replace: "(isFormer ? present : present)",
  },
];

const SERVICE: readonly Edit[] = [
  {
    means: "a feed with gaps claims to be complete",
    find: "complete: after >= scan.forgotten,",
    replace: "complete: true,",
  },
  {
    means: "secrets are shown to those who may view",
    find: 'mayWrite: isVisible(revision, "edit"),',
    replace: 'mayWrite: isVisible(revision, "view"),',
  },
  {
    means: "a follower is shown what it has waited for after its credential ended",
    find: "if (await stillValid()) return known;",
    replace: "if (stillValid !== null) return known;",
  },
  {
    means: "a cursor of another epoch is quiet",
    find: "cursor.epoch === epoch && cursor.startedAt",
    replace: "cursor.startedAt",
  },
  {
    means: "a client that waits asks the database each second",
    find: "if (known === null || !isNews(known, cursor, before)) continue;",
    replace: "if (known === null) continue;",
  },
  {
    means: "any number of clients may wait",
    find: "if (leave !== null) return leave;",
    replace: "if (leave !== null || now > 0) return leave ?? (() => undefined);",
  },
];

const CURSOR: readonly Edit[] = [
  {
    means: "a reading from the start never becomes a following",
    find: "startedAt !== null && seq < startedAt ? startedAt : null",
    replace: "startedAt",
  },
  {
    means: "a reading from the start is a following at once",
    find: "startedAt !== null && seq < startedAt ? startedAt : null",
    replace: "null",
  },
  {
    means: "a cursor does not carry its epoch",
    find: "return cursorAt(epoch, Number(seq), startedAt === undefined ? null : Number(startedAt));",
    replace: 'return cursorAt("", Number(seq), startedAt === undefined ? null : Number(startedAt));',
  },
];

const RETENTION: readonly Edit[] = [
  {
    means: "retention keeps only the newest commit of a name",
    find: "ORDER BY seq DESC LIMIT 1 OFFSET 1)`;",
    replace: "ORDER BY seq DESC LIMIT 1)`;",
  },
  {
    means: "retention forgets a commit when it is old, not when the one after it is",
    find: "old.seq < aged.seq\n",
    replace: "old.seq <= aged.seq\n",
  },
  {
    means: "retention does not note what it has forgotten",
    find: "forgotten = MAX(forgotten, COALESCE((SELECT MAX(seq) FROM (${SUPERSEDED})), 0))`;",
    replace: "forgotten = MAX(forgotten, COALESCE((SELECT MAX(seq) FROM (${SUPERSEDED})) * 0, 0))`;",
  },
  {
    means: "retention forgets what is young",
    find: "young === -1 ? commits : commits.slice(0, young)",
    replace: "young === -1 ? commits : commits",
  },
  {
    means: "retention looks at the same commits for ever",
    find: "SET walked = MAX(walked, ?2),",
    replace: "SET walked = MAX(walked, ?2 * 0),",
  },
  {
    means: "retention counts names of all namespaces as one",
    find: "old.kind = aged.kind AND old.namespace = aged.namespace AND old.name = aged.name",
    replace: "old.kind = aged.kind AND old.name = aged.name",
  },
];

const NAMESPACES: readonly Edit[] = [
  {
    means: "a namespace is deleted with its assets in it",
    find: '\n         AND NOT EXISTS (SELECT 1 FROM ${LIVE_ASSETS} WHERE ${liveAfter("?1 || \'/\'", "?1")}) RETURNING name`',
    replace: " RETURNING name`",
  },
  {
    means: "a namespace that held assets once is never deleted",
    find: 'FROM ${LIVE_ASSETS} WHERE ${liveAfter("?1 || \'/\'", "?1")}) RETURNING name`',
    replace: "FROM assets WHERE namespace = ?1) RETURNING name`",
  },
  {
    means: "creating a namespace that is there begins another life of it",
    find: "?3, ?4, ?5 WHERE changes() = 1`,",
    replace: "?3, ?4, ?5`,",
  },
];

const PLANS: readonly Edit[] = [
  {
    means: "a plan is applied after its hour",
    find: "namespace = ?2 AND expires_at > ?3 ORDER BY part",
    replace: "namespace = ?2 AND ?3 IS NOT NULL ORDER BY part",
  },
  {
    means: "a plan is given to another namespace",
    find: "WHERE id = ?1 AND namespace = ?2 AND expires_at > ?3",
    replace: "WHERE id = ?1 AND ?2 IS NOT NULL AND expires_at > ?3",
  },
  {
    means: "the parts of a plan are joined in any order",
    find: "AND expires_at > ?3 ORDER BY part",
    replace: "AND expires_at > ?3 ORDER BY part DESC",
  },
  {
    means: "plans are pruned before their hour is over",
    find: "WHERE expires_at <= ?1 LIMIT ${MAX_PRUNED})`;",
    replace: "WHERE expires_at <= ?1 * 2 LIMIT ${MAX_PRUNED})`;",
    tests: ["test/login/sessions.test.ts"],
  },
];

const EPOCH: readonly Edit[] = [
  {
    means: "a new epoch uses numbers of another",
    find: "seq = MAX(seq + 1, CAST(unixepoch('subsec') * 100000 AS INTEGER))",
    replace: "seq = seq + 1",
    named: "never use a number of another",
  },
  {
    means: "a restore begins no epoch",
    find: "SET epoch = lower(hex(randomblob(8)))",
    replace: "SET epoch = epoch",
    named: "of another epoch is 410",
  },
];

const SWEEP: readonly Edit[] = [
  {
    means: "tombstones are swept before their day is over",
    find: "updated_at < ?1 AND seq <= ?2",
    replace: "?1 IS NOT NULL AND seq <= ?2",
  },
  {
    means: "tombstones are swept that no published journal knows",
    find: "updated_at < ?1 AND seq <= ?2",
    replace: "updated_at < ?1 AND ?2 IS NOT NULL",
  },
  {
    means: "assets that live are swept",
    find: "DELETE FROM assets WHERE deleted = 1 AND (namespace, name) IN (\n  SELECT namespace, name FROM assets WHERE deleted = 1 AND updated_at",
    replace:
      "DELETE FROM assets WHERE (namespace, name) IN (\n  SELECT namespace, name FROM assets WHERE updated_at",
  },
];

const STORES = ["test/store/d1-asset-store.test.ts"];
const FEED = ["test/api/feed.test.ts"];
const PURE_FEED = ["test/history/changes/selecting.test.ts", "test/history/changes/watching.test.ts"];
const SET_TESTS = ["test/store/set-faults.test.ts"];

/** Writes, and what tells of them: the commit log, the feed, retention, restores. */
export const commit: readonly Mutant[] = [
  ...mutantsOf("commit", "src/store/d1/commit-log.ts", ["test/freshness/needed.test.ts"], LOG),
  ...mutantsOf("commit", "src/store/d1/replica.ts", ["test/freshness/needed.test.ts"], REPLICA),
  ...mutantsOf("commit", "src/store/d1/assets.ts", STORES, ASSETS),
  ...mutantsOf("commit", "src/store/d1/condition-sql.ts", STORES, CONDITION),
  ...mutantsOf("commit", "src/store/d1/sets.ts", SET_TESTS, SETS),
  ...mutantsOf("commit", "src/store/d1/changes.ts", ["test/store/d1-change-store.test.ts"], CHANGES),
  ...mutantsOf("commit", "src/history/changes/page.ts", PURE_FEED, CURSORS),
  ...mutantsOf("commit", "src/history/changes/service.ts", PURE_FEED, SERVICE),
  ...mutantsOf("commit", "src/history/changes/cursor.ts", PURE_FEED, CURSOR),
  ...mutantsOf("commit", "src/store/d1/retention.ts", ["test/store/retention.test.ts"], RETENTION),
  ...mutantsOf("commit", "src/store/d1/namespaces.ts", ["test/store/d1-namespace-store.test.ts"], NAMESPACES),
  ...mutantsOf("commit", "src/store/d1/plans.ts", ["test/store/d1-plan-store.test.ts"], PLANS),
  ...mutantsOf("commit", "scripts/new-epoch.ts", FEED, EPOCH),
  ...mutantsOf("commit", "src/store/d1/sweep.ts", ["test/store/d1-asset-store.test.ts"], SWEEP),
];
