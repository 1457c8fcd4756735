import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const token = await tokenFor(["edit@default"]);

beforeEach(freshStorage);

const labelled = (name: string, labels: Record<string, string>) => anAsset(name, { metadata: { labels } });
const send = (path: string, body: unknown) => api("POST", `${EDGE}/${path}`, { token, body });

async function store(...assets: readonly unknown[]): Promise<void> {
  for (const body of assets) expect((await api("POST", ASSETS, { token, body })).status).toBe(200);
}

async function names(): Promise<string[]> {
  const list = await (await api("GET", ASSETS, { token })).json<{ metadata: { name: string } }[]>();
  return list.map(({ metadata }) => metadata.name);
}

describe("repeats of one definition in a set", () => {
  const plain = anAsset("a", { filters: ["true"], headers: { A: "1", B: "2" } });
  const metadata = { created_by: "somebody", annotations: null, name: "a" };

  it("are one when they would be stored alike: nulls, order of members, writer, namespace and wrapping aside", async () => {
    const wrapped = {
      type: "Asset",
      api_version: "core/v2",
      metadata,
      spec: {
        headers: { B: "2", A: "1" },
        builds: null,
        filters: ["true"],
        sha512: plain.sha512,
        url: plain.url,
      },
    };
    const answer = await send("apply", [plain, wrapped, { ...plain, builds: [] }]);
    expect([answer.status, await answer.json()]).toMatchObject([200, { create: ["a"] }]);
  });

  it("keep the unknown members of each", async () => {
    const answer = await send("plan", [plain, { ...plain, filter: [] }, { ...plain, header: {} }]);
    expect(answer.headers.get("X-Lint-Warnings")).toBe("2");
  });

  it("are refused when they differ, with both places and the difference", async () => {
    const other = { ...plain, sha512: OTHER_SHA512, headers: { A: "1" } };
    for (const path of ["plan", "apply"]) {
      const answer = await send(path, [anAsset("b"), plain, anAsset("c"), other]);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        {
          message: `definition 3: a is definition 1 too, and they differ: - sha512: "${plain.sha512}"; + sha512: "${OTHER_SHA512}"; - headers.B: "2"`,
          code: 1,
        },
      ]);
    }
    expect(await names()).toEqual([]);
  });

  it("show no more of the difference than a person reads", async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 90 }, (_, index) => [`H${index}`, "x".repeat(1_000)]),
    );
    const answer = await send("plan", [anAsset("a", { headers }), anAsset("a")]);
    const { message } = await answer.json<{ message: string }>();
    expect(message).toMatch(/and 85 more lines$/);
    expect(message.length).toBeLessThan(2_000);
  });
});

describe("what follows a set in its body is refused, since a prune would take it for absent", () => {
  it.each([
    [`${JSON.stringify(anAsset("a"), null, 2)}\n${JSON.stringify(anAsset("b"), null, 2)}`],
    [`[${JSON.stringify(anAsset("a"))}] [${JSON.stringify(anAsset("b"))}]`],
  ])("%#", async (body) => {
    await store(anAsset("a"), anAsset("b"));
    const answer = await send("apply?prune=true", body);
    expect([answer.status, (await answer.json<{ message: string }>()).message]).toEqual([
      400,
      expect.stringContaining("after top-level value"),
    ]);
    expect(await names()).toEqual(["a", "b"]);
  });
});

describe("a body without anything in it", () => {
  it.each(["plan", "apply", "plan?prune=true", "apply?prune=true&max_delete=10"])(
    "is refused by %s",
    async (path) => {
      await store(anAsset("a"));
      for (const body of [undefined, "", " \r\n\t", "null", "\uFEFF"])
        expect([body, (await send(path, body)).status]).toEqual([body, 400]);
      expect(await names()).toEqual(["a"]);
    },
  );
});

describe("labelSelector bounds a prune", () => {
  const selector = (text: string) => `labelSelector=${encodeURIComponent(text)}`;
  const ours = selector("managed_by == release");
  const theirs = { managed_by: "others" };
  const mine = { managed_by: "release" };

  beforeEach(() =>
    store(labelled("a", mine), labelled("b", mine), labelled("c", theirs), anAsset("d"), labelled("e", mine)),
  );

  it("to what it selects by the labels that are stored", async () => {
    const set = [labelled("a", mine)];
    const planned = await send(`plan?prune=true&${ours}`, set);
    expect((await planned.json<{ delete: { name: string }[] }>()).delete.map(({ name }) => name)).toEqual([
      "b",
      "e",
    ]);
    const applied = await send(`apply?prune=true&${ours}`, set);
    expect([applied.status, await applied.json()]).toMatchObject([200, { delete: ["b", "e"] }]);
    expect(await names()).toEqual(["a", "c", "d"]);
  });

  it("to what fits all of them where there are several", async () => {
    const answer = await send(`apply?prune=true&${ours}&${selector("managed_by != release")}`, [
      anAsset("d"),
    ]);
    expect([answer.status, await answer.json()]).toMatchObject([200, { delete: [] }]);
  });

  it("whose limit counts what it selects", async () => {
    await store(labelled("f", mine));
    const refused = await send(`apply?prune=true&${ours}`, [anAsset("d")]);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        message: "this would delete 4 of 4 assets; the limit is 3: say max_delete=4 if that is meant",
        code: 1,
      },
    ]);
    expect((await send(`apply?prune=true&max_delete=4&${ours}`, [anAsset("d")])).status).toBe(200);
    expect(await names()).toEqual(["c", "d"]);
  });

  it.each([
    ["labelSelector=", "labelSelector is empty; leave it out if every asset is to be considered"],
    [`${ours}&labelSelector=%20`, "labelSelector is empty; leave it out if every asset is to be considered"],
    [selector("a is b"), "could not parse the operations: unexpected operator 'is' found"],
    ["label_selector=a", 'unknown parameter "label_selector"; did you mean labelSelector?'],
  ])("and is refused, with nothing written, as %s", async (query, message) => {
    for (const path of ["plan", "apply"]) {
      const answer = await send(`${path}?prune=true&max_delete=5&${query}`, [anAsset("d")]);
      expect([answer.status, await answer.json()]).toEqual([400, { message, code: 1 }]);
    }
    expect(await names()).toHaveLength(5);
  });

  it("and none that was planned before", async () => {
    const { plan } = await (await send("plan", [anAsset("new")])).json<{ plan: string }>();
    const answer = await send(`apply?plan=${plan}&${ours}`, undefined);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        message: "labelSelector bounds the prune of a set, and a plan says what it deletes; leave it out",
        code: 1,
      },
    ]);
  });
});
