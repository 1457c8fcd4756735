import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512, SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@default"]);
const agent = await tokenFor(["view@default"]);
const EDGE = "/api/edge/v1/namespaces/default/assets/tool";

const LINUX = {
  url: "https://e/linux-{{ .labels.region }}.tar.gz",
  sha512: SHA512,
  filters: ["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"],
  headers: { "X-Hops": "a, b", "X-Quote": "it's" },
};
const WINDOWS = {
  url: "https://e/windows.zip",
  sha512: OTHER_SHA512,
  filters: { "entity.system.os": "windows" },
};

beforeEach(async () => {
  await freshStorage();
  const body = anAsset("tool", { builds: [LINUX, WINDOWS] });
  expect((await api("PUT", `${ASSETS}/tool`, { token: editor, body })).status).toBe(201);
});

const resolve = (query: string, headers: Record<string, string> = {}) =>
  api("GET", `${EDGE}/resolve?${query}`, { token: agent, headers });

describe("resolve", () => {
  it("answers with the one build for this machine", async () => {
    const answer = await resolve("os=windows&arch=amd64");
    expect(answer.status).toBe(200);
    const asset = await api("GET", `${ASSETS}/tool`, { token: agent });
    expect(await answer.json()).toEqual({
      url: "https://e/windows.zip",
      sha512: OTHER_SHA512,
      headers: null,
      build: 1,
      unresolved: [],
      etag: asset.headers.get("ETag"),
    });
  });

  it("fills in tokens from the facts, and names those it cannot fill", async () => {
    const filled = await (
      await resolve("os=linux&arch=amd64&labels.region=eu")
    ).json<{ url: string; unresolved: unknown[] }>();
    expect([filled.url, filled.unresolved]).toEqual(["https://e/linux-eu.tar.gz", []]);
    const open = await (await resolve("os=linux&arch=amd64")).json<{ url: string; unresolved: unknown[] }>();
    expect(open.url).toBe(LINUX.url);
    expect(open.unresolved).toEqual([{ kind: "missing", token: ".labels.region", where: "url" }]);
  });

  it.each([
    ["a flat entity", { name: "a", labels: { region: "eu" }, system: { os: "linux", arch: "amd64" } }],
    [
      "an entity as Sensu serves it",
      { metadata: { name: "a", labels: { region: "eu" } }, system: { os: "linux", arch: "amd64" } },
    ],
    [
      "a wrapped entity",
      {
        type: "Entity",
        api_version: "core/v2",
        metadata: { name: "a", labels: { region: "eu" } },
        spec: { system: { os: "linux", arch: "amd64" } },
      },
    ],
  ])("takes %s by POST", async (_, body) => {
    const answer = await api("POST", `${EDGE}/resolve`, { token: agent, body });
    expect(await answer.json()).toMatchObject({ build: 0, url: "https://e/linux-eu.tar.gz" });
  });

  it("says in the reasons which facts were not given", async () => {
    const answer = await resolve("arch=arm64");
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining("build 0: entity.system.os == 'linux' is false (os was not given)"),
    });
  });

  it("answers 404 with the reasons where nothing matches", async () => {
    const answer = await resolve("os=darwin&arch=arm64");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      code: 2,
      message:
        "no build of tool matches this machine: build 0: entity.system.os == 'linux' is false; " +
        "build 1: entity.system.os == 'windows' is false",
    });
  });

  it("explains on request, also where nothing matches", async () => {
    const answer = await resolve("os=windows&arch=amd64&explain=true");
    expect(await answer.json()).toMatchObject({
      build: 1,
      explain: [
        { index: 0, matches: false, filters: [{ filter: LINUX.filters[0], verdict: { value: false } }] },
        {
          index: 1,
          matches: true,
          filters: [{ filter: "entity.system.os == 'windows'", verdict: { value: true } }],
        },
      ],
    });
    const first = await resolve("os=linux&arch=amd64&explain=true");
    expect(await first.json()).toMatchObject({
      build: 0,
      explain: [
        { index: 0, matches: true },
        { index: 1, matches: false, filters: [{ verdict: { value: false } }] },
      ],
    });
    const none = await resolve("os=darwin&explain=true");
    expect(none.status).toBe(404);
    expect(await none.json()).toMatchObject({ code: 2, explain: [{ matches: false }, { matches: false }] });
  });

  it("stops at a filter that fails, as agents do, and says so", async () => {
    const body = anAsset("tool", { builds: [{ ...WINDOWS, filters: ["foo == 1"] }, WINDOWS] });
    await api("PUT", `${ASSETS}/tool`, { token: editor, body });
    const answer = await resolve("os=windows");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      message:
        "no build of tool matches this machine: build 0: foo == 1 fails: ReferenceError: 'foo' is not defined",
    });
    expect(await (await resolve("os=windows&rule=most-specific")).json()).toMatchObject({ build: 1 });
  });

  it("speaks to shells: quoted lines, headers split as agents split them", async () => {
    const answer = await resolve("os=linux&arch=amd64&labels.region=e'u&format=env");
    expect(answer.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    const etag = (await api("GET", `${ASSETS}/tool`, { token: agent })).headers.get("ETag");
    expect(await answer.text()).toBe(
      [
        `ASSET_URL='https://e/linux-e'\\''u.tar.gz'`,
        `ASSET_SHA512='${SHA512}'`,
        "ASSET_BUILD='0'",
        `ASSET_ETAG='${etag}'`,
        "ASSET_UNRESOLVED=''",
        "ASSET_HEADERS='3'",
        "ASSET_HEADER_0='X-Hops: a'",
        "ASSET_HEADER_1='X-Hops: b'",
        "ASSET_HEADER_2='X-Quote: it'\\''s'",
        "",
      ].join("\n"),
    );
  });

  it("costs one 304 while neither the asset nor the machine changes", async () => {
    for (const format of ["", "&format=env"]) {
      const first = await resolve(`os=windows${format}`);
      const etag = first.headers.get("ETag") ?? "";
      const again = await resolve(`os=windows${format}`, { "If-None-Match": etag });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    }
    const etag = (await resolve("os=windows")).headers.get("ETag") ?? "";
    const merge = { "Content-Type": "application/merge-patch+json" };
    await api("PATCH", `${ASSETS}/tool`, { token: editor, body: { headers: { A: "b" } }, headers: merge });
    const headers = { "If-None-Match": etag, "Cache-Control": "no-cache" };
    expect((await resolve("os=windows", headers)).status).toBe(200);
  });

  it("answers a POST with a tag for each form, and never with 304", async () => {
    const body = { system: { os: "windows" } };
    const ask = (query: string, headers = {}) =>
      api("POST", `${EDGE}/resolve?${query}`, { token: agent, body, headers });
    const tags = new Set<string | null>();
    for (const query of ["", "explain=true", "format=env", "explain=true&format=env"]) {
      const etag = (await ask(query)).headers.get("ETag") ?? "";
      tags.add(etag);
      expect((await ask(query, { "If-None-Match": etag })).status).toBe(200);
    }
    expect(tags.size).toBe(4);
  });

  it("redirects to the archive with its digest", async () => {
    const answer = await api("GET", `${EDGE}/download?os=windows`, { token: agent });
    expect([answer.status, await answer.clone().text()]).toEqual([302, ""]);
    expect(answer.headers.get("Location")).toBe("https://e/windows.zip");
    expect(answer.headers.get("X-Asset-Sha512")).toBe(OTHER_SHA512);
    expect(answer.headers.get("Digest")).toBe(`sha-512=${btoa("\x0f".repeat(64))}`);
    const open = await api("GET", `${EDGE}/download?os=linux&arch=amd64`, { token: agent });
    expect(open.status).toBe(400);
    expect(await open.json()).toEqual({
      message: "the facts do not fill these tokens of the asset: url: {{ .labels.region }}",
      code: 1,
    });
  });

  it("redirects to a url that a header can hold, whatever the facts hold", async () => {
    const query = "os=linux&arch=amd64&labels.region=a%0Ab%00%E2%9C%93";
    const answer = await api("GET", `${EDGE}/download?${query}`, { token: agent });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("Location")).toBe("https://e/linux-ab%00%E2%9C%93.tar.gz");
  });

  it("answers 400 when the facts make no url", async () => {
    const body = anAsset("tool", { url: "{{ .labels.url }}" });
    await api("PUT", `${ASSETS}/tool`, { token: editor, body });
    const answer = await api("GET", `${EDGE}/download?labels.url=x`, { token: agent });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ message: "URL must be HTTP or HTTPS", code: 1 });
  });

  it.each([
    ["kernel=6", 'unknown parameter "kernel"; this route has os, arch, '],
    ["osx=linux", 'unknown parameter "osx"; did you mean os?'],
    ["os=linux&os=windows", "the parameter os is repeated; send it once"],
    ["os=linux&explain=yes", 'invalid explain "yes": use true or false'],
    ["os=linux&format=wat", 'invalid format "wat": use json or env'],
    ["arm_version=seven", "invalid arm_version"],
    ["os=linux&rule=best", 'invalid rule "best"'],
  ])("answers 400 to %s", async (query, message) => {
    const answer = await resolve(query);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ message: expect.stringContaining(message), code: 1 });
  });

  it("answers 404 for an asset that is not there, and 400 to facts that are none", async () => {
    expect(
      (await api("GET", "/api/edge/v1/namespaces/default/assets/none/resolve?os=linux", { token: agent }))
        .status,
    ).toBe(404);
    expect((await api("POST", `${EDGE}/resolve`, { token: agent, body: [] })).status).toBe(400);
  });
});

describe("the matrix", () => {
  it("shows which build each platform gets", async () => {
    const answer = await api("GET", `${EDGE}/matrix`, { token: agent });
    const { platforms } = await answer.json<{
      platforms: { platform: string; build: number | null; reason: string | null }[];
    }>();
    const of = (name: string) => platforms.find(({ platform }) => platform === name);
    expect(of("ubuntu-22.04-amd64")).toMatchObject({ build: 0 });
    expect(of("windows-2022-amd64")).toMatchObject({ build: 1 });
    expect(of("macos-15-arm64")).toMatchObject({
      build: null,
      reason: "build 1: entity.system.os == 'windows' is false",
    });
  });

  it("is an aligned table for people", async () => {
    const answer = await api("GET", `${EDGE}/matrix?format=text`, { token: agent });
    const [head = "", first = ""] = (await answer.text()).split("\n");
    expect(head).toMatch(/^PLATFORM +OS +ARCH +BUILD +ARCHIVE$/);
    expect(first.indexOf("linux")).toBe(head.indexOf("OS"));
  });
});

describe("lint", () => {
  const wrong = anAsset("bad", {
    url: "http://e/a",
    sha512: SHA512.toUpperCase(),
    filters: ["entity.system.arch = 'armv7'"],
  });

  it("names what is legal and yet wrong, and what to do", async () => {
    const answer = await api("POST", "/api/edge/v1/lint", { token: agent, body: wrong });
    const { name, warnings } = await answer.json<{
      name: string;
      warnings: { rule: string; where: string; message: string }[];
    }>();
    expect(name).toBe("bad");
    expect(warnings.map(({ rule, where }) => [rule, where])).toEqual(
      expect.arrayContaining([
        ["assignment", "filters.0"],
        ["digest-case", "sha512"],
        ["plain-http", "url"],
      ]),
    );
  });

  it("counts its findings in a header of every write, never in a body", async () => {
    const put = await api("PUT", `${ASSETS}/bad`, { token: editor, body: wrong });
    expect([put.status, await put.text()]).toEqual([201, ""]);
    expect(Number(put.headers.get("X-Lint-Warnings"))).toBeGreaterThan(2);
    const good = await api("PUT", `${ASSETS}/good`, { token: editor, body: anAsset("good") });
    expect(good.headers.get("X-Lint-Warnings")).toBe("0");
  });

  it("refuses under strict, on every kind of write, and stores nothing", async () => {
    const put = await api("PUT", `${ASSETS}/bad?strict=true`, { token: editor, body: wrong });
    expect(put.status).toBe(400);
    expect(await put.json()).toMatchObject({
      message: expect.stringMatching(/^lint: filters\.0: /),
      code: 1,
    });
    expect((await api("POST", `${ASSETS}?strict=true`, { token: editor, body: wrong })).status).toBe(400);
    const patch = await api("PATCH", `${ASSETS}/tool?strict=true`, {
      token: editor,
      body: { builds: null, url: "http://e/x", sha512: SHA512 },
    });
    expect(patch.status).toBe(400);
    expect((await api("GET", `${ASSETS}/bad`, { token: editor })).status).toBe(404);
    expect(
      (await api("PUT", `${ASSETS}/good?strict=true`, { token: editor, body: anAsset("good") })).status,
    ).toBe(201);
  });
});

describe("work past the budget of a request", () => {
  const LONG = (number: number) => `for (var i = ${number}; i < ${number + 700}; i++); false`;
  const exhausting = anAsset("slow", {
    builds: Array.from({ length: 100 }, (_, index) => ({ ...WINDOWS, filters: [LONG(index * 1_000)] })),
  });
  const SLOW = "/api/edge/v1/namespaces/default/assets/slow";
  const named = {
    message: expect.stringContaining("200000 evaluation steps, the budget of one request"),
    code: 1,
  };

  beforeEach(async () => {
    const put = await api("PUT", `${ASSETS}/slow`, { token: editor, body: exhausting });
    expect([put.status, put.headers.get("X-Lint-Warnings")]).toEqual([201, expect.stringMatching(/^[1-9]/)]);
  });

  it.each([
    ["a resolution", "GET", `${SLOW}/resolve?os=linux`],
    ["an explanation", "GET", `${SLOW}/resolve?os=linux&explain=true`],
    ["a resolution by the rule of 7.x", "GET", `${SLOW}/resolve?os=linux&rule=most-specific`],
    ["a download", "GET", `${SLOW}/download?os=linux`],
    ["a matrix", "GET", `${SLOW}/matrix`],
  ])("is 400 for %s and names the budget", async (_, method, path) => {
    const answer = await api(method, path, { token: agent });
    expect([answer.status, await answer.json()]).toEqual([400, named]);
  });

  it("is a finding of a lint, which strict refuses", async () => {
    const lint = await api("POST", "/api/edge/v1/lint", { token: agent, body: exhausting });
    const { warnings } = await lint.json<{ warnings: { rule: string }[] }>();
    expect(warnings.at(-1)).toMatchObject({ rule: "budget", where: "builds" });
    const strict = await api("PUT", `${ASSETS}/slow?strict=true`, { token: editor, body: exhausting });
    expect(strict.status).toBe(400);
  });
});

describe("facts", () => {
  const post = (entity: unknown) => api("POST", `${EDGE}/resolve`, { token: agent, body: entity });
  const labels = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, "x"]));

  it("of more than 10,000 values are 413, and never make another build the answer", async () => {
    const builds = [
      { ...WINDOWS, filters: ["entity.labels.l1 == 'y'"] },
      { ...LINUX, filters: ["!entity.labels.l20001"] },
    ];
    await api("PUT", `${ASSETS}/tool`, { token: editor, body: anAsset("tool", { builds }) });
    for (const count of [10_001, 20_002]) {
      const answer = await post({ labels: labels(count), system: {} });
      expect([answer.status, await answer.json()]).toEqual([
        413,
        { message: expect.stringContaining("more than 10000 values"), code: 1 },
      ]);
    }
    expect((await post({ labels: labels(9_000), system: {} })).status).toBe(200);
  });

  it("as deep as a body may be are looked at", async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 900; level += 1) deep = { deep };
    expect((await post({ system: { os: "windows" }, deep })).status).toBe(200);
  });
});

describe("what an answer repeats", () => {
  it("is bounded for shells: each part of a header's value repeats its name", async () => {
    const headers = { [`X-${"a".repeat(10_000)}`]: ",".repeat(10_000) };
    const body = anAsset("tool", { builds: [{ ...WINDOWS, headers }] });
    await api("PUT", `${ASSETS}/tool`, { token: editor, body });
    const answer = await resolve("os=windows&format=env");
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { message: expect.stringContaining("too long for format=env"), code: 1 },
    ]);
    expect((await resolve("os=windows")).status).toBe(200);
  });

  it("is bounded for filters and errors in the reasons of a 404", async () => {
    const filters = [`var s='a';while(s.length<60000)s+=s;throw s;${" ".repeat(1_900)}`];
    const builds = Array.from({ length: 100 }, () => ({ ...WINDOWS, filters }));
    await api("PUT", `${ASSETS}/tool`, { token: editor, body: anAsset("tool", { builds }) });
    for (const rule of ["first", "most-specific"]) {
      const answer = await resolve(`os=windows&rule=${rule}&explain=true`);
      expect(answer.status).toBe(404);
      const { message, explain } = await answer.json<{ message: string; explain: unknown }>();
      expect(message.length).toBeLessThan(10_000);
      expect(JSON.stringify(explain).length).toBeLessThan(100 * 3_000);
    }
  });
});
