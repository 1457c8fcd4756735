import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { PAGE_BYTES, STORED_BYTES } from "../../src/store/asset-store.ts";
import { D1AssetStore } from "../../src/store/d1-asset-store.ts";
import { sweepTombstones } from "../../src/store/d1-sweep.ts";
import { freshStorage } from "../support/worker.ts";

beforeEach(freshStorage);

async function insert(name: string, members: { seq: number; at: number; deleted: number; size?: number }) {
  const { seq, at, deleted, size = 1 } = members;
  await env.DB.prepare(
    `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
     VALUES ('default', ?1, ?2, ?2, '"e"', ?3, 'tester', ?4, ?5)`,
  )
    .bind(name, seq, "x".repeat(size), at, deleted)
    .run();
}

describe("sweeping tombstones", () => {
  it("deletes those from before a time whose commit a journal knows, and nothing that lives", async () => {
    await insert("swept", { seq: 3, at: 99, deleted: 1 });
    await insert("young", { seq: 2, at: 100, deleted: 1 });
    await insert("unknown", { seq: 4, at: 1, deleted: 1 });
    await insert("alive", { seq: 1, at: 1, deleted: 0 });
    expect(await sweepTombstones(env.DB, 100, 3)).toBe(1);
    const { results } = await env.DB.prepare("SELECT name FROM assets ORDER BY name").all<{ name: string }>();
    expect(results.map(({ name }) => name)).toEqual(["alive", "unknown", "young"]);
  });

  it("takes a thousand at a time", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1002)
       INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
       SELECT 'default', 'n' || i, 1, 1, '"e"', '{}', 'tester', 0, 1 FROM n`,
    ).run();
    expect([await sweepTombstones(env.DB, 1, 1), await sweepTombstones(env.DB, 1, 1)]).toEqual([1_000, 2]);
  });
});

describe("a page of assets", () => {
  const size = STORED_BYTES - 100_000;
  const fit = Math.floor(PAGE_BYTES / size);

  it("holds what fits its bytes, the rest being on the next", async () => {
    const store = new D1AssetStore(env.DB);
    for (let index = 0; index < fit + 2; index += 1)
      await insert(`a${index}`, { seq: index + 1, at: 0, deleted: 0, size });
    const first = (await store.list(null, null, 100, "primary")).value;
    expect(first?.assets).toHaveLength(fit);
    const from = { key: first?.next ?? "", inclusive: false };
    const second = (await store.list(null, from, 100, "primary")).value;
    expect(second?.assets.map(({ name }) => name)).toEqual([`a${fit}`, `a${fit + 1}`]);
    expect(second?.next).toBeNull();
  });
});
