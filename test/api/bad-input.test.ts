import { beforeAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { CHARACTER } from "../support/characters.ts";
import { anAsset, SHA512 } from "../support/fixtures.ts";
import { runs } from "../support/nightly.ts";
import { api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const token = await tokenFor(["edit@*"]);

beforeAll(freshStorage);

const bytes = (text: string, ...more: number[]) =>
  new Uint8Array([...new TextEncoder().encode(text), ...more]);
const nested = (levels: number) => `{"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
const type = (found: string, field: string, wanted: string) =>
  `json: cannot unmarshal ${found} into Go struct field ${field} of type ${wanted}`;

const BODIES: readonly (readonly [string, string | Uint8Array | object, number, string])[] = [
  ["an empty body (V1)", "", 400, "EOF"],
  ["half an object (V2)", '{"url":"x"', 400, "unexpected EOF"],
  ["a word (V3)", "hello", 400, "invalid character 'h' looking for beginning of value"],
  [
    "single quotes (V4)",
    "{'a':1}",
    400,
    "invalid character '\\'' looking for beginning of object key string",
  ],
  [
    "a trailing comma (V5)",
    '{"url":"x",}',
    400,
    "invalid character '}' looking for beginning of object key string",
  ],
  ["a byte order mark (V6)", bytes("\ufeff{}"), 400, "invalid character 'ï' looking for beginning of value"],
  ["a control character (V7)", '{"url":"a\u0001b"}', 400, "invalid character '\\x01' in string literal"],
  ["a NUL byte", "\0", 400, "invalid character '\\x00' looking for beginning of value"],
  [
    "gzip (V44)",
    new Uint8Array([0x1f, 0x8b, 8]),
    400,
    "invalid character '\\x1f' looking for beginning of value",
  ],
  ["invalid UTF-8", bytes('{"url":"', 0xff, 0x22, 0x7d), 400, "invalid UTF-8 in the request body at byte 8"],
  ["an array (V8)", [], 400, "json: cannot unmarshal array into Go value of type v2.Asset"],
  ["a string (V8)", '"x"', 400, "json: cannot unmarshal string into Go value of type v2.Asset"],
  ["a number (V8)", "5", 400, "json: cannot unmarshal number into Go value of type v2.Asset"],
  ["true (V8)", "true", 400, "json: cannot unmarshal bool into Go value of type v2.Asset"],
  ["null (V9)", "null", 400, "resource is invalid: name cannot be empty"],
  ["10,000 levels", nested(10_000), 400, "invalid character '[' exceeded max depth"],
  ["250,000 levels", nested(250_000), 400, "invalid character '[' exceeded max depth"],
  ["600 KB", `{"x":"${"x".repeat(600_000)}"}`, 413, "request body too large: the limit is 512000 bytes"],
  [
    "__proto__ as a member",
    '{"__proto__":{"url":"x"}}',
    400,
    "the member name __proto__ is reserved and cannot be stored",
  ],
  [
    "constructor as a label",
    anAsset("x", { metadata: { labels: Object.fromEntries([["constructor", "x"]]) } }),
    400,
    "the member name metadata.labels.constructor is reserved and cannot be stored",
  ],
  ["url number (V11)", { url: 5 }, 400, type("number", "Asset.url", "string")],
  ["sha512 number (V12)", { sha512: 5 }, 400, type("number", "Asset.sha512", "string")],
  ["filters string (V13)", { filters: "x" }, 400, type("string", "Asset.filters", "[]string")],
  ["a filter number (V14)", { filters: [1] }, 400, type("number", "Asset.filters", "string")],
  ["a map filter number", { filters: { a: 1 } }, 400, type("number", "Asset.filters", "string")],
  ["headers array (V15)", { headers: [] }, 400, type("array", "Asset.headers", "map[string]string")],
  ["a header number (V15)", { headers: { a: 1 } }, 400, type("number", "Asset.headers", "string")],
  ["a header array (V15)", { headers: { a: [] } }, 400, type("array", "Asset.headers", "string")],
  ["metadata string (V16)", { metadata: "x" }, 400, type("string", "Asset.metadata", "v2.ObjectMeta")],
  ["name number (V17)", { metadata: { name: 1 } }, 400, type("number", "ObjectMeta.metadata.name", "string")],
  [
    "a label number (V18)",
    { metadata: { labels: { a: 1 } } },
    400,
    type("number", "ObjectMeta.metadata.labels", "string"),
  ],
  [
    "labels array (V18)",
    { metadata: { labels: [] } },
    400,
    type("array", "ObjectMeta.metadata.labels", "map[string]string"),
  ],
  [
    "an annotation bool (V18)",
    { metadata: { annotations: { a: true } } },
    400,
    type("bool", "ObjectMeta.metadata.annotations", "string"),
  ],
  [
    "created_by number (V19)",
    { metadata: { created_by: 1 } },
    400,
    type("number", "ObjectMeta.metadata.created_by", "string"),
  ],
  ["builds object (V20)", { builds: {} }, 400, type("object", "Asset.builds", "[]*v2.AssetBuild")],
  ["a build null (V33)", { builds: [null] }, 400, type("null", "Asset.builds", "v2.AssetBuild")],
  ["a build url number", { builds: [{ url: 1 }] }, 400, type("number", "AssetBuild.builds.url", "string")],
  [
    "a build filter number",
    { builds: [{ filters: [1] }] },
    400,
    type("number", "AssetBuild.builds.filters", "string"),
  ],
  ["no name (V24)", { url: "https://e/a", sha512: SHA512 }, 400, "resource is invalid: name cannot be empty"],
  [
    "a name with a space (V25)",
    anAsset("a b"),
    400,
    "resource is invalid: name may only contain letters, forward slashes, underscores, dashes and numbers",
  ],
  [
    "a name with a line end (V25)",
    anAsset("a\n"),
    400,
    "resource is invalid: name may only contain letters, forward slashes, underscores, dashes and numbers",
  ],
  [
    "a name of 256 characters",
    anAsset("x".repeat(256)),
    400,
    "resource is invalid: name cannot be longer than 255 characters",
  ],
  [
    "the name constructor",
    anAsset("constructor"),
    400,
    "resource is invalid: the name constructor is reserved and cannot be stored",
  ],
  [
    "the name __proto__",
    anAsset("__proto__"),
    400,
    "resource is invalid: the name __proto__ is reserved and cannot be stored",
  ],
  [
    "no sha512 (V26)",
    anAsset("x", { sha512: "" }),
    400,
    "resource is invalid: SHA-512 checksum cannot be empty",
  ],
  [
    "a short sha512 (V27)",
    anAsset("x", { sha512: "abc" }),
    400,
    "resource is invalid: SHA-512 checksum must be at least 128 characters",
  ],
  [
    "a long sha512",
    anAsset("x", { sha512: `${SHA512}0` }),
    400,
    "resource is invalid: SHA-512 checksum must be exactly 128 hexadecimal digits",
  ],
  [
    "a sha512 of 64 é",
    anAsset("x", { sha512: "é".repeat(64) }),
    400,
    "resource is invalid: SHA-512 checksum must be exactly 128 hexadecimal digits",
  ],
  ["no url (V28)", anAsset("x", { url: "" }), 400, "resource is invalid: URL cannot be empty"],
  [
    "an ftp url (V29)",
    anAsset("x", { url: "ftp://e/a" }),
    400,
    "resource is invalid: URL must be HTTP or HTTPS",
  ],
  [
    "an empty build (V31)",
    anAsset("x", { builds: [{}] }),
    400,
    "resource is invalid: SHA-512 checksum cannot be empty",
  ],
  [
    "101 builds",
    anAsset("x", { builds: Array.from({ length: 101 }, () => ({})) }),
    400,
    "resource is invalid: an asset cannot have more than 100 builds; this has 101",
  ],
  [
    "51 filters",
    anAsset("x", { filters: Array.from({ length: 51 }, () => "true") }),
    400,
    "resource is invalid: a build cannot have more than 50 filters; this has 51",
  ],
  [
    "a filter of 2,001 characters",
    anAsset("x", { filters: ["1".repeat(2_001)] }),
    400,
    "resource is invalid: filter 0 is longer than 2000 characters",
  ],
  [
    "filters that take more to read than one request may spend",
    anAsset("x", {
      builds: Array.from({ length: 5 }, (_, build) => ({
        url: "https://e/a",
        sha512: SHA512,
        filters: Array.from({ length: 50 }, (__, index) => `${build}|${"/a/|".repeat(490)}${index}`),
      })),
    }),
    400,
    "resource is invalid: the filters take more than 200000 evaluation steps, the budget of one request; send fewer assets at once, or fewer or simpler filters",
  ],
  [
    "labels and annotations over 64 KiB",
    anAsset("x", { metadata: { labels: { a: "x".repeat(40_000) }, annotations: { b: "y".repeat(40_000) } } }),
    400,
    "resource is invalid: labels and annotations cannot be larger than 65536 bytes together; these are 80002",
  ],
];

describe("POST answers what was wrong and stores nothing:", () => {
  it.each(BODIES)("%s", async (_, body, status, message) => {
    const before = await storedRows();
    const response = await api("POST", ASSETS, { token, body });
    expect(await response.text()).toBe(JSON.stringify({ message, code: 1 }).replaceAll("&", "\\u0026"));
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(await storedRows()).toBe(before);
  });
});

describe("what Sensu accepts is accepted", () => {
  it.each([
    ["text after the first value (V10)", `${JSON.stringify(anAsset("v10"))} trailing {`, "v10"],
    [
      "members in other letter case",
      `{"URL":"https://e/a","SHA512":"${SHA512}","MetaData":{"NAME":"case"}}`,
      "case",
    ],
    ["unknown members", { ...anAsset("unknown"), bogus: { deep: [1] } }, "unknown"],
    [
      "garbage beside valid builds (V32)",
      anAsset("v32", { sha512: "x", builds: [{ url: "http://e/b", sha512: SHA512 }] }),
      "v32",
    ],
    ["a url with a token", anAsset("token", { url: "{{ .labels.url }}" }), "token"],
    ["exactly 512,000 bytes", JSON.stringify(anAsset("big")).padEnd(512_000), "big"],
  ])("%s", async (_, body, name) => {
    expect((await api("POST", ASSETS, { token, body })).status).toBe(200);
    expect((await api("GET", `${ASSETS}/${name}`, { token })).status).toBe(200);
  });

  it("and normalised as Sensu does (contract §1.4)", async () => {
    const body =
      `{"url":"https://e/a?x=1&y=<z>","url":"https://e/b?x=1&y=<z>","sha512":"${SHA512}","filters":[null,""],"builds":[],` +
      `"headers":{"10":"x","9":null,"a":"\\ud800\\u2028\\u007f\\b"},"metadata":{"name":"norm","labels":{},"annotations":{"b":"2","a":"é","C":"3"}}}`;
    await api("POST", ASSETS, { token, body });
    const got = await api("GET", `${ASSETS}/norm`, { token });
    expect(await got.text()).toBe(
      `{"url":"https://e/b?x=1\\u0026y=\\u003cz\\u003e","sha512":"${SHA512}","filters":["",""],"builds":null,` +
        `"metadata":{"name":"norm","namespace":"default","annotations":{"C":"3","a":"é","b":"2"},"created_by":"tester"},` +
        `"headers":{"10":"x","9":"","a":"\ufffd\\u2028\u007f\\u0008"}}`,
    );
  });
});

describe("odd paths get a 4xx in the one shape", () => {
  it.each([
    ["%zz", 400, "invalid URL escape in the path at name"],
    ["%ff", 400, "invalid URL escape in the path at name"],
    ["a%00b", 404, "not found"],
    ["__proto__", 404, "not found"],
    ["constructor", 404, "not found"],
    ["x".repeat(256), 404, "not found"],
    ["x".repeat(8_000), 404, "not found"],
    ["%F0%9F%98%82", 404, "not found"],
    ["a b", 404, "not found"],
  ])("GET of the name %s", async (name, status, message) => {
    const response = await api("GET", `${ASSETS}/${name}`, { token });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message, code: status === 404 ? 2 : 1 });
  });

  it("PUT of a name with a NUL is refused by the name rule", async () => {
    const response = await api("PUT", `${ASSETS}/a%00b`, {
      token,
      body: { url: "https://e/a", sha512: SHA512 },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      message:
        "resource is invalid: name may only contain letters, forward slashes, underscores, dashes and numbers",
      code: 1,
    });
  });
});

describe("whatever is sent", () => {
  const jsonish = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: CHARACTER }),
    fc
      .record(
        {
          url: fc.oneof(fc.string(), fc.constant("https://e/a"), fc.integer()),
          sha512: fc.oneof(fc.constant(SHA512), fc.string()),
          filters: fc.oneof(
            fc.array(fc.string()),
            fc.dictionary(fc.string(), fc.string()),
            fc.constant(null),
          ),
          builds: fc.oneof(fc.array(fc.jsonValue()), fc.constant(null)),
          metadata: fc.oneof(
            fc.record({ name: fc.string(), labels: fc.dictionary(fc.string(), fc.string()) }),
            fc.jsonValue(),
          ),
          headers: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );

  it("is answered by a 2xx or a 4xx with a message and a code", async () => {
    await fc.assert(
      fc.asyncProperty(jsonish, fc.constantFrom("POST", "PUT"), async (body, method) => {
        const path = method === "POST" ? ASSETS : `${ASSETS}/any`;
        const response = await api(method, path, { token, body });
        expect(response.status).toBeLessThan(500);
        if (response.status >= 400) {
          expect(await response.json()).toEqual({ message: expect.any(String), code: expect.any(Number) });
        }
      }),
      { numRuns: runs(100) },
    );
  });

  it("in a path or a query is answered below 500", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), async (name, query) => {
        const path = `${ASSETS}/${encodeURIComponent(name.toWellFormed())}?limit=${query}&continue=${query}`;
        expect((await api("GET", path, { token })).status).toBeLessThan(500);
        expect((await api("GET", `${ASSETS}?${query}`, { token })).status).toBeLessThan(500);
      }),
      { numRuns: runs(50) },
    );
  });

  it("and stored is what is read", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    const key = text.filter((each) => each !== "__proto__" && each !== "constructor");
    const map = fc.dictionary(key, text, { maxKeys: 4 });
    const asset = fc.record({
      url: text.map((rest) => `https://assets.example.com/${rest}`),
      sha512: fc.stringMatching(/^[0-9a-fA-F]{128}$/),
      headers: map,
      metadata: fc.record({ labels: map, annotations: map }),
    });
    await fc.assert(
      fc.asyncProperty(asset, async (body) => {
        expect((await api("PUT", `${ASSETS}/any`, { token, body })).status).toBe(201);
        const read = await (await api("GET", `${ASSETS}/any`, { token })).json<typeof body>();
        expect(read.url).toBe(body.url);
        expect(read.sha512).toBe(body.sha512);
        expect(read.headers ?? {}).toEqual({ ...body.headers });
        expect(read.metadata.labels ?? {}).toEqual({ ...body.metadata.labels });
        expect(read.metadata.annotations ?? {}).toEqual({ ...body.metadata.annotations });
      }),
      { numRuns: runs(25) },
    );
  });
});
