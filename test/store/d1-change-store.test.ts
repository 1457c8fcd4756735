import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { D1ChangeStore } from "../../src/store/d1/changes.ts";
import { namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";

const store = new D1ChangeStore(env.DB);
const team = namespaceNamed("team");

beforeEach(async () => {
  await freshStorage();
  const commits = [
    [1, "namespace", "", "team"],
    [2, "asset", "team", "a"],
    [3, "key", "", "digest"],
    [4, "asset", "default", "a"],
    [5, "asset", "team", "b"],
    [6, "key", "", "digest"],
  ];
  const insert = `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
    VALUES (?1, ?2, ?3, ?4, 'update', '{}', 'tester', 0)`;
  await env.DB.batch([
    ...commits.map((commit) => env.DB.prepare(insert).bind(...commit)),
    env.DB.prepare("UPDATE meta SET seq = 6"),
    env.DB.prepare("INSERT INTO namespaces VALUES ('team', 5, 'tester', 0)"),
    env.DB.prepare("UPDATE retention SET forgotten = 1"),
  ]);
});

const scanned = async (after: number, scope: typeof team | null, limit: number) => {
  const { heads, scannedTo } = await store.scan(after, scope, [], limit);
  return [heads.map(({ seq }) => seq), scannedTo];
};

describe("a scan of commits", () => {
  it("has those to assets alone, after its cursor, and says how far it went", async () => {
    expect(await scanned(0, null, 10)).toEqual([[2, 4, 5], 6]);
    expect(await scanned(2, null, 10)).toEqual([[4, 5], 6]);
    expect(await scanned(0, null, 3)).toEqual([[2], 3]);
    expect(await scanned(5, null, 1)).toEqual([[], 6]);
    expect(await scanned(6, null, 1)).toEqual([[], 6]);
  });

  it("of a namespace has its own alone", async () => {
    expect(await scanned(0, team, 10)).toEqual([[2, 5], 6]);
    expect(await scanned(0, team, 2)).toEqual([[2], 2]);
  });

  it("knows what was forgotten, whether the namespace exists, and where its life begins", async () => {
    expect(await store.scan(0, team, ["team"], 1)).toMatchObject({ seq: 6, forgotten: 1, exists: true });
    expect((await store.scan(0, team, ["team"], 1)).lives).toEqual(new Map([["team", 1]]));
    expect((await store.scan(0, namespaceNamed("nowhere"), [], 1)).exists).toBe(false);
    expect((await store.scan(0, null, [], 1)).exists).toBe(true);
  });

  it("does not have the commits that are gone among the revisions it asks for", async () => {
    expect((await store.revisions([2, 3, 7])).map(({ seq }) => seq)).toEqual([2, 3]);
  });
});
