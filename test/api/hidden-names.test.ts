import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);

/** So many assets named hidden-000001 and so on, under the store: more than one request reads. */
async function hide(count: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
     INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
     SELECT 'default', printf('hidden-%06d', n), 0, 0, '"0"', '{}', '', 0 FROM numbers`,
  )
    .bind(count)
    .run();
}

describe("a list narrowed to some names", () => {
  // Both tests only read.
  beforeAll(async () => {
    await freshStorage();
    await hide(6_000);
    for (const name of ["a-tool", "z-tool"]) {
      await api("PUT", `${ASSETS}/${name}`, { token: admin, body: anAsset(name) });
    }
  });

  it("ends within bounds among hidden names, and goes on from a token that does not name them", async () => {
    const narrow = await tokenFor(["view@default/*-tool"]);
    const first = await api("GET", ASSETS, { token: narrow });
    expect(await first.json()).toMatchObject([{ metadata: { name: "a-tool" } }]);
    const next = first.headers.get("Sensu-Continue") ?? "";
    expect(next).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    const readable = next.split(".").map((part) => atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    expect(readable.join()).not.toContain("hidden");
    expect(first.headers.get("ETag")).toBeNull();
    const rest = await api("GET", `${ASSETS}?continue=${next}`, { token: narrow });
    expect(await rest.json()).toMatchObject([{ metadata: { name: "z-tool" } }]);
    expect(rest.headers.get("Sensu-Continue")).toBeNull();
    const forged = `${next.slice(0, -2)}${next.endsWith("AA") ? "BB" : "AA"}`;
    expect((await api("GET", `${ASSETS}?continue=${forged}`, { token: narrow })).status).toBe(400);
  });

  it("does not read what lies outside the prefixes of its globs", async () => {
    const narrow = await tokenFor(["view@default/a*", "view@default/z-tool"]);
    const answer = await api("GET", ASSETS, { token: narrow });
    expect(await answer.json()).toMatchObject([
      { metadata: { name: "a-tool" } },
      { metadata: { name: "z-tool" } },
    ]);
    expect(answer.headers.get("Sensu-Continue")).toBeNull();
  });
});
