import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { CopyService } from "../../src/archives/copies.ts";
import { copyKey, type Bucket } from "../../src/archives/bucket.ts";
import { CheckWorld, digestOf, whole } from "../support/archive-checks.ts";
import type worker from "../../src/index.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";
import { testCommit } from "../support/scope.ts";

const admin = await tokenFor(["admin@*"], { name: "root" });
const viewer = await tokenFor(["view@default"]);
const MINUTE = 60_000;
const DAY = 86_400_000;
const BYTES = "the bytes of the archive";
const digest = await digestOf(BYTES);
const URL_ = "https://assets.example.net/one.tar.gz";
const COPY = `/api/edge/v1/archives/sha512/${digest}`;
const RESOLVE = "/api/edge/v1/namespaces/default/assets/one/resolve?os=linux&arch=amd64";

let world: CheckWorld;

beforeEach(async () => {
  await freshStorage();
  await env.ARCHIVES.delete(copyKey(digest));
  world = new CheckWorld();
  world.served.set(URL_, () => whole(BYTES));
});

async function put(name: string, members: object, assets = ASSETS): Promise<void> {
  const body = anAsset(name, { url: URL_, sha512: digest, ...members });
  expect((await api("PUT", `${assets}/${name}`, { token: admin, body })).status).toBe(201);
}

const get = (headers: Record<string, string> = {}, token = viewer) => api("GET", COPY, { token, headers });
/** Asks an isolate that remembers nothing of archives. */
async function ask(path: string): Promise<Response> {
  const context = createExecutionContext();
  const headers = { Authorization: `Bearer ${viewer}`, "CF-Connecting-IP": "192.0.2.7" };
  const request = new Request(ORIGIN + path, { headers, redirect: "manual" });
  const answer = await (
    await coldWorker()
  ).fetch(request as Parameters<typeof worker.fetch>[0], env, context);
  await waitOnExecutionContext(context);
  return answer;
}
const setMirror = (mirror: string) =>
  api("PUT", "/api/edge/v1/namespaces/default/mirror", { token: admin, body: { mirror } });
const isStored = async () => (await env.ARCHIVES.head(copyKey(digest))) !== null;

describe("the copy of an archive", () => {
  beforeEach(async () => {
    await put("one", {});
    expect(await world.tick()).toEqual({ ok: 1 });
  });

  it("is served whole, with its digest, to a caller who may see an asset that has it", async () => {
    const answer = await get();
    expect([answer.status, await answer.text()]).toEqual([200, BYTES]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag: `"${digest}"`,
      "accept-ranges": "bytes",
      "content-length": String(BYTES.length),
      "cache-control": "private, max-age=31536000, immutable",
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
    });
    const head = await api("HEAD", COPY, { token: viewer });
    expect([head.status, head.headers.get("Content-Length")]).toEqual([200, String(BYTES.length)]);
  });

  it.each([
    ["bytes=0-3", 206, BYTES.slice(0, 4), `bytes 0-3/${BYTES.length}`],
    ["bytes=4-", 206, BYTES.slice(4), `bytes 4-${BYTES.length - 1}/${BYTES.length}`],
    ["bytes=-5", 206, BYTES.slice(-5), `bytes ${BYTES.length - 5}-${BYTES.length - 1}/${BYTES.length}`],
    ["bytes=-999", 206, BYTES, `bytes 0-${BYTES.length - 1}/${BYTES.length}`],
    ["bytes=20-999", 206, BYTES.slice(20), `bytes 20-${BYTES.length - 1}/${BYTES.length}`],
    ["bytes=0-1,4-5", 200, BYTES, null],
    ["lines=0-1", 200, BYTES, null],
    ["bytes=5-2", 200, BYTES, null],
    ["bytes=-", 200, BYTES, null],
  ])("answers Range: %s with %s", async (range, status, body, contentRange) => {
    const answer = await get({ Range: range });
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    expect(answer.headers.get("Content-Range")).toBe(contentRange);
    expect(answer.headers.get("Content-Length")).toBe(String(body.length));
  });

  it.each(["bytes=24-", "bytes=999-1000", "bytes=-0"])("answers Range: %s with 416", async (range) => {
    const answer = await get({ Range: range });
    expect([answer.status, answer.headers.get("Content-Range")]).toEqual([416, `bytes */${BYTES.length}`]);
  });

  it("heeds If-None-Match and If-Range", async () => {
    expect((await get({ "If-None-Match": `"${digest}"` })).status).toBe(304);
    expect((await get({ "If-None-Match": '"other"' })).status).toBe(200);
    expect((await get({ Range: "bytes=0-3", "If-Range": `"${digest}"` })).status).toBe(206);
    expect((await get({ Range: "bytes=0-3", "If-Range": '"other"' })).status).toBe(200);
  });

  it("is 404 for whoever may see no asset that has it", async () => {
    for (const grant of ["view@other", "view@default/two*", "admin@other"])
      expect((await get({}, await tokenFor([grant]))).status).toBe(404);
    expect((await get({}, await tokenFor(["view@default/on*"]))).status).toBe(200);
    expect((await api("GET", COPY)).status).toBe(401);
  });

  it("is not given to whoever knows the digest and names a URL without the bytes", async () => {
    await aNamespace("thieves");
    const url = "https://thieves.example.net/none.tar.gz";
    const metadata = { name: "mine", namespace: "thieves" };
    await put("mine", { url, metadata }, "/api/core/v2/namespaces/thieves/assets");
    world.served.set(url, () => new Response(null, { status: 404 }));
    await world.tick();
    expect((await get({}, await tokenFor(["admin@thieves"]))).status).toBe(404);
  });

  it("is named by resolutions as the namespace says, and comes first in a download where that is preferred", async () => {
    const resolve = async () =>
      (await ask(RESOLVE)).json<{ mirror?: string; mirror_url?: string; url: string }>();
    expect((await setMirror("prefer")).status).toBe(200);
    expect(await resolve()).toMatchObject({ url: URL_, mirror: "prefer", mirror_url: COPY });
    const download = await ask(RESOLVE.replace("resolve", "download"));
    expect([download.status, download.headers.get("Location")]).toEqual([302, COPY]);
    expect(download.headers.get("X-Archive-State")).toBe("ok");
    const lines = await (await ask(`${RESOLVE}&format=env`)).text();
    expect(lines).toContain(`ASSET_MIRROR_URL='${COPY}'\nASSET_MIRROR='prefer'\n`);
    const stored = await api("GET", `${ASSETS}/one`, { token: viewer });
    expect(await stored.json()).toMatchObject({ url: URL_ });
    await setMirror("off");
    expect(await resolve()).not.toHaveProperty("mirror_url");
  });

  it("is named by the answers about many assets, too, whose tag changes with that", async () => {
    const many = async (query: string) => ask(`/api/edge/v1/namespaces/default/resolve?os=linux${query}`);
    const unused = await many("");
    await setMirror("prefer");
    const used = await many("");
    expect(used.headers.get("ETag")).not.toBe(unused.headers.get("ETag"));
    expect(await used.json()).toMatchObject({
      assets: [{ name: "one", mirror: "prefer", mirror_url: COPY }],
    });
    expect(await (await many("&format=env")).text()).toContain(
      `ASSET_MIRROR_URL='${COPY}'\nASSET_MIRROR='prefer'\n`,
    );
    await setMirror("off");
    const { assets } = await (await many("")).json<{ assets: object[] }>();
    expect(assets).toHaveLength(1);
    expect(assets[0]).not.toHaveProperty("mirror_url");
  });

  it("keeps agents working while upstream serves other bytes, and when upstream is gone", async () => {
    await setMirror("prefer");
    world.served.set(URL_, () => whole("other bytes"));
    for (const pause of [DAY, DAY]) {
      world.now += pause;
      await world.tick();
    }
    const state = async () => (await ask(RESOLVE)).headers.get("X-Archive-State");
    expect([await state(), await (await get()).text()]).toEqual(["wrong_digest", BYTES]);
    world.served.delete(URL_);
    world.now += DAY;
    await world.tick();
    expect([await state(), await (await get()).text()]).toEqual(["unreachable", BYTES]);
  });

  it("that somebody deleted is gone, is told with who and why, and is not made again", async () => {
    const path = `${COPY}?reason=licence`;
    expect((await api("DELETE", path, { token: await tokenFor(["admin@default"]) })).status).toBe(403);
    expect((await api("DELETE", path, { token: admin })).status).toBe(204);
    expect([await isStored(), (await get()).status]).toEqual([false, 404]);
    const audit = await api("GET", "/api/edge/v1/namespaces/default/audit", { token: admin });
    expect(await audit.text()).toMatch(/"root".*was deleted: licence/);
    world.now += 31 * DAY;
    expect(await world.tick()).toEqual({ ok: 1 });
    expect([await isStored(), (await get()).status]).toEqual([false, 404]);
    expect((await api("DELETE", path, { token: admin })).status).toBe(204);
  });

  it("that is not in the bucket is made again by the next check", async () => {
    await env.ARCHIVES.delete(copyKey(digest));
    expect((await get()).status).toBe(404);
    world.now += DAY;
    await world.tick();
    expect([await isStored(), (await get()).status]).toEqual([true, 200]);
  });

  it("that no archive needs is swept, and one that is needed is not", async () => {
    const service = new CopyService(world.stores, env.ARCHIVES);
    expect(await service.sweep()).toBe(0);
    expect(await isStored()).toBe(true);
    await api("DELETE", `${ASSETS}/one`, { token: admin });
    await world.follow();
    for (let step = 0; step < 3; step += 1) await world.stores.sweep.sweep(world.now, 30 * DAY);
    expect(await service.sweep()).toBe(0);
    for (let step = 0; step < 3; step += 1) await world.stores.sweep.sweep(world.now + 31 * DAY, 30 * DAY);
    // The first step ends at the last copy, and the second begins again.
    expect((await service.sweep()) + (await service.sweep())).toBe(1);
    expect(await isStored()).toBe(false);
    expect((await world.stores.copies.totals()).bytes).toBe(0);
  });
});

describe("a copy is not made", () => {
  it("of wrong bytes, and those that were there stay", async () => {
    await put("one", {});
    world.served.set(URL_, () => whole("other bytes"));
    expect(await world.tick()).toEqual({ wrong_digest: 1 });
    expect(await isStored()).toBe(false);
  });

  it("for a namespace whose mirror is off", async () => {
    await setMirror("off");
    await put("one", {});
    expect(await world.tick()).toEqual({ ok: 1 });
    expect(await isStored()).toBe(false);
  });

  it("past the bytes of all copies", async () => {
    await put("one", {});
    const settings = { checks: 8, hashBytes: 0, maxBytes: 10_000, copiedBytes: BYTES.length - 1 };
    expect(await world.tick({ settings })).toEqual({ ok: 1 });
    expect(await isStored()).toBe(false);
    expect(await env.ARCHIVES.list({ prefix: "hashing/" })).toMatchObject({ objects: [] });
  });

  it("past the copies of a day", async () => {
    await env.DB.prepare("UPDATE archive_progress SET copy_day = ?1, copies_that_day = 1000")
      .bind(new Date(world.now).toISOString().slice(0, 10))
      .run();
    await put("one", {});
    expect(await world.tick()).toEqual({ ok: 1 });
    expect(await isStored()).toBe(false);
    world.now += DAY;
    expect(await world.tick()).toEqual({ ok: 1 });
    expect(await isStored()).toBe(true);
  });

  it("that was deleted while a check was making it", async () => {
    await put("one", {});
    await world.follow();
    const service = new CopyService(world.stores, env.ARCHIVES);
    const commit = testCommit(world.now, undefined, "root");
    const bucket: Bucket = {
      ...bucketOf(),
      put: async (...object) => {
        await service.delete(digest, commit);
        return env.ARCHIVES.put(...object);
      },
    };
    expect(await world.tick({ bucket })).toEqual({ ok: 1 });
    expect(await isStored()).toBe(false);
    // A check that died in between has left the bytes: they are deleted again when its claim is over.
    await env.ARCHIVES.put(copyKey(digest), BYTES);
    expect(await service.deleteAgain(world.now + 14 * MINUTE)).toBe(0);
    expect(await service.deleteAgain(world.now + 16 * MINUTE)).toBe(1);
    expect(await isStored()).toBe(false);
  });
});

it("a bucket that fails is no finding about the archive, and the check is made again", async () => {
  await put("one", {});
  const failing = {
    ...bucketOf(),
    put: () => Promise.reject(new Error("put: We encountered an internal error. Please try again. (10001)")),
  };
  expect(await world.tick({ bucket: failing })).toEqual({});
  expect(world.lines).toMatchObject([{ level: "error", event: "archive-check-failed" }]);
  expect(await world.tick()).toEqual({ ok: 1 });
});

function bucketOf(): Bucket {
  return {
    put: (...given) => env.ARCHIVES.put(...given),
    get: (...given) => env.ARCHIVES.get(...given),
    head: (key) => env.ARCHIVES.head(key),
    delete: (keys) => env.ARCHIVES.delete(keys),
  };
}
