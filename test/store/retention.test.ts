import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { forgetRevisions } from "../../src/store/d1/retention.ts";
import { runs } from "../support/nightly.ts";
import { rowsReadBy } from "../support/query-plans.ts";
import { freshStorage } from "../support/worker.ts";

beforeEach(freshStorage);

interface Written {
  readonly name: string;
  readonly at: number;
}

/** Commits of these names and times, their seqs from 1. */
async function written(commits: readonly Written[]): Promise<void> {
  const revisions = `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at)
    SELECT key + 1, 'asset', 'default', value ->> 'name', 'update', 'tester', value ->> 'at' FROM json_each(?1)`;
  await env.DB.batch([
    env.DB.prepare("DELETE FROM revisions"),
    env.DB.prepare("UPDATE retention SET walked = 0, forgotten = 0"),
    env.DB.prepare("UPDATE meta SET seq = ?1").bind(commits.length),
    env.DB.prepare(revisions).bind(JSON.stringify(commits)),
  ]);
}

async function kept(): Promise<number[]> {
  const { results } = await env.DB.prepare("SELECT seq FROM revisions ORDER BY seq").all<{ seq: number }>();
  return results.map(({ seq }) => seq);
}

async function forgotten(): Promise<unknown> {
  return env.DB.prepare("SELECT forgotten FROM retention").first("forgotten");
}

/** Runs the chore until nothing is left to do. */
async function forgetAll(before: number): Promise<number> {
  let sum = 0;
  for (let count = -1; count !== 0; sum += count) count = await forgetRevisions(env.DB, before);
  return sum;
}

describe("retention", () => {
  it("keeps the newest two commits of a name whatever their age", async () => {
    await written([
      { name: "a", at: 1 },
      { name: "b", at: 2 },
      { name: "a", at: 3 },
      { name: "a", at: 4 },
      { name: "c", at: 5 },
      { name: "c", at: 6 },
    ]);
    expect(await forgetAll(1_000_000)).toBe(1);
    expect(await kept()).toEqual([2, 3, 4, 5, 6]);
    expect(await forgotten()).toBe(1);
  });

  it("keeps what was in force at any time since then: a commit goes when the next one is old, not when it is", async () => {
    await written([1, 2, 30, 40, 50].map((at) => ({ name: "a", at })));
    expect(await forgetAll(20)).toBe(1);
    expect(await kept()).toEqual([2, 3, 4, 5]);
    expect(await forgetAll(35)).toBe(1);
    expect(await kept()).toEqual([3, 4, 5]);
  });

  it("forgets exactly what was superseded before the time, for any commits and any times at which it runs", async () => {
    const schedule = fc.record({
      names: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }),
      befores: fc.array(fc.integer({ min: 0, max: 13 }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(schedule, async ({ names, befores }) => {
        await written(names.map((name, index) => ({ name, at: index + 1 })));
        for (const before of befores) await forgetAll(before);
        const before = Math.max(0, ...befores);
        const expected = names.flatMap((name, index) => {
          const later = names.flatMap((other, at) => (at > index && other === name ? [at + 1] : []));
          const isForgotten = later.length >= 2 && (later[0] ?? 0) < before;
          return isForgotten ? [] : [index + 1];
        });
        expect(await kept()).toEqual(expected);
      }),
      { numRuns: runs(20) },
    );
  });

  it("reads one commit a minute when none is old, and each commit a bounded number of times otherwise", async () => {
    const commits = Array.from({ length: 8_000 }, (_, index) => ({
      name: `n${index % 2_000}`,
      at: index + 1,
    }));
    await written(commits);
    const idle = await rowsReadBy((db) => forgetRevisions(db, 1));
    expect(idle).toBeLessThan(10);
    // 2,000 names of four commits: a minute's share is 5,000, the rest follows.
    expect(await forgetRevisions(env.DB, 1_000_000)).toBeLessThan(4_000);
    expect(await forgetAll(1_000_000)).toBeGreaterThan(0);
    expect(await kept()).toHaveLength(4_000);
    expect(await rowsReadBy((db) => forgetRevisions(db, 1_000_000))).toBeLessThan(10);
  });
});
