import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { forgetRevisions } from "../../src/store/d1-retention.ts";
import { freshStorage } from "../support/worker.ts";

beforeEach(freshStorage);

it("history is forgotten by age, but never the newest commits, of which journals are made", async () => {
  await env.DB.prepare(
    `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at)
     WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 6000)
     SELECT seq, 'asset', 'default', 'a', 'update', 'tester', seq FROM n`,
  ).run();
  expect(await forgetRevisions(env.DB, 500)).toBe(499);
  expect(await forgetRevisions(env.DB, 10_000)).toBe(500);
  expect(await forgetRevisions(env.DB, 10_000)).toBe(0);
  const row = await env.DB.prepare("SELECT MIN(seq) AS oldest, COUNT(*) AS count FROM revisions").first();
  expect(row).toEqual({ oldest: 1_000, count: 5_001 });
});
