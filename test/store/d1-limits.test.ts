import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { freshStorage } from "../support/worker.ts";

beforeEach(freshStorage);

const fits = "x".repeat(1_000_000);

describe("the local database", () => {
  it("refuses a bound text of more than 2,000,000 bytes, as D1 does", async () => {
    const length = (text: string) => env.DB.prepare("SELECT length(?1) AS n").bind(text).first("n");
    expect(await length("x".repeat(2_000_000))).toBe(2_000_000);
    for (const text of ["x".repeat(2_000_001), "\u{1F600}".repeat(500_001), "\u00e9".repeat(1_000_001)])
      expect(() => env.DB.prepare("SELECT ?1").bind(text)).toThrow(/SQLITE_TOOBIG/);
  });

  it("refuses a row of more than 2,000,000 bytes however it comes about, as D1 does", async () => {
    const insert = env.DB.prepare(
      "INSERT INTO assets VALUES ('default', ?1, 1, 1, '', ?2, '', ?3, '', 0, 0) ON CONFLICT DO UPDATE SET expressions = excluded.expressions",
    );
    await expect(insert.bind("one", fits, fits).run()).rejects.toThrow(/too big/);
    await insert.bind("one", fits, "").run();
    await expect(insert.bind("one", "", fits).run()).rejects.toThrow(/too big/);
    const rest = env.DB.prepare("UPDATE assets SET expressions = ?1");
    await expect(rest.bind(fits).run()).rejects.toThrow(/too big/);
    const revision = env.DB.prepare(
      "INSERT INTO revisions SELECT 1, 'asset', namespace, name, 'create', '', definition || definition, '', 0, '' FROM assets",
    );
    await expect(revision.run()).rejects.toThrow(/too big/);
    expect(await env.DB.prepare("SELECT octet_length(expressions) AS n FROM assets").first("n")).toBe(0);
  });
});
