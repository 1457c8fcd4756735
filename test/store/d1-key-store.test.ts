import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { D1KeyStore } from "../../src/store/d1/keys.ts";
import { isLive, type GrantList, type KeyRecord, type NewKey } from "../../src/store/key-store.ts";
import { freshStorage } from "../support/worker.ts";
import { withoutJournal } from "../support/run-commit.ts";
import type { CommitLog } from "../../src/store/commit.ts";
import { testCommit } from "../support/scope.ts";

const NOW = 1_800_000_000_000;
const VIEW = ["view@default"];
const ADMIN = ["admin@*"];

const store = new D1KeyStore(env.DB, withoutJournal());
let made = 0;

beforeEach(freshStorage);

const commit = (at = NOW, principal = "tester") => testCommit(at, undefined, principal);

function aKey(name: string, changes: Partial<NewKey> = {}): NewKey {
  made += 1;
  const digest = String(made).padStart(64, "0");
  return { digest, name, grants: VIEW, expiresAt: null, mayFollow: [VIEW], mayTakeOver: false, ...changes };
}

const create = async (key: NewKey, at?: number) =>
  (await store.create(key, commit(at))) === null ? "refused" : "committed";

async function rotate(name: string, overlapMs: number, { at = NOW, among = [VIEW] } = {}) {
  const { digest } = aKey(name);
  const replacement = { digest, name, among, oldExpiresAt: at + overlapMs };
  const record = await store.rotate(replacement, commit(at));
  return { outcome: record === null ? "refused" : "committed", record };
}

const revoke = async (name: string, among: readonly GrantList[] | null = [VIEW], at = NOW) =>
  (await store.revoke(name, among, commit(at))) ? "committed" : "refused";

const live = async (name: string, at = NOW) =>
  (await store.named(name, 100)).filter((key) => isLive(key, at)).length;

async function revisions() {
  const { results } = await env.DB.prepare("SELECT seq, name, action FROM revisions ORDER BY seq").all<{
    seq: number;
    name: string;
    action: string;
  }>();
  return results;
}

const lastSeq = () => env.DB.prepare("SELECT seq FROM meta").first<number>("seq");

describe("a commit of keys", () => {
  it("gives every key that it changes a seq and a revision of its own, and the log has them all", async () => {
    const first = aKey("ci");
    await create(first);
    await rotate("ci", 1_000);
    const { digest } = aKey("ci");
    const replacement = { digest, name: "ci", among: [VIEW], oldExpiresAt: NOW + 500 };
    const logs: CommitLog[] = [];
    const run = withoutJournal((log) => void logs.push(log), 3);
    await new D1KeyStore(env.DB, run).rotate(replacement, commit());
    expect(logs.map(({ seq }) => seq)).toEqual([6]);
    expect(new Set(logs[0]?.changes.map(([, seq]) => seq))).toEqual(new Set([4, 5, 6]));
    expect((await revisions()).map(({ seq, action }) => [seq, action])).toEqual([
      [1, "create"],
      [2, "create"],
      [3, "update"],
      [4, "create"],
      [5, "update"],
      [6, "update"],
    ]);
    expect(await revoke("ci")).toBe("committed");
    const all = await revisions();
    expect(all.slice(6).map(({ seq, action }) => [seq, action])).toEqual([
      [7, "delete"],
      [8, "delete"],
      [9, "delete"],
    ]);
    expect(new Set(all.slice(6).map(({ name }) => name)).size).toBe(3);
    expect(await lastSeq()).toBe(9);
    expect(await live("ci")).toBe(0);
  });

  it("that changes nothing takes no seq", async () => {
    await create(aKey("ci"));
    expect(await create(aKey("ci"))).toBe("refused");
    expect((await rotate("none", 0)).outcome).toBe("refused");
    expect(await revoke("none")).toBe("refused");
    expect(await lastSeq()).toBe(1);
    expect(await revisions()).toHaveLength(1);
  });
});

describe("revocation", () => {
  it("ends every live key of the name, not the first alone", async () => {
    await create(aKey("ci"));
    await rotate("ci", 60_000);
    await rotate("ci", 60_000);
    expect(await live("ci")).toBe(3);
    await revoke("ci");
    expect(await live("ci")).toBe(0);
  });

  it("leaves keys of the name whose grants the caller may not hand out", async () => {
    await create(aKey("ci", { grants: ADMIN }));
    expect(await revoke("ci", [VIEW])).toBe("refused");
    expect(await revoke("ci", [VIEW, ADMIN])).toBe("committed");
  });
});

describe("the lists of grants of live keys", () => {
  it("are each returned once, without those of revoked and expired keys", async () => {
    for (const [number, [grants, expiresAt, revokedAt]] of [
      [VIEW, null, null],
      [VIEW, NOW + 1, null],
      [ADMIN, NOW, null],
      [["edit@default"], null, 1],
    ].entries())
      await env.DB.prepare(
        `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at, revoked_at)
         VALUES (?1, 'ci', 0, ?2, 'x', 1, ?3, ?4)`,
      )
        .bind(String(number).padStart(64, "0"), JSON.stringify(grants), expiresAt, revokedAt)
        .run();
    expect(await store.liveGrantLists("ci", NOW)).toEqual([VIEW]);
    expect(await store.liveGrantLists("other", NOW)).toEqual([]);
  });
});

describe("null in place of lists of grants", () => {
  it("stands for every list: a key is made, rotated and revoked whatever lists the name has had", async () => {
    await create(aKey("ci", { grants: ADMIN }));
    await revoke("ci", [ADMIN]);
    expect(await create(aKey("ci", { mayFollow: null }))).toBe("committed");
    const { digest } = aKey("ci");
    const replacement = { digest, name: "ci", among: null, oldExpiresAt: NOW + 1_000 };
    expect(await store.rotate(replacement, commit())).not.toBeNull();
    expect(await live("ci")).toBe(2);
    expect(await revoke("ci", null)).toBe("committed");
    expect(await live("ci")).toBe(0);
  });
});

describe("rotation", () => {
  it("keeps the grants and the expiry: an expiring key is not prolonged", async () => {
    await create(aKey("ci", { expiresAt: NOW + 1_000 }));
    const result = await rotate("ci", 86_400_000);
    expect(result).toMatchObject({ record: { grants: VIEW, expiresAt: NOW + 1_000 } });
    const keys = await store.named("ci", 10);
    expect(keys.map(({ expiresAt }) => expiresAt)).toEqual([NOW + 1_000, NOW + 1_000]);
  });

  it("takes the expiry of the newest key, not of one that a rotation before is ending", async () => {
    await create(aKey("ci"));
    await rotate("ci", 1_000);
    expect(await rotate("ci", 1_000)).toMatchObject({ record: { expiresAt: null } });
  });

  it("does not bring a revoked or an expired key back", async () => {
    await create(aKey("revoked"));
    await revoke("revoked");
    expect((await rotate("revoked", 0)).outcome).toBe("refused");
    await create(aKey("expired", { expiresAt: NOW + 1 }));
    expect((await rotate("expired", 0, { at: NOW + 1 })).outcome).toBe("refused");
    expect(await live("revoked")).toBe(0);
  });

  it("does not copy grants that the caller may not hand out", async () => {
    await create(aKey("ci", { grants: ADMIN }));
    expect((await rotate("ci", 0)).outcome).toBe("refused");
  });
});

describe("of sixty runs at once", () => {
  const runs = Array.from({ length: 60 }, (_, run) => `k${run}`);

  it("a revocation beside a rotation leaves no live key", async () => {
    for (const name of runs) {
      await create(aKey(name));
      // Either may be the first of the two to arrive.
      const pair = [() => revoke(name), () => rotate(name, 60_000)];
      if (name.endsWith("1")) pair.reverse();
      await Promise.all(pair.map((run) => run()));
      expect([name, await live(name)]).toEqual([name, 0]);
    }
  });

  it("two rotations without overlap leave one live key", async () => {
    for (const name of runs) {
      await create(aKey(name));
      const both = await Promise.all([rotate(name, 0), rotate(name, 0)]);
      expect(both.map(({ outcome }) => outcome)).toEqual(["committed", "committed"]);
      expect([name, await live(name)]).toEqual([name, 1]);
    }
  });
});

describe("a name", () => {
  it("is free again after its revocation, for who may manage every key that had it", async () => {
    await create(aKey("ci", { grants: ADMIN }));
    await revoke("ci", [ADMIN]);
    expect(await create(aKey("ci"))).toBe("refused");
    expect(await create(aKey("ci", { mayFollow: [VIEW, ADMIN] }))).toBe("committed");
    expect(await store.grantLists("ci")).toEqual([ADMIN, VIEW]);
  });

  it("under which somebody has written without a key is taken, unless the caller may take it over", async () => {
    await env.DB.prepare(
      "INSERT INTO revisions (seq, kind, namespace, name, action, principal, at) VALUES (0, 'namespace', '', 'x', 'create', 'alice', 0)",
    ).run();
    expect(await create(aKey("alice"))).toBe("refused");
    expect(await create(aKey("alice", { mayTakeOver: true }))).toBe("committed");
    await revoke("alice");
    expect(await create(aKey("alice"))).toBe("committed");
  });
});

describe("pages of keys", () => {
  async function allPages(limit: number): Promise<KeyRecord[]> {
    const all: KeyRecord[] = [];
    for (let after: string | null = null; ;) {
      const page = await store.page(after, limit);
      all.push(...(page?.records ?? []));
      after = page?.records.at(-1)?.digest ?? null;
      if (page?.more !== true) return all;
    }
  }

  it("hold every key once, by name and the newest first within a name, whatever their size", async () => {
    for (const [index, name] of ["b", "a", "B", "a.b"].entries()) {
      await create(aKey(name));
      // Of one millisecond and of several.
      for (let turn = 0; turn < 4; turn += 1) await rotate(name, 0, { at: NOW + (turn >> 1) * (index + 1) });
    }
    const whole = await allPages(100);
    expect(whole.map(({ name }) => name)).toEqual(
      ["B", "a", "a.b", "b"].flatMap((name) => Array(5).fill(name)),
    );
    for (const [index, key] of whole.entries()) {
      const next = whole[index + 1];
      if (next?.name === key.name) expect(key.createdAt).toBeGreaterThanOrEqual(next.createdAt);
    }
    for (const limit of [1, 2, 3, 7, 20]) expect(await allPages(limit)).toEqual(whole);
  });

  it("are shorter where grants are long, and still hold every key", async () => {
    const grants = Array.from({ length: 50 }, (_, index) => `view@default/${"x".repeat(9_000)}${index}`);
    for (let index = 0; index < 5; index += 1) await create(aKey(`k${index}`, { grants }));
    expect((await store.page(null, 100))?.records).toHaveLength(2);
    expect(await allPages(100)).toHaveLength(5);
  });

  it("do not start after a key that there is not", async () => {
    await create(aKey("ci"));
    expect(await store.page("f".repeat(64), 10)).toBeNull();
    expect(await store.page(null, 10)).toMatchObject({ more: false });
  });
});

it.each([
  ["FIND", ["0"]],
  ["NAMED", ["a", 1]],
  ["GRANT_LISTS", ["a"]],
  ["LIVE_GRANT_LISTS", ["a", 0]],
  ["PAGE", [null, 10]],
  ["CREATE", ["a", 0, "[]", "0", "[]", "p", null, 0]],
  ["ROTATE", ["a", 0, "[]", "0", "p"]],
  ["EXPIRE_OTHERS", ["a", 0, "[]", "0", 0]],
  ["REVOKE", ["a", 0, "[]"]],
  ["REVISIONS", ["0", "p", 0, null]],
  ["ADVANCE", []],
])("the statement %s searches an index and scans no table", async (name, bindings) => {
  const statements: Record<string, string> = await import("../../src/store/d1/key-sql.ts");
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${statements[name]}`)
    .bind(...bindings)
    .all<{ detail: string }>();
  const details = results.map(({ detail }) => detail);
  expect(details.filter((detail) => /SCAN (?:api_keys|key|revisions)\b/.test(detail))).toEqual([]);
});

it("a page reads rows in proportion to what it holds, wherever it starts", async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
     INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at)
     SELECT printf('%064d', i), CASE WHEN i % 2 THEN 'one' ELSE printf('k%06d', i) END, i, '["view@default"]', 'x', i
     FROM n`,
  ).run();
  const statements = await import("../../src/store/d1/key-sql.ts");
  for (const after of [null, 2_000, 2_001, 4_999].map((each) =>
    each === null ? null : String(each).padStart(64, "0"),
  )) {
    const { meta, results } = await env.DB.prepare(statements.PAGE).bind(after, 11).all();
    expect(results).toHaveLength(11);
    expect(meta.rows_read).toBeLessThan(100);
  }
});
