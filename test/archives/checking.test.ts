import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ArchiveChecker } from "../../src/archives/checker.ts";
import type { CheckerOptions } from "../../src/archives/checker-options.ts";
import type { Get, Reply } from "../../src/archives/fetch-archive.ts";
import { followCommits } from "../../src/archives/follow.ts";
import { digestStreamHasher } from "../../src/archives/worker-fetch.ts";
import { STATES } from "../../src/archives/state.ts";
import { PUBLIC_ONLY } from "../../src/archives/url-rule.ts";
import { hexOf } from "../../src/lib/hex.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { d1Archives } from "../../src/store/d1/archives.ts";
import type { Asset } from "../../src/definitions/schema.ts";
import { anAsset } from "../support/fixtures.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";
import { testScope } from "../support/scope.ts";

const admin = await tokenFor(["admin@*"]);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What hosts serve, by URL; and what they were asked. */
let served: Record<string, () => Response | Promise<Response>>;
let asked: { url: string; headers: Readonly<Record<string, string>> }[];
let lines: Record<string, unknown>[];
let now: number;

const get: Get = async (url, headers) => {
  asked.push({ url, headers });
  const answer = served[url];
  if (answer === undefined) throw new Error("connect ECONNREFUSED");
  return replyOf(await answer());
};

function replyOf(response: Response): Reply {
  return { status: response.status, header: (name) => response.headers.get(name), body: response.body };
}

const run = withoutJournal(undefined, 0);
const stores = () => d1Archives(env.DB, run, STATES);

function checker(options: Partial<CheckerOptions> = {}): ArchiveChecker {
  return new ArchiveChecker({
    stores: stores(),
    get,
    hasherOf: digestStreamHasher,
    bucket: null,
    policy: PUBLIC_ONLY,
    settings: { checks: 8, hashBytes: 3_000_000, maxBytes: 10_000_000, copiedBytes: 1_000_000 },
    timer: runtimeTimer,
    clock: () => now,
    scope: () => testScope(now),
    random: () => 0,
    log: (line) => void lines.push(line),
    ...options,
  });
}

async function sha512(text: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-512", new TextEncoder().encode(text))));
}

async function put(name: string, members: Asset): Promise<void> {
  const response = await api("PUT", `${ASSETS}/${name}`, { token: admin, body: anAsset(name, members) });
  expect(response.status).toBe(201);
}

/** Takes all commits in, and checks what is due. */
async function tick(options: Partial<CheckerOptions> = {}): Promise<Readonly<Record<string, number>>> {
  while (await followCommits(stores().index, PUBLIC_ONLY, now));
  return checker(options).run();
}

async function archivesOf(name: string): Promise<Record<string, unknown>[]> {
  const path = `/api/edge/v1/namespaces/default/assets/${name}/archives`;
  const { archives } = await (
    await api("GET", path, { token: admin })
  ).json<{ archives: Record<string, unknown>[] }>();
  return archives;
}

const gzip = (text: string) => `\u001f\u008b${text}`;
const url = (name: string, host = "assets.example.com") => `https://${host}/${name}.tar.gz`;

beforeEach(async () => {
  await freshStorage();
  served = {};
  asked = [];
  lines = [];
  now = Date.now();
});

describe("an archive", () => {
  it("whose bytes have the digest is ok, and is due again within a day", async () => {
    await put("one", { url: url("one"), sha512: await sha512("bytes") });
    served[url("one")] = () =>
      new Response("bytes", { headers: { "Content-Type": "application/gzip", ETag: '"1"' } });
    expect(await tick()).toEqual({ ok: 1 });
    const [archive] = await archivesOf("one");
    expect(archive).toMatchObject({ build: 0, state: "ok", size: 5, checked_by: "archive-check" });
    expect(Date.parse(String(archive?.["due_at"]))).toBe(now + DAY);
    expect(archive?.["verified_at"]).toBe(new Date(now).toISOString());
  });

  it("that is an HTML page with status 200 says so", async () => {
    await put("one", { url: url("one"), sha512: await sha512("bytes") });
    served[url("one")] = () =>
      new Response("<!DOCTYPE html><title>Log in</title>", { headers: { "Content-Type": "text/html" } });
    await tick();
    expect((await archivesOf("one"))[0]).toMatchObject({
      state: "not_an_archive",
      detail:
        "200, text/html, 36 bytes: it is an HTML page, no archive: a login or an error page with a good status?",
    });
  });

  it("that an asset without a checkable URL has is known as such before any check", async () => {
    await put("one", { url: "https://assets.example.com/{{ .labels.region }}.tar.gz" });
    await put("two", { url: "https://registry.internal/two.tar.gz" });
    expect(await tick()).toEqual({});
    expect((await archivesOf("one"))[0]).toMatchObject({ state: "not_checkable", due_at: null });
    expect((await archivesOf("two"))[0]).toMatchObject({ state: "not_checkable", due_at: null });
    expect(asked).toEqual([]);
  });

  it("that an asset no longer has is not listed with it", async () => {
    await put("one", {
      builds: ["a", "b", "c"].map((name) => ({ url: url(name), sha512: "0f".repeat(64) })),
    });
    expect(await archivesOf("one")).toHaveLength(3);
    await put("one", { url: url("d") });
    expect((await archivesOf("one")).map((archive) => archive["url"])).toEqual([url("d")]);
    await api("DELETE", `${ASSETS}/one`, { token: admin });
    await put("two", {});
    const listed = await (
      await api("GET", "/api/edge/v1/archives", { token: admin })
    ).json<{ url: string }[]>();
    expect(listed.map((archive) => archive.url)).toEqual([url("two")]);
  });
});

describe("drift", () => {
  beforeEach(async () => {
    await put("one", { url: url("one"), sha512: await sha512(gzip("old")) });
    served[url("one")] = () => new Response(gzip("old"));
    await tick();
    served[url("one")] = () => new Response(gzip("new"));
  });

  it("is told once, when other bytes were seen twice, an hour apart", async () => {
    now += DAY;
    await tick();
    expect((await archivesOf("one"))[0]).toMatchObject({
      state: "ok",
      detail: expect.stringContaining("other bytes came once") as string,
    });
    now += HOUR - 1;
    expect(await tick()).toEqual({});
    now += 1;
    await tick();
    expect((await archivesOf("one"))[0]).toMatchObject({ state: "wrong_digest" });
    now += DAY;
    await tick();
    expect(lines.filter(({ event }) => event === "archive-drift")).toHaveLength(1);
    const feed = await (
      await api("GET", "/api/edge/v1/changes?since=0", { token: admin })
    ).json<{
      changes: { who: string; reason: string; name: string }[];
    }>();
    const told = feed.changes.filter(({ who }) => who === "archive-check");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      name: "one",
      reason: expect.stringContaining("the archive has changed at assets.example.com") as string,
    });
    expect((await api("GET", `${ASSETS}/one`, { token: admin })).status).toBe(200);
  });

  it("is none when the right bytes come back within the hour", async () => {
    now += DAY;
    await tick();
    served[url("one")] = () => new Response(gzip("old"));
    now += HOUR;
    await tick();
    served[url("one")] = () => new Response(gzip("new"));
    now += DAY;
    await tick();
    expect((await archivesOf("one"))[0]).toMatchObject({ state: "ok" });
    expect(lines).toEqual([]);
  });
});

describe("hosts take turns", () => {
  it("a hundred archives of a dead host do not delay one of another", async () => {
    const builds = Array.from({ length: 100 }, (_, n) => ({
      url: url(`n${n}`, "dead.example.com"),
      sha512: "0f".repeat(64),
    }));
    await put("many", { builds });
    await put("one", { url: url("one"), sha512: await sha512("x") });
    served[url("one")] = () => new Response("x");
    expect(await tick()).toMatchObject({ ok: 1 });
  });

  it("one that answers 429 is left alone until it says", async () => {
    const builds = ["a", "b", "c", "d", "e", "f"].map((name) => ({
      url: url(name),
      sha512: "0f".repeat(64),
    }));
    await put("many", { builds });
    for (const { url: each } of builds)
      served[each] = () => new Response(null, { status: 429, headers: { "Retry-After": "3600" } });
    await tick();
    const before = asked.length;
    now += 30 * 60_000;
    expect(await tick()).toEqual({});
    expect(asked.length).toBe(before);
    now += 30 * 60_000;
    await tick();
    expect(asked.length).toBeGreaterThan(before);
  });
});
