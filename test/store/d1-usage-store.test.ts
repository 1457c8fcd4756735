import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { D1UsageStore } from "../../src/store/d1/usage.ts";
import { namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";

const DEFAULT = namespaceNamed("default");

async function anAssetRow(namespace: string, name: string, definition: string, deleted = 0): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
     VALUES (?1, ?2, 1, 1, '"1"', ?3, 'ci', 0, ?4)`,
  )
    .bind(namespace, name, definition, deleted)
    .run();
}

async function aRevisionRow(seq: number, namespace: string, kind: string, definition: string | null) {
  await env.DB.prepare(
    `INSERT INTO revisions (seq, kind, namespace, name, action, definition, principal, at)
     VALUES (?1, ?2, ?3, 'a', 'update', ?4, 'ci', 0)`,
  )
    .bind(seq, kind, namespace, definition)
    .run();
}

beforeEach(freshStorage);

describe("the usage of a namespace", () => {
  it("is null where there is no namespace, and zeros where there is nothing in it", async () => {
    const store = new D1UsageStore(env.DB);
    expect(await store.ofNamespace(namespaceNamed("nope"))).toBeNull();
    expect(await store.ofNamespace(DEFAULT)).toEqual({
      assets: 0,
      builds: 0,
      definitionBytes: 0,
      revisions: 0,
      historyBytes: 0,
      isComplete: true,
    });
  });

  it("counts builds, bytes of UTF-8 and commits of its own assets, and nothing that is deleted or elsewhere", async () => {
    const withBuilds = '{"builds":[{},{},{}],"metadata":{"name":"\u00e9"}}';
    const without = '{"builds":null}';
    await anAssetRow("default", "a", withBuilds);
    await anAssetRow("default", "b", without);
    await anAssetRow("default", "c", withBuilds, 1);
    await anAssetRow("other", "a", withBuilds);
    await aRevisionRow(1, "default", "asset", withBuilds);
    await aRevisionRow(2, "default", "asset", null);
    await aRevisionRow(3, "other", "asset", withBuilds);
    await aRevisionRow(4, "", "key", null);
    const bytes = new TextEncoder().encode(withBuilds).byteLength;
    expect(await new D1UsageStore(env.DB).ofNamespace(DEFAULT)).toEqual({
      assets: 2,
      builds: 4,
      definitionBytes: bytes + without.length,
      revisions: 2,
      historyBytes: bytes,
      isComplete: true,
    });
  });

  it("stops at 64 MiB of definitions and says so; the first asset is always counted", async () => {
    const half = 40 * 1024 * 1024;
    // A row that the database would not take from a Worker, made within it.
    for (const name of ["a", "b"])
      await env.DB.prepare(
        `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
         SELECT 'default', ?1 || value, 1, 1, '', '{"builds":"' || hex(zeroblob(900000)) || '"}', '', 0
         FROM json_each(?2)`,
      )
        .bind(name, JSON.stringify(Array.from({ length: Math.ceil(half / 1_800_000) }, (_, index) => index)))
        .run();
    const usage = await new D1UsageStore(env.DB).ofNamespace(DEFAULT);
    expect(usage?.isComplete).toBe(false);
    expect(usage?.definitionBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(usage?.assets).toBeGreaterThan(30);
  });
});
