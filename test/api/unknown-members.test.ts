import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const token = await tokenFor(["edit@default"]);
const url = "https://assets.example.com/a.tar.gz";

beforeEach(freshStorage);

interface Found {
  readonly rule: string;
  readonly where: string;
  readonly message: string;
}

async function lint(body: unknown): Promise<[where: string, hint: string][]> {
  const answer = await api("POST", "/api/edge/v1/lint", { token, body });
  expect(answer.status).toBe(200);
  const { warnings } = await answer.json<{ warnings: Found[] }>();
  return warnings
    .filter(({ rule }) => rule === "unknown-member")
    .map(({ where, message }) => [where, /; (.*)$/.exec(message)?.[1] ?? message]);
}

const WRAPPED = {
  type: "Asset",
  api_version: "core/v2",
  metadata: { name: "private", label: { team: "ops" } },
  spec: { url, sha512: SHA512, filter: ["true"], header: { "X-Token": "x" } },
};

describe("an unknown member is a finding of lint with the member that was likely meant", () => {
  it.each<[name: string, body: unknown, found: [where: string, hint: string][]]>([
    [
      "in a wrapped definition",
      WRAPPED,
      [
        ["spec.filter", "did you mean spec.filters?"],
        ["spec.header", "did you mean spec.headers?"],
        ["metadata.label", "did you mean metadata.labels?"],
      ],
    ],
    ["at the root", { url, sha512: SHA512, filter: [] }, [["filter", "did you mean filters?"]]],
    ["in metadata", { metadata: { lables: {} } }, [["metadata.lables", "did you mean metadata.labels?"]]],
    [
      "in a build",
      {
        builds: [
          { url, sha512: SHA512 },
          { url, sha521: SHA512, filter: [] },
        ],
      },
      [
        ["builds.1.sha521", "did you mean builds.1.sha512?"],
        ["builds.1.filter", "did you mean builds.1.filters?"],
      ],
    ],
    ["a level too deep", { metadata: { headers: {} } }, [["metadata.headers", "did you mean headers?"]]],
    ["a level too high", { labels: {} }, [["labels", "did you mean metadata.labels?"]]],
    [
      "beside spec",
      { type: "Asset", spec: { url }, headers: {} },
      [["headers", "did you mean spec.headers?"]],
    ],
    [
      "in the metadata of a spec",
      { type: "Asset", metadata: { name: "a" }, spec: { metadata: { anotations: {} } } },
      [["spec.metadata.anotations", "did you mean spec.metadata.annotations?"]],
    ],
    ["with null", { filter: null }, [["filter", "did you mean filters?"]]],
    [
      "like nothing else",
      { metadata: { xyzzy: 1 } },
      [["metadata.xyzzy", "the members here are name, namespace, labels, annotations, created_by"]],
    ],
  ])("%s", async (_, body, found) => {
    expect(await lint(body)).toEqual(found);
  });

  it("and names in another letter case, or inside a map, are none", async () => {
    expect(
      await lint({ URL: url, MetaData: { Name: "a", labels: { filter: "x" } }, headers: { x: "y" } }),
    ).toEqual([]);
  });

  it("of which the first 20 are named, whatever there are and however long", async () => {
    const members = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`${index}${"filters".repeat(10)}`, 1]),
    );
    const found = await lint({ url, sha512: SHA512, ...members });
    expect(found).toHaveLength(20);
    expect(found.every(([where]) => where.length < 100)).toBe(true);
  });
});

const MERGE = { "Content-Type": "application/merge-patch+json" };

describe("X-Lint-Warnings counts unknown members, and strict refuses them", () => {
  const misspelt = { ...anAsset("a"), filter: [] };

  it.each([
    ["POST", ASSETS, misspelt],
    ["PUT", `${ASSETS}/a`, misspelt],
    ["POST", ASSETS, { ...WRAPPED, metadata: { name: "a", label: {} }, spec: { url, sha512: SHA512 } }],
    ["POST", `${EDGE}/plan`, [misspelt]],
    ["POST", `${EDGE}/apply`, [misspelt]],
    ["POST", `${EDGE}/apply?dry_run=true`, [misspelt]],
  ])("%s %s", async (method, path, body) => {
    const before = await storedRows();
    const strict = await api(method, `${path}${path.includes("?") ? "&" : "?"}strict=true`, { token, body });
    expect([strict.status, (await strict.json<{ message: string }>()).message]).toEqual([
      400,
      expect.stringMatching(/lint: .*did you mean/),
    ]);
    expect(await storedRows()).toEqual(before);
    const loose = await api(method, path, { token, body });
    expect([loose.ok, loose.headers.get("X-Lint-Warnings")]).toEqual([true, "1"]);
  });

  it("of a patch too, also of one that changes nothing", async () => {
    await api("POST", ASSETS, { token, body: anAsset("a") });
    const body = { metadata: { lables: { team: "ops" } } };
    const strict = await api("PATCH", `${ASSETS}/a?strict=true`, { token, body, headers: MERGE });
    expect([strict.status, await strict.json()]).toEqual([
      400,
      { code: 1, message: expect.stringContaining("did you mean metadata.labels?") },
    ]);
    const loose = await api("PATCH", `${ASSETS}/a`, { token, body, headers: MERGE });
    expect([loose.status, loose.headers.get("X-Lint-Warnings")]).toEqual([200, "1"]);
  });

  it("and is 0 where there is nothing to find", async () => {
    const clean = anAsset("a");
    const answers = [
      await api("POST", ASSETS, { token, body: clean }),
      await api("PUT", `${ASSETS}/a`, { token, body: clean }),
      await api("PATCH", `${ASSETS}/a`, {
        token,
        body: { metadata: { labels: { a: "b" } } },
        headers: MERGE,
      }),
      await api("POST", `${EDGE}/plan`, { token, body: [clean] }),
      await api("POST", `${EDGE}/apply`, { token, body: [clean] }),
    ];
    expect(answers.map(({ headers }) => headers.get("X-Lint-Warnings"))).toEqual(["0", "0", "0", "0", "0"]);
  });

  it("a plan names them, also when it is applied, and counts those of what it leaves as it is", async () => {
    const planned = await api("POST", `${EDGE}/plan`, { token, body: [misspelt] });
    const { plan, create } = await planned.json<{ plan: string; create: { lint: Found[] }[] }>();
    expect(create.map(({ lint: found }) => found.map(({ where }) => where))).toEqual([["filter"]]);
    const applied = await api("POST", `${EDGE}/apply?plan=${plan}`, { token });
    expect([applied.status, applied.headers.get("X-Lint-Warnings")]).toEqual([200, "1"]);
    expect((await applied.json<{ create: { lint: Found[] }[] }>()).create[0]?.lint).toHaveLength(1);
    const again = await api("POST", `${EDGE}/plan`, { token, body: [misspelt] });
    expect([again.headers.get("X-Lint-Warnings"), await again.json()]).toMatchObject(["1", { plan: null }]);
  });
});

it("a wrapped type in another letter case is an asset", async () => {
  for (const type of ["asset", "ASSET"]) {
    const answer = await api("PUT", `${ASSETS}/a`, {
      token,
      body: { ...WRAPPED, type, metadata: { name: "a" } },
    });
    expect([type, answer.status]).toEqual([type, 201]);
  }
  const check = await api("PUT", `${ASSETS}/a`, { token, body: { ...WRAPPED, type: "check" } });
  expect(check.status).toBe(400);
});
