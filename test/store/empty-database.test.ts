import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { emptyDatabase } from "../support/empty-database.ts";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const TABLES = [
  "meta",
  "namespaces",
  "assets",
  "revisions",
  "api_keys",
  "sessions",
  "plans",
  "retention",
  "archives",
  "builds",
  "archive_hosts",
  "archive_copies",
  "mirrors",
  "archive_progress",
];

/** The tables of the database that are not the platform's own. */
async function tables(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'
     AND name NOT GLOB 'd1_*'`,
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** The rows of every table, and the epoch apart: it is another each time. */
async function contents(): Promise<{ epoch: string; rows: unknown }> {
  expect((await tables()).sort()).toEqual(TABLES.toSorted());
  const [meta, ...others] = await env.DB.batch<Record<string, unknown>>(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  );
  const [{ epoch, ...counters } = {}] = meta?.results ?? [];
  const rows = others.map(({ results }) =>
    results.map((row) => ({ ...row, created_at: "created_at" in row ? "now" : undefined })),
  );
  return { epoch: String(epoch), rows: [counters, ...rows] };
}

/** Drops every table, also one that another test renamed, as no test but this one needs to. */
async function migrateAgain(): Promise<void> {
  const drops = [...(await tables()), "d1_migrations"].map((name) =>
    env.DB.prepare(`DROP TABLE IF EXISTS ${name}`),
  );
  await env.DB.batch(drops);
  await applyD1Migrations(env.DB, env.MIGRATIONS);
}

it("a database emptied for the next test holds what its migrations leave, under another epoch", async () => {
  await migrateAgain();
  const migrated = await contents();
  await freshStorage();
  const admin = await tokenFor(["admin@*"]);
  await api("PUT", `${ASSETS}/one`, { token: admin, body: anAsset("one") });
  await api("POST", "/api/edge/v1/keys", { token: admin, body: { name: "ci", grants: ["view@*"] } });
  await env.DB.prepare("UPDATE retention SET walked = 5, forgotten = 5").run();
  await env.DB.prepare("INSERT INTO namespaces VALUES ('other', 0, '', 0)").run();
  const used = await contents();
  await freshStorage();
  const emptied = await contents();
  expect(emptied.rows).toEqual(migrated.rows);
  expect(used.rows).not.toEqual(migrated.rows);
  expect(new Set([migrated.epoch, used.epoch, emptied.epoch]).size).toBe(3);
});

it("a database whose schema a test has changed is migrated again for the next", async () => {
  await freshStorage();
  const refused = () =>
    env.DB.prepare("INSERT INTO namespaces VALUES (hex(zeroblob(1000001)), 0, '', 0)").run();
  await expect(refused()).rejects.toThrow("too big");
  await env.DB.prepare("DROP TRIGGER namespaces_INSERT_limit").run();
  await env.DB.prepare("ALTER TABLE meta RENAME TO meta_away").run();
  await emptyDatabase(env.DB, env.MIGRATIONS);
  await contents();
  await expect(refused()).rejects.toThrow("too big");
});
