import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../../src/errors.ts";
import { CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { CachedKeyStore } from "../../src/freshness/cached-key-store.ts";
import { committer } from "../../src/freshness/committing.ts";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { CachedNamespaceStore } from "../../src/freshness/cached-namespace-store.ts";
import { answerTo, answerToCommit } from "../../src/freshness/unavailable.ts";
import { failure } from "../../src/http/respond.ts";
import { keyRing } from "../../src/keys/key-lookup.ts";
import { STORED_BYTES, UNCONDITIONAL } from "../../src/store/asset-store.ts";
import { DatabaseError } from "../../src/store/deadlines.ts";
import { Isolate, World } from "../support/isolate.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { testCommit, testReading, testScope } from "../support/scope.ts";
import { freshStorage } from "../support/worker.ts";

beforeEach(freshStorage);

it("a value that is too large for D1 is 413 from inside a commit, not an outage", async () => {
  const isolate = new Isolate(new World());
  const made = {
    digest: "0".repeat(64),
    name: "ci",
    grants: ["x".repeat(STORED_BYTES)],
    expiresAt: null,
    mayFollow: [],
    mayTakeOver: true,
  };
  await expect(isolate.keys.create(made, isolate.commit())).rejects.toMatchObject({ kind: "tooLarge" });
});

it.each([
  ["answerTo", answerTo],
  ["answerToCommit", answerToCommit],
])("%s returns an ApiError as it is, whatever its text", (_, answer) => {
  const error = new ApiError("conflict", "Network connection lost");
  expect(answer(error)).toBe(error);
  expect(answer(new DatabaseError("D1_ERROR: x"))).toMatchObject({ kind: "unavailable" });
});

describe("an error on the way to the database", () => {
  const ID = assetId("default", "tool");
  const { namespace, name } = ID;

  /** An isolate that holds a copy from before the bound, over a database of which every call fails so. */
  async function failing(error: Error) {
    const world = new World();
    const isolate = new Isolate(world);
    let broken = false;
    const fails = async (): Promise<never> => {
      throw error;
    };
    const asset = { namespace, name, seq: 1, etag: '"1"', definition: "{}", expressions: null };
    const assets = new CachedAssetStore(
      {
        get: async () => (broken ? fails() : { epoch: "e", g: 1, s: 1, value: asset }),
        list: fails,
        put: fails,
        delete: fails,
      },
      isolate.edge,
    );
    const unused = fails;
    const keys = new CachedKeyStore(
      {
        find: fails,
        page: unused,
        named: unused,
        grantLists: unused,
        liveGrantLists: unused,
        create: unused,
        rotate: unused,
        revoke: unused,
        touch: unused,
      },
      isolate.edge,
      BOUND_MS,
    );
    const namespaces = new CachedNamespaceStore(
      { find: fails, page: fails, create: fails, delete: fails },
      isolate.edge,
    );
    await assets.get(ID, testReading("newest"));
    world.seconds(BOUND_MS / 1000 + 1);
    broken = true;
    return { assets, keys, namespaces, run: committer(isolate.edge), fails };
  }

  type Failing = Awaited<ReturnType<typeof failing>>;
  const calls: readonly (readonly [string, (over: Failing) => Promise<unknown>])[] = [
    ["a commit", ({ run, fails }) => run(testCommit(), fails)],
    ["a list", ({ assets }) => assets.list(namespaceNamed("default"), null, 10, testReading("bounded"))],
    ["an unknown asset", ({ assets }) => assets.get(assetId("default", "other"), testReading("bounded"))],
    ["an unknown key", ({ keys }) => keyRing(keys).find("0".repeat(64), testScope())],
    [
      "the namespaces",
      ({ namespaces }) => namespaces.page({ among: null, from: null, limit: 10 }, testReading("newest")),
    ],
    ["a handler", async ({ fails }) => fails().catch((error: unknown) => Promise.reject(answerTo(error)))],
  ];

  it.each(calls)("of %s is 503 where the database has failed", async (_, call) => {
    const over = await failing(new DatabaseError("D1_ERROR: storage is away"));
    await expect(call(over)).rejects.toMatchObject({ kind: "unavailable" });
  });

  it.each(calls)("of %s stays what it is where our own code has failed, and is 500", async (_, call) => {
    const bug = new TypeError("D1_ERROR is not a function");
    await expect(call(await failing(bug))).rejects.toBe(bug);
    expect(failure(bug, "id").status).toBe(500);
  });

  it.each(["newest", "bounded"] as const)(
    "of a read of the %s is bridged by an old copy where the database has failed, and only then",
    async (freshness) => {
      const outage = await failing(new DatabaseError("D1_ERROR: storage is away"));
      expect(await outage.assets.get(ID, testReading(freshness))).toMatchObject({ tier: "STALE" });
      const bug = new TypeError("x is undefined");
      await expect((await failing(bug)).assets.get(ID, testReading(freshness))).rejects.toBe(bug);
    },
  );
});

it("what a call of D1 throws is an outage, and what our code throws around it is none", async () => {
  const world = new World();
  const isolate = new Isolate(world);
  const tool = assetId("default", "tool");
  world.databaseDown = true;
  await expect(isolate.assets.get(tool, isolate.reading("newest"))).rejects.toMatchObject({
    kind: "unavailable",
    cause: expect.any(DatabaseError),
  });
  const commit = { ...isolate.commit(), principal: undefined } as unknown as ReturnType<typeof testCommit>;
  world.databaseDown = false;
  const asset = {
    namespace: tool.namespace,
    name: tool.name,
    etag: '"1"',
    definition: "{}",
    expressions: null,
  };
  // D1 refuses to bind `undefined` before it is asked anything.
  await expect(isolate.assets.put(asset, UNCONDITIONAL, commit)).rejects.not.toBeInstanceOf(ApiError);
});
