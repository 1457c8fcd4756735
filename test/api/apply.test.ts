import { beforeEach, describe, expect, it } from "vitest";
import type { Asset } from "../../src/definitions/schema.ts";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const editor = await tokenFor(["edit@default"], { name: "alice" });
const bob = await tokenFor(["edit@default"], { name: "bob" });

interface Shown {
  plan: string | null;
  seq: number;
  applied?: boolean;
  create: { name: string; lines: string[]; lint: unknown[] }[];
  update: { name: string; lines: string[]; patch: unknown }[];
  unchanged: string[];
  delete: { name: string }[];
}

beforeEach(async () => {
  await freshStorage();
  for (const name of ["keep", "change", "gone"])
    await api("POST", ASSETS, { token: editor, body: anAsset(name) });
});

const SET: Asset[] = [
  anAsset("keep"),
  anAsset("change", { sha512: OTHER_SHA512 }),
  anAsset("fresh", { url: "http://e/x" }),
];

async function plan(set: unknown, query = "", token = editor): Promise<Shown> {
  const answer = await api("POST", `${EDGE}/plan${query}`, { token, body: set });
  expect(answer.status).toBe(200);
  return answer.json<Shown>();
}

const apply = (query: string, body?: unknown, token = editor) =>
  api("POST", `${EDGE}/apply${query}`, { token, ...(body === undefined ? {} : { body }) });

async function names(): Promise<string[]> {
  const list = await (await api("GET", ASSETS, { token: editor })).json<{ metadata: { name: string } }[]>();
  return list.map(({ metadata }) => metadata.name);
}

describe("a plan", () => {
  it("tells what a set would create, update and leave, with differences and lint, and writes nothing", async () => {
    const before = await storedRows();
    const shown = await plan(SET);
    expect(shown.create.map(({ name, lint }) => [name, lint.length])).toEqual([["fresh", 1]]);
    expect(shown.update).toEqual([
      {
        name: "change",
        lines: [expect.stringMatching(/^- sha512: /), `+ sha512: "${OTHER_SHA512}"`],
        patch: { sha512: OTHER_SHA512 },
        lint: [],
      },
    ]);
    expect([shown.unchanged, shown.delete]).toEqual([["keep"], []]);
    expect(shown.plan).toMatch(/^plan-/);
    expect(await storedRows()).toBe(before);
  });

  it("deletes what is not in the set only when asked to prune", async () => {
    expect((await plan(SET, "?prune=true")).delete.map(({ name }) => name)).toEqual(["gone"]);
  });

  it("of what is there already has nothing to do, whoever wrote it", async () => {
    const shown = await plan([anAsset("keep"), anAsset("change")], "", bob);
    expect(shown).toMatchObject({ plan: null, create: [], update: [], unchanged: ["keep", "change"] });
  });

  it.each([
    ["an array", JSON.stringify(SET)],
    ["one definition a line", SET.map((asset) => JSON.stringify(asset)).join("\n")],
    [
      "wrapped definitions, one a line",
      SET.map(({ metadata, ...spec }) =>
        JSON.stringify({ type: "Asset", api_version: "core/v2", metadata, spec }),
      ).join("\n"),
    ],
  ])("takes %s", async (_, body) => {
    const shown = await plan(body);
    expect([shown.create.length, shown.update.length, shown.unchanged.length]).toEqual([1, 1, 1]);
  });

  it("takes one definition over several lines", async () => {
    expect((await plan(JSON.stringify(anAsset("fresh"), null, 2))).create).toHaveLength(1);
  });

  it.each([
    [
      [anAsset("a"), anAsset("a", { sha512: OTHER_SHA512 })],
      expect.stringMatching(/^definition 1: a is definition 0 too, and they differ: - sha512: /),
    ],
    [
      [anAsset("a"), { url: 5 }],
      "definition 1: json: cannot unmarshal number into Go struct field Asset.url of type string; url is the number 5, not text: put what the file says in quotes",
    ],
    [
      [anAsset("a", { metadata: { labels: { critical: true } } } as object)],
      "definition 0: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string; metadata.labels.critical is true, not text: write 'true', in quotes",
    ],
    [
      [
        {
          type: "Asset",
          spec: { builds: [{ url: "https://e", headers: { "X-A": 1 } }] },
          metadata: { name: "a" },
        },
      ],
      expect.stringContaining('; spec.builds[0].headers["X-A"] is the number 1, not text: '),
    ],
    [
      [anAsset("a b")],
      "definition 0: name may only contain letters, forward slashes, underscores, dashes and numbers",
    ],
    [
      [anAsset("a", { sha512: "x" })],
      "definition a: resource is invalid: SHA-512 checksum must be at least 128 characters",
    ],
    [
      [anAsset("a", {}, "other")],
      "definition a: the namespace of the resource (other) does not match the namespace of the URI (default)",
    ],
    [[], "the set is empty; send definitions, or prune=true to mean it"],
    [
      Array.from({ length: 1_001 }, (_, index) => anAsset(`a${index}`)),
      "a set cannot hold more than 1000 definitions",
    ],
    ["{} {", "invalid character '{' after top-level value"],
  ])("refuses a bad set and says which definition is wrong", async (set, message) => {
    const answer = await api("POST", `${EDGE}/plan`, { token: editor, body: set });
    expect(await answer.json()).toEqual({ message, code: 1 });
    expect(answer.status).toBe(400);
  });

  it("is for those who may write every name in it", async () => {
    const narrow = await tokenFor(["edit@default/keep*"]);
    expect((await api("POST", `${EDGE}/plan`, { token: narrow, body: SET })).status).toBe(403);
    const shown = await plan([anAsset("keep")], "?prune=true", narrow);
    expect(shown.delete).toEqual([]);
    const nowhere = await api("POST", "/api/edge/v1/namespaces/nope/plan", {
      token: await tokenFor(["edit@*"]),
      body: [anAsset("a", {}, "nope")],
    });
    expect([nowhere.status, await nowhere.json()]).toEqual([
      404,
      { message: "the namespace nope does not exist", code: 2 },
    ]);
  });
});

describe("apply", () => {
  it("does what a plan says, as commits in history, and a second plan finds nothing to do", async () => {
    const { plan: id } = await plan(SET, "?prune=true");
    const answer = await apply(`?plan=${id}&reason=release`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ applied: true, unchanged: ["keep"] });
    expect(await names()).toEqual(["change", "fresh", "keep"]);
    expect(await plan(SET, "?prune=true")).toMatchObject({ plan: null, create: [], update: [], delete: [] });
    const feed = await (
      await api("GET", "/api/edge/v1/changes?namespace=default", { token: editor })
    ).json<{
      changes: { name: string; action: string; reason: string | null }[];
    }>();
    expect(feed.changes.slice(3).map(({ name, action, reason }) => [name, action, reason])).toEqual([
      ["fresh", "create", "release"],
      ["change", "update", "release"],
      ["gone", "delete", "release"],
    ]);
  });

  it("does a set at once", async () => {
    const answer = await apply("", SET);
    expect(await answer.json()).toEqual({
      applied: true,
      last: expect.any(Number),
      create: ["fresh"],
      update: ["change"],
      unchanged: ["keep"],
      delete: [],
    });
    const viewer = await tokenFor(["view@default"]);
    const got = await api("GET", `${ASSETS}/change`, { token: viewer });
    expect(await got.json()).toMatchObject({ sha512: OTHER_SHA512 });
  });

  it("refuses a plan with 409 when something was written in between, and changes nothing", async () => {
    const { plan: id } = await plan(SET);
    await api("PUT", `${ASSETS}/other`, { token: editor, body: anAsset("other") });
    const before = await storedRows();
    const answer = await apply(`?plan=${id}`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 7, message: expect.stringContaining("plan again") });
    expect(await storedRows()).toBe(before);
  });

  it("refuses to delete many without being told how many", async () => {
    for (let index = 0; index < 12; index += 1)
      await api("POST", ASSETS, { token: editor, body: anAsset(`extra${index}`) });
    const refused = await apply("?prune=true", [anAsset("keep")]);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      message: "this would delete 14 of 15 assets; the limit is 3: say max_delete=14 if that is meant",
      code: 1,
    });
    expect((await apply("?prune=true&max-delete=14", [anAsset("keep")])).status).toBe(200);
    expect(await names()).toEqual(["keep"]);
  });

  it("with dry_run writes nothing", async () => {
    const before = await storedRows();
    expect(await (await apply("?dry_run=true", SET)).json()).toMatchObject({
      applied: false,
      unchanged: ["keep"],
    });
    const { plan: id } = await plan(SET);
    expect(await (await apply(`?plan=${id}&dry_run=true`)).json()).toMatchObject({ applied: false });
    expect(await storedRows()).toBe(before);
  });

  it("is 404 for a plan that is not there, or of another namespace", async () => {
    expect((await apply("?plan=plan-none")).status).toBe(404);
  });

  it("refuses findings under strict, and names the definition", async () => {
    const answer = await apply("?strict=true", SET);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      message: expect.stringMatching(/^definition fresh: lint: url: /),
    });
  });

  it("writes a thousand definitions in one call, readable at once", async () => {
    const set = Array.from({ length: 1_000 }, (_, index) =>
      anAsset(`bulk/${index}`, { filters: { "entity.system.os": "linux" } }),
    );
    const answer = await apply("", set);
    expect(answer.status).toBe(200);
    expect(await (await api("GET", `${ASSETS}?limit=0`, { token: editor })).json()).toHaveLength(1_003);
    const asGo = await api("GET", `${ASSETS}/bulk/7`, {
      token: editor,
      headers: { "User-Agent": "sensuctl/6" },
    });
    expect(await asGo.json()).toMatchObject({ filters: ["entity.system.os == 'linux'"] });
  });

  it("lets one of two applies of the same plan win, and loses nothing of two sets at once", async () => {
    const { plan: id } = await plan(SET);
    const twice = await Promise.all([apply(`?plan=${id}`), apply(`?plan=${id}`)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
    const both = await Promise.all([apply("", [anAsset("one")]), apply("", [anAsset("two")])]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await names()).toEqual(["change", "fresh", "gone", "keep", "one", "two"]);
  });
});
