import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Asset } from "../../src/definitions/schema.ts";
import { STORED_BYTES } from "../../src/store/asset-store.ts";
import { anAsset, SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const editor = await tokenFor(["edit@default"], { name: "alice" });
const BODY_BYTES = 512_000;
const MERGE = { "Content-Type": "application/merge-patch+json" };

beforeEach(freshStorage);

/** An asset whose URL is this text, as long as a body takes. */
function longUrl(piece: string, name: string, characters = Infinity): Asset {
  const bytes = new TextEncoder().encode(JSON.stringify(piece)).length - 2;
  const count = Math.min(characters, Math.floor((BODY_BYTES - 1_000) / bytes));
  return anAsset(name, { url: `https://e/${piece.repeat(count)}` });
}

/** Map filters of this many characters, all of which are stored twice. */
function mapFilters(piece: string, name: string, characters: number): Asset {
  const value = piece.repeat(950);
  const filters = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`entity.a${at}`, value]));
  const build = { url: "https://e/x", sha512: SHA512, filters };
  return anAsset(name, { builds: Array.from({ length: Math.ceil(characters / 19_000) }, () => build) });
}

const LARGEST: readonly (readonly [string, (name: string) => Asset])[] = [
  ["505,000 <", (name) => longUrl("<", name)],
  ["backslashes", (name) => longUrl("\\", name)],
  ["emoji", (name) => longUrl("\u{1F600}", name)],
  ["map filters with 170,000 <", (name) => mapFilters("<", name, 170_000)],
  ["headers", (name) => anAsset(name, { headers: { a: "<".repeat(250_000), b: ">".repeat(250_000) } })],
  ["just what is stored", (name) => longUrl("<", name, 316_000)],
  ["just too much to store", (name) => longUrl("<", name, 317_000)],
];

/** What an archive is fetched by and chosen by. */
function fetched({ url, headers, builds }: Asset): string {
  const chosen = builds?.map((build) => [build.url, build.filters]) ?? null;
  return JSON.stringify([url ?? null, headers ?? null, chosen]);
}

/** Whether it was stored; else it must be 413, and nothing written. */
async function stored(status: number, before: string): Promise<boolean> {
  expect([200, 201, 413]).toContain(status);
  if (status === 413) expect(await storedRows()).toBe(before);
  return status !== 413;
}

describe("the largest legal inputs", () => {
  it.each(LARGEST)("%s: are stored and read back, or 413, the same on every route", async (_, make) => {
    const empty = await storedRows();
    const posted = await api("POST", ASSETS, { token: editor, body: make("posted") });
    const fits = await stored(posted.status, empty);
    await api("PUT", `${ASSETS}/small`, { token: editor, body: anAsset("small") });

    let before = await storedRows();
    const put = await api("PUT", `${ASSETS}/small`, { token: editor, body: make("small") });
    expect(await stored(put.status, before)).toBe(fits);

    before = await storedRows();
    const { metadata: _ignored, ...patch } = make("small");
    const patched = await api("PATCH", `${ASSETS}/small`, { token: editor, headers: MERGE, body: patch });
    expect(await stored(patched.status, before)).toBe(fits);

    before = await storedRows();
    const set = [anAsset("first"), make("posted"), make("applied"), anAsset("zlast")];
    const plan = await api("POST", `${EDGE}/plan`, { token: editor, body: set });
    expect(await stored(plan.status, before)).toBe(fits);
    const { plan: id } = await plan.json<{ plan: string }>();
    const byId = await api("POST", `${EDGE}/apply?plan=${id}`, { token: editor });
    expect(byId.status).toBe(fits ? 200 : 404);
    before = await storedRows();
    const applied = await api("POST", `${EDGE}/apply`, { token: editor, body: set });
    expect(await stored(applied.status, before)).toBe(fits);
    if (!fits) return;

    for (const name of ["posted", "small", "applied"]) {
      const asset = await (await api("GET", `${ASSETS}/${name}`, { token: editor })).json<Asset>();
      expect([name, fetched(asset) === fetched(make(name))]).toEqual([name, true]);
    }
  });
});

describe("an asset at the limit of what is stored", () => {
  /** Stores an asset of nearly the limit; how many bytes are left. */
  const nearly = async (name: string) => {
    const body = anAsset(name, { url: `https://e/${"<".repeat(316_000)}` });
    await api("PUT", `${ASSETS}/${name}`, { token: editor, body });
    const { results } = await env.DB.prepare("SELECT octet_length(definition) AS n FROM assets").all<{
      n: number;
    }>();
    return STORED_BYTES - (results[0]?.n ?? 0);
  };

  it("takes that many bytes and not one more", async () => {
    const left = await nearly("one");
    expect(left).toBeGreaterThan(0);
    const body = (more: number) =>
      anAsset("one", { url: `https://e/${"<".repeat(316_000)}${"x".repeat(more)}` });
    const over = await api("PUT", `${ASSETS}/one`, { token: editor, body: body(left + 1) });
    expect(over.status).toBe(413);
    expect(await over.json()).toEqual({
      message: `the asset is too large: it would be stored as ${STORED_BYTES + 1} bytes, and the limit is ${STORED_BYTES}`,
      code: 1,
    });
    const all = await api("PUT", `${ASSETS}/one`, { token: editor, body: body(left) });
    expect(all.status).toBe(201);
  });

  it("is not rolled back or patched by one whose longer name makes it larger", async () => {
    const left = await nearly("one");
    const url = `https://e/${"<".repeat(316_000)}${"x".repeat(left)}`;
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { url }) });
    const { seq } = (await env.DB.prepare("SELECT seq FROM meta").first<{ seq: number }>()) ?? { seq: 0 };
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
    const before = await storedRows();
    const longer = await tokenFor(["edit@default"], { name: "alice-the-second" });
    const path = `${EDGE}/assets/one/rollback`;
    expect((await api("POST", path, { token: longer, body: { seq } })).status).toBe(413);
    expect(
      (await api("PATCH", `${ASSETS}/one`, { token: longer, headers: MERGE, body: { url } })).status,
    ).toBe(413);
    expect(await storedRows()).toBe(before);
    expect((await api("POST", path, { token: editor, body: { seq } })).status).toBe(200);
  });

  it("is not patched beyond it piece by piece", async () => {
    const half = "<".repeat(170_000);
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { headers: { a: half } }) });
    const before = await storedRows();
    const patched = await api("PATCH", `${ASSETS}/one`, {
      token: editor,
      headers: MERGE,
      body: { headers: { b: half } },
    });
    expect(patched.status).toBe(413);
    expect(await storedRows()).toBe(before);
  });
});

describe("a set", () => {
  const assets = (count: number) =>
    Array.from({ length: count }, (_, at) => longUrl("<", `asset-${at}`, 316_000));

  it("of several definitions at the limit is applied as one", async () => {
    const applied = await api("POST", `${EDGE}/apply`, { token: editor, body: assets(8) });
    expect(applied.status).toBe(200);
    await applied.body?.cancel();
    const { results } = await env.DB.prepare("SELECT seq, name FROM assets ORDER BY seq").all();
    expect(results).toEqual(assets(8).map(({ metadata }, at) => ({ seq: at + 1, name: metadata?.name })));
  });

  it("that would be stored as more than 18 MiB is 413 on plan and apply, and nothing of it is written", async () => {
    const before = await storedRows();
    for (const path of [`${EDGE}/plan`, `${EDGE}/apply`, `${EDGE}/apply?dry_run=true`]) {
      const refused = await api("POST", path, { token: editor, body: assets(24) });
      expect([path, refused.status]).toEqual([path, 413]);
      expect((await refused.json<{ message: string }>()).message).toContain("send it as two sets");
    }
    expect(await storedRows()).toBe(before);
  });

  it("with one definition that is too large is 413, names it, and nothing of it is written", async () => {
    const before = await storedRows();
    const body = [anAsset("a"), longUrl("<", "too-large"), anAsset("z")];
    const refused = await api("POST", `${EDGE}/apply`, { token: editor, body });
    expect(refused.status).toBe(413);
    expect((await refused.json<{ message: string }>()).message).toMatch(
      /^definition too-large: the asset is too large/,
    );
    expect(await storedRows()).toBe(before);
  });

  it("that deletes as many of the longest names as one prune may is planned and applied", async () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `${"n".repeat(250)}-${at}`);
    for (let at = 0; at < names.length; at += 2_500)
      await env.DB.prepare(
        `INSERT INTO assets SELECT 'default', value, 1, 1, 'x', '{}', NULL, NULL, 'alice', 0, 0 FROM json_each(?1)`,
      )
        .bind(JSON.stringify(names.slice(at, at + 2_500)))
        .run();
    const query = `prune=true&max_delete=${names.length}`;
    const dry = await api("POST", `${EDGE}/apply?dry_run=true&${query}`, {
      token: editor,
      body: [anAsset("one")],
    });
    expect(dry.status).toBe(200);
    expect((await dry.json<{ delete: unknown[] }>()).delete).toHaveLength(names.length);
    const applied = await api("POST", `${EDGE}/apply?${query}`, { token: editor, body: [anAsset("one")] });
    expect(applied.status).toBe(200);
    await applied.body?.cancel();
    const left = await env.DB.prepare("SELECT name FROM assets WHERE deleted = 0").all();
    expect(left.results).toEqual([{ name: "one" }]);
    const seqs = await env.DB.prepare("SELECT count(DISTINCT seq) AS n FROM revisions").first("n");
    expect(seqs).toBe(names.length + 1);
  });
});
