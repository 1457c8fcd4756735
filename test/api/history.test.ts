import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512, servedAsset, SHA512 } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const alice = await tokenFor(["edit@default"], { name: "alice" });
const bob = await tokenFor(["edit@default"], { name: "bob" });
const viewer = await tokenFor(["view@default"]);
const root = await tokenFor(["admin@*"], { name: "root" });
const ONE = `${ASSETS}/one`;
const EDGE = "/api/edge/v1/namespaces/default/assets/one";

interface Shown {
  seq: number;
  action: string;
  who: string;
  when: string;
  etag: string | null;
  reason: string | null;
}

beforeEach(freshStorage);

/** Created by alice, changed by bob, deleted by alice. */
async function aHistory(): Promise<Shown[]> {
  await api("POST", ASSETS, { token: alice, body: anAsset("one", { headers: { Authorization: "s3cret" } }) });
  const changed = anAsset("one", {
    sha512: OTHER_SHA512,
    headers: { Authorization: "s3cret2", Accept: "x" },
  });
  await api("PUT", ONE, { token: bob, body: changed, headers: { "X-Reason": "new release" } });
  await api("DELETE", `${ONE}?reason=broken`, { token: alice });
  return (await api("GET", `${EDGE}/revisions`, { token: viewer })).json<Shown[]>();
}

describe("the history of an asset", () => {
  it("is listed newest first: who, when, what and why", async () => {
    const revisions = await aHistory();
    expect(revisions).toEqual([
      {
        seq: expect.any(Number),
        action: "delete",
        who: "alice",
        when: expect.any(String),
        etag: null,
        reason: "broken",
      },
      {
        seq: expect.any(Number),
        action: "update",
        who: "bob",
        when: expect.any(String),
        etag: expect.any(String),
        reason: "new release",
      },
      {
        seq: expect.any(Number),
        action: "create",
        who: "alice",
        when: expect.any(String),
        etag: expect.any(String),
        reason: null,
      },
    ]);
    expect(new Date(revisions[0]?.when ?? "").getTime()).toBeGreaterThan(0);
  });

  it("comes in pages", async () => {
    const [newest] = await aHistory();
    const first = await api("GET", `${EDGE}/revisions?limit=1`, { token: viewer });
    expect(await first.json()).toEqual([newest]);
    const token = first.headers.get("Sensu-Continue") ?? "";
    const rest = await api("GET", `${EDGE}/revisions?limit=5&continue=${token}`, { token: viewer });
    expect(await rest.json()).toHaveLength(2);
    expect(rest.headers.get("Sensu-Continue")).toBeNull();
  });

  it("gives back what the asset was at each revision, and at any seq between", async () => {
    const [deleted, updated, created] = await aHistory();
    const got = await api("GET", `${EDGE}/revisions/${created?.seq}`, { token: alice });
    expect(await got.json()).toMatchObject({
      ...created,
      definition: { headers: { Authorization: "s3cret" } },
    });
    const at = await api("GET", `${EDGE}?at=${(deleted?.seq ?? 0) - 1}`, { token: alice });
    expect(at.headers.get("ETag")).toBe(updated?.etag);
    expect(await at.json()).toMatchObject({ sha512: OTHER_SHA512 });
    expect((await api("GET", `${EDGE}?at=${deleted?.seq}`, { token: alice })).status).toBe(404);
    expect((await api("GET", `${EDGE}?at=0`, { token: alice })).status).toBe(404);
    expect((await api("GET", `${EDGE}/revisions/999999`, { token: alice })).status).toBe(404);
    const gone = await api("GET", `${EDGE}/revisions/${deleted?.seq}`, { token: alice });
    expect(await gone.json()).toEqual({ ...deleted, definition: null });
  });

  it("shows what changed between two revisions, as a patch and as lines", async () => {
    const [, updated, created] = await aHistory();
    const diff = await api("GET", `${EDGE}/diff?from=${created?.seq}&to=${updated?.seq}`, { token: alice });
    const { patch, lines, from, to } = await diff.json<Record<string, unknown>>();
    expect([from, to]).toEqual([created, updated]);
    expect(patch).toEqual({
      sha512: OTHER_SHA512,
      headers: { Authorization: "s3cret2", Accept: "x" },
      metadata: { created_by: "bob" },
    });
    expect(lines).toContain('+ headers.Accept: "x"');
    const text = await api("GET", `${EDGE}/diff?format=text`, { token: alice });
    expect(text.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(await text.text()).toMatch(
      /^from revision \d+: update by bob at .+\nto {3}revision \d+: delete by alice/,
    );
  });

  it("shows header values that open doors only to those who may write", async () => {
    const [, updated, created] = await aHistory();
    for (const path of [`diff?from=${created?.seq}&to=${updated?.seq}`, `revisions/${created?.seq}`]) {
      const body = await (await api("GET", `${EDGE}/${path}`, { token: viewer })).text();
      expect(body).not.toContain("s3cret");
    }
    const feed = await (await api("GET", "/api/edge/v1/changes?namespace=default", { token: viewer })).text();
    expect(feed).toContain("***");
    expect(feed).not.toContain("s3cret");
  });

  it("is rolled back by writing an old definition as a new revision; undelete is the same", async () => {
    const [, , created] = await aHistory();
    const rolled = await api("POST", `${EDGE}/rollback?reason=oops`, {
      token: alice,
      body: { seq: created?.seq },
    });
    expect(rolled.status).toBe(200);
    expect(rolled.headers.get("ETag")).toBe(created?.etag);
    expect((await api("GET", ONE, { token: alice })).headers.get("ETag")).toBe(created?.etag);
    const [newest] = await (await api("GET", `${EDGE}/revisions`, { token: viewer })).json<Shown[]>();
    expect(newest).toMatchObject({ action: "create", who: "alice", reason: "oops", etag: created?.etag });
  });

  it("is rolled back only under the request's conditions, and not to a deletion", async () => {
    const [deleted, , created] = await aHistory();
    const stale = await api("POST", `${EDGE}/rollback`, {
      token: alice,
      body: { seq: created?.seq },
      headers: { "If-Match": '"x"' },
    });
    expect(stale.status).toBe(412);
    const none = await api("POST", `${EDGE}/rollback`, { token: alice, body: { seq: deleted?.seq } });
    expect(none.status).toBe(400);
    expect(await none.json()).toEqual({
      message: `the asset was deleted by revision ${deleted?.seq}; choose an earlier one to bring it back`,
      code: 1,
    });
    const bad = await api("POST", `${EDGE}/rollback`, { token: alice, body: { seq: "x" } });
    expect(bad.status).toBe(400);
    const unknown = await api("POST", "/api/edge/v1/namespaces/default/assets/none/rollback", {
      token: alice,
      body: { seq: 1 },
    });
    expect(unknown.status).toBe(404);
  });

  it("is 404 for what never was, and refuses a reason that is too long", async () => {
    expect((await api("GET", `${EDGE}/revisions`, { token: viewer })).status).toBe(404);
    expect((await api("GET", `${EDGE}/diff`, { token: viewer })).status).toBe(404);
    const put = await api("PUT", ONE, {
      token: alice,
      body: anAsset("one"),
      headers: { "X-Reason": "x".repeat(501) },
    });
    expect(put.status).toBe(400);
  });
});

describe("the audit", () => {
  beforeEach(async () => {
    await aHistory();
    await api("POST", "/api/core/v2/namespaces", { token: root, body: { name: "team-a" } });
    await api("PUT", "/api/core/v2/namespaces/team-a/assets/sensu%2Fx", {
      token: root,
      body: anAsset("sensu/x", {}, "team-a"),
    });
    await api("POST", "/api/edge/v1/keys", { token: root, body: { name: "ci", grants: ["view@default"] } });
  });

  const audit = async (path: string, token = root) =>
    (await (await api("GET", path, { token })).json<Record<string, unknown>[]>()).map(
      ({ kind, namespace, name, action, who }) => [kind, namespace, name, action, who].join(" "),
    );

  it("lists who did what, to assets, namespaces and keys, the newest first", async () => {
    expect(await audit("/api/edge/v1/audit")).toEqual([
      "key  ci create root",
      "asset team-a sensu/x create root",
      "namespace  team-a create root",
      "asset default one delete alice",
      "asset default one update bob",
      "asset default one create alice",
    ]);
  });

  it.each([
    ["principal=bob", ["asset default one update bob"]],
    ["action=delete", ["asset default one delete alice"]],
    ["name=sensu/*", ["asset team-a sensu/x create root"]],
    ["from=2999-01-01T00:00:00Z", []],
    ["to=1", []],
  ])("is filtered by %s", async (query, expected) => {
    expect(await audit(`/api/edge/v1/audit?${query}`)).toEqual(expected);
  });

  it("of a namespace is for its admin, and holds nothing of others", async () => {
    const local = await tokenFor(["admin@team-a"]);
    expect(await audit("/api/edge/v1/namespaces/team-a/audit", local)).toEqual([
      "asset team-a sensu/x create root",
      "namespace  team-a create root",
    ]);
    expect((await api("GET", "/api/edge/v1/audit", { token: local })).status).toBe(403);
    expect((await api("GET", "/api/edge/v1/namespaces/default/audit", { token: local })).status).toBe(403);
  });

  it("comes in pages, and whole as NDJSON", async () => {
    const first = await api("GET", "/api/edge/v1/audit?limit=4", { token: root });
    expect(await first.json()).toHaveLength(4);
    const rest = await api(
      "GET",
      `/api/edge/v1/audit?limit=4&continue=${first.headers.get("Sensu-Continue")}`,
      { token: root },
    );
    expect(await rest.json()).toHaveLength(2);
    const lines = await api("GET", "/api/edge/v1/audit?format=ndjson", { token: root });
    expect(lines.headers.get("Content-Type")).toBe("application/x-ndjson");
    const rows = (await lines.text()).trimEnd().split("\n");
    expect(rows).toHaveLength(6);
    expect(rows.join("")).not.toContain("s3cret");
  });

  it.each(["action=x", "from=yesterday", "limit=x"])("answers 400 to %s", async (query) => {
    expect((await api("GET", `/api/edge/v1/audit?${query}`, { token: root })).status).toBe(400);
  });
});

describe("the change feed", () => {
  interface Changes {
    changes: { seq: number; namespace: string; name: string; action: string }[];
    next: string;
    complete: boolean;
  }
  const feed = async (query: string, token = viewer) =>
    (await api("GET", `/api/edge/v1/changes?${query}`, { token })).json<Changes>();

  it("lists every commit of a namespace in order, and then nothing more", async () => {
    await aHistory();
    const { changes, next } = await feed("namespace=default");
    expect(changes.map(({ action }) => action)).toEqual(["create", "update", "delete"]);
    const idle = await api("GET", `/api/edge/v1/changes?namespace=default&since=${next}`, { token: viewer });
    expect(idle.headers.get("Retry-After")).toBe("5");
    expect(await idle.json()).toEqual({ changes: [], next, complete: true });
  });

  it("is for those who may read, and shows no other namespace or name", async () => {
    await aHistory();
    await aNamespace("other");
    await api("PUT", "/api/core/v2/namespaces/other/assets/x", {
      token: root,
      body: anAsset("x", {}, "other"),
    });
    expect((await api("GET", "/api/edge/v1/changes", { token: viewer })).status).toBe(403);
    expect((await api("GET", "/api/edge/v1/changes?namespace=other", { token: viewer })).status).toBe(403);
    expect((await feed("", root)).changes).toHaveLength(4);
    const narrow = await tokenFor(["view@default/two*"]);
    expect((await feed("namespace=default", narrow)).changes).toEqual([]);
  });

  it("holds an idle answer back until something is written", async () => {
    const waiting = feed("namespace=default&wait=10");
    await api("PUT", ONE, { token: alice, body: anAsset("one") });
    expect((await waiting).changes.map(({ name }) => name)).toEqual(["one"]);
    expect(
      (await api("GET", "/api/edge/v1/changes?namespace=default&wait=26", { token: viewer })).status,
    ).toBe(400);
  });

  it("streams events on request, from Last-Event-ID", async () => {
    await aHistory();
    const { changes } = await feed("namespace=default");
    const { next: afterFirst } = await feed("namespace=default&limit=1");
    const headers = { Accept: "text/event-stream", "Last-Event-ID": afterFirst };
    const stream = await api("GET", "/api/edge/v1/changes?namespace=default", { token: viewer, headers });
    expect(stream.headers.get("Content-Type")).toBe("text/event-stream");
    const reader = (stream.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("caught up")) seen += (await reader.read()).value ?? "";
    await reader.cancel();
    const shown = [...seen.matchAll(/^id: (\S+)\nevent: change\ndata: (.*)$/gm)];
    expect(shown.map(([, , data = ""]) => JSON.parse(data) as unknown)).toEqual(changes.slice(1));
    expect((await feed(`namespace=default&since=${shown[0]?.[1]}`)).changes).toEqual(changes.slice(2));
  });

  it("misses nothing while fifty writers write and three readers read", async () => {
    const writers = Array.from({ length: 50 }, async (_, index) => {
      for (let round = 0; round < 3; round += 1) {
        await api("PUT", `${ASSETS}/w${index}`, {
          token: alice,
          body: anAsset(`w${index}`, { url: `https://e/${round}` }),
        });
      }
    });
    const reader = async () => {
      const seen: number[] = [];
      let since = "0";
      while (seen.length < 150) {
        const { changes, next } = await feed(`namespace=default&since=${since}`);
        seen.push(...changes.map(({ seq }) => seq));
        since = next;
      }
      return seen;
    };
    const [first, ...others] = await Promise.all([reader(), reader(), reader(), Promise.all(writers)]);
    expect(new Set(first).size).toBe(150);
    expect(first).toEqual([...first].sort((a, b) => a - b));
    expect(others.slice(0, 2)).toEqual([first, first]);
  });
});

it("a definition is served by the edge route as by Sensu's own", async () => {
  await api("PUT", ONE, { token: alice, body: anAsset("one") });
  const got = await api("GET", EDGE, { token: viewer });
  expect(await got.text()).toBe(servedAsset("one", "alice"));
});

describe("a rollback", () => {
  const back = (seq: unknown, query = "", headers: Record<string, string> = {}) =>
    api("POST", `${EDGE}/rollback${query}`, { token: alice, body: { seq }, headers });
  const revisions = async () => (await api("GET", `${EDGE}/revisions`, { token: alice })).json<Shown[]>();

  it("to a revision that does not exist is 404 with the newest, and writes nothing", async () => {
    const [newest] = await aHistory();
    await api("POST", ASSETS, { token: alice, body: anAsset("other") });
    for (const seq of [0, 42, (newest?.seq ?? 0) + 1]) {
      for (const query of ["", "?dry_run=true"]) {
        const answer = await back(seq, query);
        expect([answer.status, await answer.json()]).toEqual([
          404,
          {
            message: `no revision ${seq} of asset one in namespace default; the newest is ${newest?.seq}`,
            code: 2,
          },
        ]);
      }
    }
    expect(await revisions()).toHaveLength(3);
  });

  it("that changes nothing writes nothing and says so", async () => {
    const [, , created] = await aHistory();
    expect((await back(created?.seq)).headers.get("X-Unchanged")).toBeNull();
    const before = await revisions();
    const again = await api("POST", `${EDGE}/rollback`, { token: bob, body: { seq: created?.seq } });
    expect([again.status, again.headers.get("X-Unchanged"), again.headers.get("ETag")]).toEqual([
      200,
      "true",
      created?.etag,
    ]);
    expect(await again.json()).toMatchObject({ headers: { Authorization: "s3cret" } });
    expect(await revisions()).toEqual(before);
    expect((await back(created?.seq, "", { "If-Match": '"x"' })).status).toBe(412);
  });

  it("with dry_run answers with the difference and writes nothing", async () => {
    const [deleted, , created] = await aHistory();
    const undeleted = await (await back(created?.seq, "?dry_run=true")).json<Record<string, unknown>>();
    expect(undeleted).toMatchObject({
      from: deleted,
      to: created,
      patch: { metadata: { created_by: "alice" } },
    });
    expect(await revisions()).toHaveLength(3);

    await api("PUT", ONE, { token: bob, body: anAsset("one", { sha512: OTHER_SHA512 }) });
    const changed = await back(created?.seq, "?dry_run=true");
    expect(changed.headers.get("X-Unchanged")).toBeNull();
    expect((await changed.json<{ lines: string[] }>()).lines).toEqual([
      `- sha512: "${OTHER_SHA512}"`,
      `+ sha512: "${SHA512}"`,
      '- metadata.created_by: "bob"',
      '+ metadata.created_by: "alice"',
      '+ headers.Authorization: "s3cret"',
    ]);
    expect((await back(created?.seq, "?dry_run=true", { "If-Match": '"x"' })).status).toBe(412);
    expect((await back(created?.seq, "?dry_run=yes")).status).toBe(400);
    expect(await revisions()).toHaveLength(4);

    await back(created?.seq);
    const same = await back(created?.seq, "?dry_run=true");
    expect([same.headers.get("X-Unchanged"), await same.json()]).toMatchObject([
      "true",
      { patch: {}, lines: [] },
    ]);
  });
});

describe("a seq that no commit has had", () => {
  it.each(["?at=2000", "/diff?from=2000", "/diff?to=2000", "/diff?from=1&to=2000", "/revisions/2000"])(
    "is 404 with the newest revision of the asset for %s",
    async (path) => {
      const [newest] = await aHistory();
      const answer = await api("GET", `${EDGE}${path}`, { token: viewer });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        {
          message: `no revision 2000 of asset one in namespace default; the newest is ${newest?.seq}`,
          code: 2,
        },
      ]);
    },
  );

  it("is not one of a commit to another asset, at which an asset is what it was", async () => {
    const [, updated, created] = await aHistory();
    await api("POST", ASSETS, { token: alice, body: anAsset("one") });
    await api("POST", ASSETS, { token: alice, body: anAsset("other") });
    const [latest] = await (
      await api("GET", `${ASSETS.replace("core/v2", "edge/v1")}/other/revisions`, { token: viewer })
    ).json<Shown[]>();
    expect((await api("GET", `${EDGE}?at=${latest?.seq}`, { token: viewer })).status).toBe(200);
    expect(
      (await api("GET", `${EDGE}/diff?from=${created?.seq}&to=${latest?.seq}`, { token: viewer })).status,
    ).toBe(200);
    expect(updated?.seq).toBeLessThan(latest?.seq ?? 0);
  });
});
