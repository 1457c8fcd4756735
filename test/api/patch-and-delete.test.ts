import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512, servedAsset, SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const token = await tokenFor(["edit@*"], { name: "alice" });
const ONE = `${ASSETS}/one`;
const MERGE = { "Content-Type": "application/merge-patch+json" };

beforeEach(async () => {
  await freshStorage();
  await api("PUT", ONE, { token, body: anAsset("one", { headers: { A: "1", B: "2" }, filters: ["true"] }) });
});

async function current(): Promise<{ etag: string; body: string }> {
  const got = await api("GET", ONE, { token });
  return { etag: got.headers.get("ETag") ?? "", body: await got.text() };
}

describe("PATCH of an asset", () => {
  it("answers 200 with the whole asset and its tag, as the caller's", async () => {
    const bob = await tokenFor(["edit@default"], { name: "bob" });
    const body = { metadata: { labels: { env: "prod" }, created_by: "mallory" } };
    const patched = await api("PATCH", ONE, { token: bob, body, headers: MERGE });
    const text = await patched.text();
    expect(patched.status).toBe(200);
    expect(patched.headers.get("Content-Type")).toBe("application/json");
    expect(JSON.parse(text).metadata).toEqual({
      name: "one",
      namespace: "default",
      labels: { env: "prod" },
      created_by: "bob",
    });
    expect(await current()).toEqual({ etag: patched.headers.get("ETag"), body: text });
  });

  it.each([
    ["null takes a member of a map away", { headers: { A: null } }, { headers: { B: "2" } }],
    ["null takes a whole member away", { headers: null, filters: null }, { headers: null, filters: null }],
    ["an empty list clears", { filters: [] }, { filters: null }],
    ["a list is replaced whole", { filters: ["a", "b"] }, { filters: ["a", "b"] }],
    ["a map is merged", { headers: { C: "3" } }, { headers: { A: "1", B: "2", C: "3" } }],
    ["names match in any letter case", { SHA512: OTHER_SHA512 }, { sha512: OTHER_SHA512 }],
    ["unknown members are dropped", { bogus: 1 }, {}],
  ])("%s", async (_, body, expected) => {
    const before: unknown = JSON.parse((await current()).body);
    const patched = await api("PATCH", ONE, { token, body, headers: MERGE });
    expect(patched.status).toBe(200);
    expect(await patched.json()).toEqual({ ...(before as object), ...expected });
  });

  it("writes nothing when nothing changes, whichever principal asks", async () => {
    const before = [await current(), await storedRows()];
    const bob = await tokenFor(["edit@default"], { name: "bob" });
    const patched = await api("PATCH", ONE, { token: bob, body: {}, headers: MERGE });
    expect(patched.status).toBe(200);
    expect([await current(), await storedRows()]).toEqual(before);
  });

  it.each([
    ["", "unexpected end of JSON input"],
    ["null", "Invalid JSON Patch"],
    ["[]", "json: cannot unmarshal array into Go value of type handlers.body"],
    ['"x"', "json: cannot unmarshal string into Go value of type handlers.body"],
    ["hello", "invalid character 'h' looking for beginning of value"],
    ["{} x", "invalid character 'x' after top-level value"],
    ['{"url":5}', "json: cannot unmarshal number into Go struct field Asset.url of type string"],
    [
      '{"metadata":{"labels":[]}}',
      "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
    ],
    [
      '{"metadata":{"namespace":"other"}}',
      "the namespace of the resource (other) does not match the namespace in the URI (default)",
    ],
    [
      '{"metadata":{"name":"two"}}',
      "the name of the resource (two) does not match the name in the URI (one)",
    ],
    ['{"url":null}', "URL cannot be empty"],
    ['{"sha512":"abc"}', "SHA-512 checksum must be at least 128 characters"],
    ['{"filters":["a =="]}', "syntax error in expression 0: (anonymous): Line 1:5 Unexpected end of input"],
    ['{"headers":{"__proto__":"x"}}', "the member name headers.__proto__ is reserved and cannot be stored"],
  ])("answers 400 to %s and changes nothing", async (body, message) => {
    const before = await storedRows();
    const patched = await api("PATCH", ONE, { token, body, headers: MERGE });
    expect(patched.status).toBe(400);
    expect(await patched.json()).toEqual({ message, code: 1 });
    expect(await storedRows()).toBe(before);
  });

  it.each([
    [
      "application/json-patch+json",
      "JSON Patch is not supported yet. Allowed values: application/merge-patch+json",
    ],
    [
      "application/json",
      "invalid Content-Type header: application/json.  Allowed values: application/merge-patch+json",
    ],
  ])("refuses a body of type %s", async (type, message) => {
    const patched = await api("PATCH", ONE, { token, body: {}, headers: { "Content-Type": type } });
    expect(patched.status).toBe(400);
    expect(await patched.json()).toEqual({ message, code: 1 });
  });

  it.each([
    "application/x-www-form-urlencoded",
    "Application/Merge-Patch+JSON",
    "application/merge-patch+json; charset=utf-8",
  ])("takes a body of type %s", async (type) => {
    const headers = { "Content-Type": type };
    expect((await api("PATCH", ONE, { token, body: { headers: null }, headers })).status).toBe(200);
  });

  it("answers 404 to a missing asset, before any condition", async () => {
    const headers = { ...MERGE, "If-Match": "*" };
    const patched = await api("PATCH", `${ASSETS}/none`, { token, body: {}, headers });
    expect(patched.status).toBe(404);
    expect(await patched.json()).toEqual({ message: "not found", code: 2 });
  });

  it("lets exactly one of two hundred writers with the same tag win", async () => {
    const headers = { ...MERGE, "If-Match": (await current()).etag };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        api("PATCH", ONE, { token, body: { metadata: { labels: { writer: `${index}` } } }, headers }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(199);
    const { results } = await env.DB.prepare("SELECT action FROM revisions ORDER BY seq").all();
    expect(results).toEqual([{ action: "create" }, { action: "update" }]);
  });

  it("loses no change of 32 writers without conditions, and refuses none", async () => {
    const keys = Array.from({ length: 32 }, (_, index) => `writer-${String(index).padStart(2, "0")}`);
    const answers = await Promise.all(
      keys.map((key) =>
        api("PATCH", ONE, { token, body: { metadata: { labels: { [key]: key } } }, headers: MERGE }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    expect(Object.keys(JSON.parse((await current()).body).metadata.labels).sort()).toEqual(keys);
  });
});

describe("DELETE of an asset", () => {
  it("answers 204 without a body, and then 404", async () => {
    const deleted = await api("DELETE", ONE, { token });
    expect(deleted.status).toBe(204);
    expect(deleted.headers.get("Content-Type")).toBe("application/json");
    expect(await deleted.text()).toBe("");
    expect((await api("GET", ONE, { token })).status).toBe(404);
    const again = await api("DELETE", ONE, { token });
    expect(again.status).toBe(404);
    expect(await again.json()).toEqual({ message: "not found", code: 2 });
  });

  it("frees the name", async () => {
    await api("DELETE", ONE, { token });
    expect((await api("POST", ASSETS, { token, body: anAsset("one") })).status).toBe(200);
  });

  it.each(["team/asset", "Foo:1.0", "a.b_c-d", "CAPS"])(
    "works on the name %s, raw and encoded, as every method does",
    async (name) => {
      for (const path of [`${ASSETS}/${name}`, `${ASSETS}/${encodeURIComponent(name)}`]) {
        expect((await api("PUT", path, { token, body: anAsset(name) })).status).toBe(201);
        expect(
          (await api("PATCH", path, { token, body: { headers: { A: "b" } }, headers: MERGE })).status,
        ).toBe(200);
        expect((await api("HEAD", path, { token })).status).toBe(200);
        expect((await api("GET", path, { token })).status).toBe(200);
        expect((await api("DELETE", path, { token })).status).toBe(204);
      }
    },
  );
});

/** Conditions on an asset of this tag, and whether they hold (contract §2.11, T99-T107). */
const conditionsOn = (etag: string): [string, Record<string, string>, boolean][] => [
  ["no condition", {}, true],
  ["a blank condition", { "If-Match": " " }, true],
  ["the current tag", { "If-Match": etag }, true],
  ["a list with the current tag", { "If-Match": `"x", ${etag}` }, true],
  ["any", { "If-Match": "*" }, true],
  ["another tag", { "If-Match": '"other"' }, false],
  ["the current tag without quotes", { "If-Match": etag.replaceAll('"', "") }, false],
  ["the current tag, weak", { "If-Match": `W/${etag}` }, false],
  ["none of the current tag", { "If-None-Match": etag }, false],
  ["none of the current tag, weak", { "If-None-Match": `W/${etag}` }, false],
  ["none", { "If-None-Match": "*" }, false],
  ["none of another tag", { "If-None-Match": '"other"' }, true],
  ["both, one of which fails", { "If-Match": etag, "If-None-Match": etag }, false],
];

describe("conditions", () => {
  it.each(["PUT", "PATCH", "DELETE"])("hold on %s as contract §2.11 says", async (method) => {
    const body = method === "PUT" ? anAsset("one", { sha512: OTHER_SHA512 }) : { sha512: OTHER_SHA512 };
    for (let index = 0; index < conditionsOn("").length; index += 1) {
      await api("PUT", ONE, { token, body: anAsset("one") });
      const { etag } = await current();
      const [what, condition, holds] = conditionsOn(etag)[index] ?? ["", {}, false];
      const sent = method === "DELETE" ? {} : { body };
      const answer = await api(method, ONE, { token, ...sent, headers: { ...MERGE, ...condition } });
      expect([what, answer.status < 300]).toEqual([what, holds]);
      if (holds) continue;
      expect([what, answer.status, await answer.json()]).toEqual([
        what,
        412,
        { message: "at least one condition failed for the asset one", code: 7 },
      ]);
      expect(await current()).toEqual({ etag, body: servedAsset("one", "alice") });
    }
  });

  it("let PUT create only where there is nothing, and replace only where there is something", async () => {
    const two = { token, body: anAsset("two") };
    const put = (headers: Record<string, string>) => api("PUT", `${ASSETS}/two`, { ...two, headers });
    expect((await put({ "If-Match": "*" })).status).toBe(412);
    expect((await put({ "If-None-Match": "*" })).status).toBe(201);
    expect((await put({ "If-None-Match": "*" })).status).toBe(412);
    expect((await put({ "If-Match": "*" })).status).toBe(201);
  });

  it("answer 304 to a GET of what the client has, for items and lists, without a body", async () => {
    for (const path of [ONE, ASSETS, `${ASSETS}?limit=1`, "/api/core/v2/assets"]) {
      const got = await api("GET", path, { token });
      const etag = got.headers.get("ETag") ?? "";
      expect(etag).toMatch(/^"[0-9a-f]{16}"$/);
      for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
        const again = await api("GET", path, { token, headers: { "If-None-Match": tag } });
        expect(again.status).toBe(304);
        expect(again.headers.get("ETag")).toBe(etag);
        expect(again.headers.get("Cache-Control")).toBe("private, no-cache");
        expect(await again.text()).toBe("");
      }
      expect((await api("GET", path, { token, headers: { "If-None-Match": '"x"' } })).status).toBe(200);
    }
  });

  it("give a list the same tag for the same bytes, also after a change and back, and another after a change", async () => {
    const tag = async () => (await api("GET", ASSETS, { token })).headers.get("ETag");
    const before = await tag();
    await api("PUT", `${ASSETS}/two`, { token, body: anAsset("two", { sha512: SHA512 }) });
    expect(await tag()).not.toBe(before);
    await api("DELETE", `${ASSETS}/two`, { token });
    expect(await tag()).toBe(before);
  });
});
