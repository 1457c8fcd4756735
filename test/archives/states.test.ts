import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { CheckWorld, digestOf, whole } from "../support/archive-checks.ts";
import { anAsset } from "../support/fixtures.ts";
import { namespaceNamed } from "../support/names.ts";
import { rowsReadBy, scansOf, statementsOf } from "../support/query-plans.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { STATES } from "../../src/archives/state.ts";
import { d1Archives } from "../../src/store/d1/archives.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const editor = await tokenFor(["edit@default"], { name: "ci" });
const DAY = 86_400_000;
const SPACE = "/api/edge/v1/namespaces/default";
const right = await digestOf("right");
const url = (name: string) => `https://assets.example.net/${name}.tar.gz`;

let world: CheckWorld;

beforeEach(async () => {
  await freshStorage();
  world = new CheckWorld();
});

async function put(name: string, sha512: string): Promise<void> {
  const body = anAsset(name, { url: url(name), sha512 });
  expect((await api("PUT", `${ASSETS}/${name}`, { token: admin, body })).status).toBe(201);
}

const definition = (name: string, sha512: string) => anAsset(name, { url: url(name), sha512 });
const apply = (query: string, body: unknown) =>
  api("POST", `${SPACE}/apply${query}`, { token: editor, body });

describe("apply?require=verified", () => {
  it("is 412 and writes nothing while an archive is not known to be right, and says which", async () => {
    const set = [definition("one", right), definition("two", right)];
    for (const query of ["?require=verified", "?require=verified&dry_run=true"]) {
      const answer = await apply(query, set);
      expect([answer.status, await answer.text()]).toEqual([
        412,
        expect.stringContaining(
          "2 archives are not verified: one build 0 (unknown), two build 0 (unknown); npm run assets -- verify FILE --report",
        ) as string,
      ]);
    }
    expect((await api("GET", `${ASSETS}/one`, { token: admin })).status).toBe(404);
    const findings = ["one", "two"].map((name) => ({
      digest: right,
      url: url(name),
      state: "ok",
      detail: "the bytes have the digest",
    }));
    const report = (token: string) =>
      api("POST", `${SPACE}/archives/findings`, { token, body: { findings } });
    // Whoever may edit somewhere may report on what nothing uses yet: that is no proof to others.
    expect(await (await report(await tokenFor(["edit@default"], { name: "somebody" }))).json()).toEqual({
      stored: 2,
    });
    expect((await apply("?require=verified", set)).status).toBe(412);
    // Nor is it where the checker had seen the right bytes before.
    await env.DB.prepare("UPDATE archives SET verified_at = 1").run();
    expect((await apply("?require=verified", set)).status).toBe(412);
    await env.DB.prepare("UPDATE archives SET verified_at = NULL").run();
    expect(await (await report(editor)).json()).toEqual({ stored: 2 });
    expect((await apply("?require=verified", set)).status).toBe(200);
    const shown = await api("GET", `${SPACE}/assets/one/archives`, { token: admin });
    const { archives } = await shown.json<{ archives: unknown[] }>();
    expect(archives).toMatchObject([{ state: "ok", checked_by: "ci", verified_at: null }]);
  });

  it("holds for a plan as well", async () => {
    const made = await api("POST", `${SPACE}/plan`, { token: editor, body: [definition("one", right)] });
    const plan = await made.json<{ plan: string; archives: unknown[] }>();
    expect(plan.archives).toEqual([{ name: "one", build: 0, state: "unknown" }]);
    const answer = await api("POST", `${SPACE}/apply?require=verified&plan=${plan.plan}`, { token: editor });
    expect(answer.status).toBe(412);
  });
});

describe("lint", () => {
  const lint = async (token: string, body: unknown) => {
    const answer = await api("POST", "/api/edge/v1/lint", { token, body });
    const { warnings } = await answer.json<{ warnings: { rule: string; where: string }[] }>();
    return warnings.map(({ rule, where }) => [rule, where]);
  };

  it("names an archive with wrong bytes only to a caller who may see an asset that has it", async () => {
    await put("one", right);
    await put("two", right);
    world.served.set(url("one"), () => whole("wrong"));
    await world.tick();
    expect(await lint(admin, definition("one", right))).toEqual([["archive", "url"]]);
    const builds = ["two", "one"].map((name) => ({
      url: url(name),
      sha512: right,
      filters: ["entity.system.os == 'linux'"],
    }));
    expect(await lint(admin, anAsset("new", { builds }))).toContainEqual(["archive", "builds.1.url"]);
    expect(await lint(admin, definition("two", right))).toEqual([]);
    expect(await lint(await tokenFor(["edit@other"]), definition("one", right))).toEqual([]);
  });
});

describe("who uses an archive", () => {
  it("can be filtered by state, digest, URL and host, and shows what the caller may see", async () => {
    for (const name of ["one", "two", "three"]) await put(name, right);
    world.served.set(url("one"), () => whole("right"));
    await world.tick();
    const names = async (query: string, token = admin) => {
      const answer = await api("GET", `/api/edge/v1/archives${query}`, { token });
      const archives = await answer.json<{ users: { name: string }[] }[]>();
      return archives.flatMap(({ users }) => users.map(({ name }) => name));
    };
    expect(await names("")).toEqual(["one", "three", "two"]);
    expect(await names("?state=ok")).toEqual(["one"]);
    expect(await names(`?digest=${right.toUpperCase()}&state=ok`)).toEqual(["one"]);
    expect(await names(`?url=${encodeURIComponent(url("two"))}`)).toEqual(["two"]);
    expect(await names("?host=assets.example.net&limit=2")).toEqual(["one", "three"]);
    expect(await names("?host=other.example.net")).toEqual([]);
    expect(await names("", await tokenFor(["view@default/t*"]))).toEqual(["three", "two"]);
    expect(await names("", await tokenFor(["view@other"]))).toEqual([]);
  });
});

it("a report with a finding about an archive that others use is refused whole", async () => {
  await put("one", right);
  const findings = [
    { digest: "0f".repeat(64), url: url("new"), state: "ok", detail: "" },
    { digest: right, url: url("one"), state: "wrong_digest", detail: "lies" },
  ];
  await env.DB.prepare("INSERT INTO namespaces VALUES ('other', 0, 'tester', 0)").run();
  const path = "/api/edge/v1/namespaces/other/archives/findings";
  const answer = await api("POST", path, { token: await tokenFor(["edit@other"]), body: { findings } });
  expect(answer.status).toBe(403);
  expect(await env.DB.prepare("SELECT state FROM archives").all()).toMatchObject({
    results: [{ state: "unknown" }],
  });
});

describe("users of an archive in other namespaces, however many", () => {
  beforeEach(async () => {
    await put("one", right);
    await env.DB.prepare("INSERT INTO namespaces VALUES ('aaa', 0, 'tester', 0)").run();
    world.served.set(url("one"), () => whole("wrong"));
    await world.tick();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 1000)
      INSERT INTO builds SELECT 'aaa', 'crowd' || i, 0, (SELECT id FROM archives) FROM n`,
    ).run();
  });

  it.each(["edit@aaa", "edit@aaa/c*"])("do not let %s report on those of others", async (grant) => {
    const findings = [{ digest: right, url: url("one"), state: "ok", detail: "lies" }];
    const path = "/api/edge/v1/namespaces/aaa/archives/findings";
    const answer = await api("POST", path, { token: await tokenFor([grant]), body: { findings } });
    expect(answer.status).toBe(403);
  });

  it("hide nothing from a caller who may see one", async () => {
    const viewer = await tokenFor(["view@default", "edit@default"]);
    const listed = await api("GET", "/api/edge/v1/archives", { token: viewer });
    expect(await listed.json()).toMatchObject([{ users: [{ namespace: "default", name: "one" }] }]);
    const inNamespace = await api("GET", `${SPACE}/archives`, { token: admin });
    expect(await inNamespace.json()).toMatchObject([{ users: [{ name: "one" }] }]);
    const linted = await api("POST", "/api/edge/v1/lint", { token: viewer, body: definition("one", right) });
    expect(await linted.json()).toMatchObject({ warnings: [{ rule: "archive" }] });
    await env.DB.prepare("UPDATE archives SET verified_at = 1").run();
    await env.DB.prepare("INSERT INTO archive_copies (digest, size, type, stored_at) VALUES (?1, 5, '', 1)")
      .bind(right)
      .run();
    await env.ARCHIVES.put(`sha512/${right}`, "right");
    const copy = await api("GET", `/api/edge/v1/archives/sha512/${right}`, { token: viewer });
    expect([copy.status, await copy.text()]).toEqual([200, "right"]);
  });
});

it("no statement of archives scans a table, however many archives and users there are", async () => {
  await env.DB.batch([
    env.DB.prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO archives (digest, url, headers, host, state, detail, changed, due_at, verified_at)
      SELECT printf('%0128d', i / 2), 'https://h' || (i % 10) || '.dev/' || i, '', 'h' || (i % 10) || '.dev', 'ok', '', 0, 1, 1 FROM n`),
    env.DB.prepare(`INSERT INTO builds SELECT 'default', printf('a%05d', id), 0, 1 FROM archives`),
    env.DB.prepare(`INSERT INTO archive_hosts (host, turn_at) SELECT DISTINCT host, 0 FROM archives`),
    env.DB.prepare(
      `INSERT INTO archive_copies (digest, size, type, stored_at) SELECT DISTINCT digest, 1, '', 1 FROM archives`,
    ),
    env.DB.prepare(`UPDATE archive_progress SET version = 5, walked = (SELECT seq FROM meta)`),
  ]);
  const now = Date.now();
  const all = { namespace: null, state: null, digest: null, url: null, host: null };
  const on = (db: D1Database) => d1Archives(db, withoutJournal(undefined, 0), STATES);
  const digest = "1".padStart(128, "0");
  const [space, other, nowhere] = [
    namespaceNamed("default"),
    namespaceNamed("other"),
    namespaceNamed("nowhere"),
  ];
  const works: [string, number, (db: D1Database) => Promise<unknown>][] = [
    [
      "claim",
      400,
      (db) => on(db).queue.claim({ token: "t", now, until: now + DAY, archives: 8, perHost: 4 }),
    ],
    ["page", 200, (db) => on(db).reader.page(all, 0, 20)],
    ["page of a host", 200, (db) => on(db).reader.page({ ...all, host: "h1.dev" }, 0, 20)],
    ["page of a namespace", 300, (db) => on(db).reader.page({ ...all, namespace: nowhere }, 0, 20)],
    ["page of a digest", 50, (db) => on(db).reader.page({ ...all, digest }, 0, 20)],
    ["users", 100, (db) => on(db).reader.users([1, 2, 3], 10, { within: null })],
    ["users within", 100, (db) => on(db).reader.users([1, 2, 3], 10, { within: [space] })],
    ["users outside", 100, (db) => on(db).reader.users([1, 2, 3], 10, { outside: [other] })],
    ["holders within", 50, (db) => on(db).reader.holders(digest, 10, [space])],
    ["holders", 50, (db) => on(db).reader.holders(digest, 10, null)],
    ["notes", 50, (db) => on(db).reader.notes([digest], "nearest")],
    ["news", 50, (db) => on(db).reader.news(4)],
    ["unused copies", 200, (db) => on(db).copies.unused(20)],
    ["deleted copies", 50, (db) => on(db).copies.deletedBetween(0, 10, 20)],
    ["pending notices", 50, (db) => on(db).herald.pending(20)],
    ["unfollowed commits", 100, (db) => on(db).index.unfollowed()],
  ];
  for (const [name, most, work] of works) {
    expect([name, await rowsReadBy(work)]).toEqual([name, expect.toSatisfy((rows: number) => rows <= most)]);
    for (const statement of await statementsOf(work))
      expect([name, await scansOf(statement)]).toEqual([name, []]);
  }
});
