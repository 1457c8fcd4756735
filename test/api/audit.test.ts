import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { D1HistoryStore } from "../../src/store/d1/history.ts";
import { rowsReadBy } from "../support/query-plans.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

const AUDIT = "/api/edge/v1/audit";
const root = await tokenFor(["admin@*"], { name: "root" });

beforeEach(async () => {
  await freshStorage();
  await manyCommits(2_500, "ci", "update");
});

/** Adds commits by a principal, past the API. */
async function manyCommits(count: number, principal: string, action: string, bytes = 2): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       SELECT (SELECT seq FROM meta) + i, 'asset', 'default', 'n' || i, ?2, hex(zeroblob(?3)), ?4,
         ((SELECT seq FROM meta) + i) * 86400000
       FROM n`,
    ).bind(count, action, bytes / 2, principal),
    env.DB.prepare("UPDATE meta SET seq = seq + ?1").bind(count),
  ]);
}

/** Every page of an audit: how many entries each has. */
async function pages(query: string): Promise<number[]> {
  const counts: number[] = [];
  for (let token: string | null = ""; token !== null;) {
    const answer = await api("GET", `${AUDIT}?${query}&continue=${token}`, { token: root });
    expect(answer.status).toBe(200);
    counts.push((await answer.json<unknown[]>()).length);
    token = answer.headers.get("Sensu-Continue");
  }
  return counts;
}

describe("an audit", () => {
  it("by a filter that matches nothing reads a bounded number of commits a page, and hands back a cursor", async () => {
    expect(await pages("action=delete")).toEqual([0, 0, 0]);
    expect(await pages("name=none*")).toEqual([0, 0, 0]);
    expect(await pages("to=1")).toEqual([0, 0, 0]);
    expect(await pages("action=update&limit=900")).toEqual([900, 900, 700]);
  });

  it("of a principal finds its commits at once, however old", async () => {
    await manyCommits(3, "eve", "delete");
    await manyCommits(2_500, "ci", "update");
    expect(await pages("principal=eve")).toEqual([3]);
    expect(await pages("principal=nobody")).toEqual([0]);
    const store = (db: D1Database) => new D1HistoryStore(db).audit({ principal: "eve" }, null, 1_000);
    expect(await rowsReadBy(store)).toBeLessThan(30);
  });

  it("from a time on ends where older commits begin", async () => {
    const from = new Date(2_400 * 86_400_000).toISOString();
    expect(await pages(`from=${from}`)).toEqual([101]);
  });

  it("refuses a glob that is longer than any name", async () => {
    expect((await api("GET", `${AUDIT}?name=${"a".repeat(256)}`, { token: root })).status).toBe(400);
  });

  it("as NDJSON goes over a bounded number of commits, and ends with the token of the rest", async () => {
    await manyCommits(98_000, "ci", "update");
    const lines = async (query: string) => {
      const answer = await api("GET", `${AUDIT}?format=ndjson&${query}`, { token: root });
      return (await answer.text()).trimEnd().split("\n");
    };
    const [last = "", ...none] = await lines("action=delete");
    expect(none).toEqual([]);
    const { continue: token } = JSON.parse(last) as { continue: string };
    expect(await lines(`action=delete&continue=${token}`)).toEqual([""]);
    expect(await lines(`continue=${token}`)).toHaveLength(500);
  });

  it("and a history of large definitions are bounded by the bytes that they walk", async () => {
    await manyCommits(60, "ci", "update", 1_900_000);
    const [first = 0] = await pages("");
    expect(first).toBeLessThan(40);
    expect((await pages("")).reduce((sum, count) => sum + count)).toBe(2_560);
  });
});
