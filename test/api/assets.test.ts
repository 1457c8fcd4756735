import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512, servedAsset, SHA512 } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const editor = await tokenFor(["edit@*"]);

beforeEach(freshStorage);

async function textOf(path: string, token = editor): Promise<string> {
  return (await api("GET", path, { token })).text();
}

describe("POST of an asset", () => {
  it("answers 200 with an empty body, a Location and an ETag, and the asset is there", async () => {
    const created = await api("POST", ASSETS, { token: editor, body: anAsset("one") });
    expect(created.status).toBe(200);
    expect(await created.text()).toBe("");
    expect(created.headers.get("Content-Type")).toBe("application/json");
    expect(created.headers.get("Location")).toBe(`${ASSETS}/one`);
    const got = await api("GET", `${ASSETS}/one`, { token: editor });
    expect(got.status).toBe(200);
    expect(got.headers.get("Content-Type")).toBe("application/json");
    expect(got.headers.get("Cache-Control")).toBe("private, no-cache");
    expect(got.headers.get("ETag")).toMatch(/^"[0-9a-f]{16}"$/);
    expect(got.headers.get("ETag")).toBe(created.headers.get("ETag"));
    expect(await got.text()).toBe(servedAsset("one"));
  });

  it("answers 409 code 3 to a name that is taken, and leaves the asset as it was", async () => {
    await api("POST", ASSETS, { token: editor, body: anAsset("one") });
    const again = await api("POST", ASSETS, {
      token: editor,
      body: anAsset("one", { sha512: OTHER_SHA512 }),
    });
    expect(again.status).toBe(409);
    expect(await again.text()).toBe('{"message":"resource already exists","code":3}');
    expect(await textOf(`${ASSETS}/one`)).toBe(servedAsset("one"));
  });

  it("gives one of many writers of the same name 200 and the others 409", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api("POST", ASSETS, { token: editor, body: anAsset("one") })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 409),
    ]);
  });

  it("answers with the stored asset for Prefer: return=representation", async () => {
    const headers = { Prefer: "respond-async, return=representation" };
    const created = await api("POST", ASSETS, { token: editor, body: anAsset("one"), headers });
    expect(created.status).toBe(200);
    expect(created.headers.get("Preference-Applied")).toBe("return=representation");
    expect(await created.text()).toBe(servedAsset("one"));
  });

  it("is 403 for a name outside the glob of the grant, and 200 inside it", async () => {
    const token = await tokenFor(["edit@default/team/*"]);
    const outside = await api("POST", ASSETS, { token, body: anAsset("other") });
    expect(outside.status).toBe(403);
    const inside = await api("POST", ASSETS, { token, body: anAsset("team/tool") });
    expect(inside.status).toBe(200);
    expect(inside.headers.get("Location")).toBe(`${ASSETS}/team%2Ftool`);
  });
});

describe("PUT of an asset", () => {
  it("answers 201 for create and for replace, each time with the ETag of what is stored", async () => {
    const created = await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
    const replaced = await api("PUT", `${ASSETS}/one`, {
      token: editor,
      body: anAsset("one", { url: "https://e/x" }),
    });
    const back = await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
    expect([created.status, replaced.status, back.status]).toEqual([201, 201, 201]);
    expect(await replaced.text()).toBe("");
    expect(replaced.headers.get("ETag")).not.toBe(created.headers.get("ETag"));
    expect(back.headers.get("ETag")).toBe(created.headers.get("ETag"));
  });

  it("replaces the whole: what the body leaves out becomes empty", async () => {
    const full = anAsset("one", { filters: ["a"], headers: { A: "b" }, metadata: { labels: { x: "y" } } });
    await api("PUT", `${ASSETS}/one`, { token: editor, body: full });
    await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one") });
    expect(await textOf(`${ASSETS}/one`)).toBe(servedAsset("one"));
  });

  it("takes a missing namespace and name from the URL", async () => {
    const { url, sha512 } = anAsset("one");
    const put = await api("PUT", `${ASSETS}/one`, { token: editor, body: { url, sha512 } });
    expect(put.status).toBe(201);
    expect(await textOf(`${ASSETS}/one`)).toBe(servedAsset("one"));
  });

  it.each([
    [
      { namespace: "other" },
      "the namespace of the resource (other) does not match the namespace of the URI (default)",
    ],
    [{ name: "two" }, "the name of the resource (two) does not match the name of the URI (one)"],
    [{ name: "" }, "the name of the resource () does not match the name of the URI (one)"],
    [
      { name: "two", namespace: "other" },
      "the namespace of the resource (other) does not match the namespace of the URI (default)",
    ],
  ])("answers 400 where the body says %j and the URL something else (V21-V23)", async (metadata, message) => {
    const put = await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { metadata }) });
    expect(put.status).toBe(400);
    expect(await put.json()).toEqual({ message, code: 1 });
  });

  it("stores the caller as created_by, whatever the body says", async () => {
    const body = anAsset("one", { metadata: { created_by: "mallory" } });
    await api("PUT", `${ASSETS}/one`, { token: await tokenFor(["edit@default"], { name: "alice" }), body });
    expect(await textOf(`${ASSETS}/one`)).toBe(servedAsset("one", "alice"));
  });

  it("answers 404 code 2 for a namespace that does not exist", async () => {
    const put = await api("PUT", "/api/core/v2/namespaces/nope/assets/one", {
      token: editor,
      body: anAsset("one", {}, "nope"),
    });
    expect(put.status).toBe(404);
    expect(await put.json()).toEqual({ message: "the namespace nope does not exist", code: 2 });
  });

  it("accepts the wrapped form of sensuctl dump", async () => {
    const { metadata, ...spec } = anAsset("one");
    const body = { type: "Asset", api_version: "core/v2", metadata, spec };
    expect((await api("PUT", `${ASSETS}/one`, { token: editor, body })).status).toBe(201);
    expect(await textOf(`${ASSETS}/one`)).toBe(servedAsset("one"));
  });

  it("refuses a wrapped resource that is no asset", async () => {
    const body = { type: "Check", api_version: "core/v2", metadata: { name: "one" }, spec: {} };
    const put = await api("PUT", `${ASSETS}/one`, { token: editor, body });
    expect(put.status).toBe(400);
    expect(await put.json()).toEqual({
      message: 'a wrapped resource must be type Asset, api_version core/v2; this is "Check", "core/v2"',
      code: 1,
    });
  });

  it.each([undefined, "application/x-www-form-urlencoded", "text/plain", "application/yaml", "json; ;;; ="])(
    "takes the body as JSON under the Content-Type %s",
    async (type) => {
      const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
      const put = await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one"), headers });
      expect(put.status).toBe(201);
    },
  );
});

describe("names", () => {
  it.each(["team/asset", "Team/asset_name:0.0.1", "a/b/c", "foo.tar.gz", "x".repeat(255)])(
    "%s works raw and percent-encoded alike",
    async (name) => {
      const encoded = `${ASSETS}/${encodeURIComponent(name)}`;
      expect((await api("PUT", `${ASSETS}/${name}`, { token: editor, body: anAsset(name) })).status).toBe(
        201,
      );
      expect(await textOf(encoded)).toBe(servedAsset(name));
      expect(await textOf(encoded.replaceAll("%2F", "%2f"))).toBe(servedAsset(name));
      expect((await api("PUT", encoded, { token: editor, body: anAsset(name) })).status).toBe(201);
    },
  );

  it("is decoded once: %252F is a percent sign in a name, which no name may have", async () => {
    const put = await api("PUT", `${ASSETS}/team%252Fasset`, { token: editor, body: anAsset("team/asset") });
    expect(await put.json()).toEqual({
      message: "the name of the resource (team/asset) does not match the name of the URI (team%2Fasset)",
      code: 1,
    });
  });

  it("may end in a slash only where it is encoded", async () => {
    expect((await api("PUT", `${ASSETS}/foo%2F`, { token: editor, body: anAsset("foo/") })).status).toBe(201);
    expect(await textOf(`${ASSETS}/foo%2F`)).toBe(servedAsset("foo/"));
    expect((await api("GET", `${ASSETS}/foo/`, { token: editor })).status).toBe(404);
  });
});

describe("map filters", () => {
  const filters = { "entity.system.os": "linux", "entity.system.arch": "amd64" };
  const asWritten = `"filters":{"entity.system.arch":"amd64","entity.system.os":"linux"}`;
  const expressions = `"filters":["entity.system.arch == 'amd64'","entity.system.os == 'linux'"]`;

  beforeEach(async () => {
    const put = await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { filters }) });
    expect(put.status).toBe(201);
  });

  it("are served in the form they were written", async () => {
    const got = await api("GET", `${ASSETS}/one`, { token: editor, headers: { "User-Agent": "curl/8.0" } });
    expect(got.headers.get("Vary")).toBe("User-Agent");
    expect(await got.text()).toContain(asWritten);
  });

  it.each([
    "sensuctl/6.12.0",
    "go-resty v1.0 - https://github.com/go-resty/resty",
    "Go-http-client/1.1",
    "sensu-agent/6",
  ])("are served to %s as the equivalent list, with a tag of its own, in items and lists", async (agent) => {
    const headers = { "User-Agent": agent };
    const got = await api("GET", `${ASSETS}/one`, { token: editor, headers });
    const plain = await api("GET", `${ASSETS}/one`, { token: editor });
    expect(got.headers.get("Vary")).toBe("User-Agent");
    expect(got.headers.get("ETag")).not.toBe(plain.headers.get("ETag"));
    expect(await got.text()).toContain(expressions);
    const list = await api("GET", ASSETS, { token: editor, headers });
    expect(list.headers.get("Vary")).toBe("User-Agent");
    expect(await list.text()).toContain(expressions);
  });

  it("follow ?filters= before the User-Agent, and then do not vary", async () => {
    const headers = { "User-Agent": "sensuctl/6.12.0" };
    const written = await api("GET", `${ASSETS}/one?filters=as-written`, { token: editor, headers });
    expect(written.headers.get("Vary")).toBeNull();
    expect(await written.text()).toContain(asWritten);
    expect(await textOf(`${ASSETS}/one?filters=expressions`)).toContain(expressions);
    const bad = await api("GET", `${ASSETS}/one?filters=both`, { token: editor });
    expect(await bad.json()).toEqual({
      message: 'invalid filters "both": use expressions or as-written',
      code: 1,
    });
  });

  it.each([
    ["POST", ASSETS],
    ["PUT", `${ASSETS}/odd`],
  ])("store nothing when %s asks for a form that there is not", async (method, path) => {
    const before = await storedRows();
    const refused = await api(method, `${path}?filters=both`, { token: editor, body: anAsset("odd") });
    expect(refused.status).toBe(400);
    expect(await storedRows()).toBe(before);
  });

  it("have the same bytes and tag as an asset written with the equivalent list", async () => {
    const agent = { "User-Agent": "sensuctl/6.12.0" };
    const map = await api("GET", `${ASSETS}/one`, { token: editor, headers: agent });
    const list = ["entity.system.arch == 'amd64'", "entity.system.os == 'linux'"];
    const put = await api("PUT", `${ASSETS}/one`, { token: editor, body: anAsset("one", { filters: list }) });
    expect(put.headers.get("ETag")).toBe(map.headers.get("ETag"));
    expect(await textOf(`${ASSETS}/one`)).toBe(await map.text());
  });

  it("refuse a key that is no attribute of an entity", async () => {
    const body = anAsset("two", { filters: { "true; entity": "x" } });
    const put = await api("PUT", `${ASSETS}/two`, { token: editor, body });
    expect(await put.json()).toEqual({
      message:
        "resource is invalid: the filter key true; entity is not the path of an entity attribute, such as entity.system.os",
      code: 1,
    });
  });
});

describe("lists", () => {
  const names = ["b", "B", "b-1", "a", "b/x"];
  beforeEach(async () => {
    await aNamespace("other");
    await Promise.all(names.map((name) => api("POST", ASSETS, { token: editor, body: anAsset(name) })));
    await api("POST", "/api/core/v2/namespaces/other/assets", {
      token: editor,
      body: anAsset("o", {}, "other"),
    });
  });

  it("hold a namespace's assets in byte order, in one array", async () => {
    const list = await api("GET", ASSETS, { token: editor });
    expect(list.status).toBe(200);
    expect(list.headers.get("Content-Type")).toBe("application/json");
    expect(list.headers.get("Sensu-Continue")).toBeNull();
    expect(await list.text()).toBe(
      `[${["B", "a", "b", "b-1", "b/x"].map((name) => servedAsset(name)).join(",")}]`,
    );
  });

  it("are empty arrays for a namespace without assets and for one that does not exist", async () => {
    expect(await textOf("/api/core/v2/namespaces/nope/assets")).toBe("[]");
  });

  it("follow limit and continue, with Sensu's tokens", async () => {
    const first = await api("GET", `${ASSETS}?limit=2`, { token: editor });
    expect(first.headers.get("Sensu-Continue")).toBe("YQA");
    expect(
      (await first.json<{ metadata: { name: string } }[]>()).map(({ metadata }) => metadata.name),
    ).toEqual(["B", "a"]);
    const rest = await api("GET", `${ASSETS}?limit=3&continue=YQA`, { token: editor });
    expect(rest.headers.get("Sensu-Continue")).toBeNull();
    expect(await rest.json()).toHaveLength(3);
    expect(await textOf(`${ASSETS}?continue=enp6AA`)).toBe("[]");
  });

  it("span the cluster in the order of namespace/name", async () => {
    const list = await api("GET", "/api/core/v2/assets?limit=5", { token: editor });
    expect(list.headers.get("Sensu-Continue")).toBe("ZGVmYXVsdC9iL3gA");
    const rest = await api("GET", "/api/core/v2/assets?continue=ZGVmYXVsdC9iL3gA", { token: editor });
    expect(await rest.text()).toBe(`[${servedAsset("o", "tester", "other")}]`);
  });

  it("hold only what a grant with a glob matches, in filled pages", async () => {
    const token = await tokenFor(["view@default/b*"]);
    const first = await api("GET", `${ASSETS}?limit=2`, { token });
    expect(first.headers.get("Sensu-Continue")).toBe("Yi0xAA");
    expect(await first.text()).toBe(`[${servedAsset("b")},${servedAsset("b-1")}]`);
    const rest = await api("GET", `${ASSETS}?limit=2&continue=Yi0xAA`, { token });
    expect(rest.headers.get("Sensu-Continue")).toBeNull();
    expect(await rest.text()).toBe(`[${servedAsset("b/x")}]`);
    expect((await api("GET", `${ASSETS}/a`, { token })).status).toBe(403);
  });

  it.each(["limit=abc", "limit=-1", "limit=2.5", "limit=1e1", "limit=%202", "limit=99999999999999999999"])(
    "answer 400 to %s",
    async (query) => {
      const list = await api("GET", `${ASSETS}?${query}`, { token: editor });
      expect(list.status).toBe(400);
      expect(await list.json()).toMatchObject({ code: 1, message: expect.stringContaining("invalid limit") });
    },
  );

  it.each(["continue=!!!", "continue=YQA=", "continue=_w", "continue=AGEA", "continue=4oKsAA"])(
    "answer 400 to %s",
    async (query) => {
      const list = await api("GET", `${ASSETS}?${query}`, { token: editor });
      expect(list.status).toBe(400);
      expect(await list.json()).toMatchObject({
        code: 1,
        message: expect.stringContaining("invalid continue token"),
      });
    },
  );

  it.each(["", "limit=", "limit=0", "continue=", "LIMIT=1", "types=Asset", "what=ever&x=%zz"])(
    "hold everything for the query %j",
    async (query) => {
      const list = await api("GET", `${ASSETS}?${query}`, { token: editor });
      expect(await list.json()).toHaveLength(names.length);
    },
  );
});

it("a sha512 is kept as written, in capitals too", async () => {
  const body = anAsset("one", { sha512: SHA512.toUpperCase() });
  await api("PUT", `${ASSETS}/one`, { token: editor, body });
  expect(await textOf(`${ASSETS}/one`)).toContain(SHA512.toUpperCase());
});
