import { describe, expect, it } from "vitest";
import { assetKind } from "../../src/freshness/asset-kind.ts";
import { namespaceKind, namespacePageKind } from "../../src/freshness/cached-namespace-store.ts";
import { keyKind } from "../../src/freshness/cached-key-store.ts";
import { kvKey } from "../../src/freshness/envelope.ts";
import { NAMESPACES_KEY } from "../../src/identity/cache-key.ts";
import type { Journal } from "../../src/freshness/journal.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import { pageKind } from "../../src/freshness/page-kind.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import type { KeyRecord } from "../../src/store/key-store.ts";
import { assetId, namespaceNamed } from "../support/names.ts";

const ID = assetId("default", "tool");
const unasked = () => Promise.reject(new Error("the database is not asked"));
const origin = { get: unasked, list: unasked, put: unasked, delete: unasked, find: unasked };
const namespaces = namespaceKind(origin);
const namespacePages = namespacePageKind({ page: unasked });
const assets = assetKind(origin);
const pages = pageKind(origin);
const OUTAGE_MS = 5 * 3_600_000;
const keys = keyKind(origin, OUTAGE_MS);

const asset: StoredAsset = {
  namespace: ID.namespace,
  name: ID.name,
  seq: 7,
  etag: '"é"',
  definition: '{"filters":{"é":"b"}}',
  expressions: { etag: '"x"', definition: '{"filters":["é == \'b\'"]}' },
};
const key: KeyRecord = {
  digest: "d",
  name: "ci",
  grants: ["view@default"],
  createdBy: "root",
  createdAt: 1,
  expiresAt: null,
  revokedAt: null,
  lastUsed: null,
};

const journal: Journal = {
  epoch: "e",
  asOf: 1,
  seq: 9,
  since: 3,
  changes: new Map([
    [assets.key(ID), 8],
    [keys.key("d"), 6],
    [namespaces.key(namespaceNamed("team")), 5],
    [NAMESPACES_KEY, 5],
  ]),
  namespaces: new Map([
    ["default", 8],
    ["team", 5],
  ]),
  cronAt: null,
};

describe("what is put in KV comes back as it was", () => {
  it.each([asset, { ...asset, expressions: null }, { ...asset, definition: "" }])("an asset: %j", (value) => {
    const encoded = assets.encode(value);
    expect(encoded === null ? null : assets.decode(ID, encoded, 7)).toEqual(value);
  });

  it("a page and a key", () => {
    const page = { assets: [asset, { ...asset, expressions: null }], next: "tool", state: 7 };
    const encodedPage = pages.encode(page) ?? { text: "" };
    const pageId = { namespace: ID.namespace, from: null, limit: 2 };
    expect(pages.decode(pageId, encodedPage, 7)).toEqual(page);
    expect(keys.decode("d", keys.encode(key) ?? { text: "" }, 7)).toEqual(key);
  });

  it("a namespace and a page of namespaces", () => {
    const [team] = [namespaceNamed("team")];
    const encoded = namespaces.encode(team) ?? { text: "none" };
    expect(namespaces.decode(team, encoded, 7)).toBe(team);
    const page = { names: [team], more: true };
    const range = { among: null, from: null, limit: 1 };
    const encodedPage = namespacePages.encode(page) ?? { text: "" };
    expect(namespacePages.decode(range, encodedPage, 7)).toEqual(page);
  });

  it("a page of more than a MiB is not put there", () => {
    const large = { ...asset, definition: "x".repeat(1024 * 1024) };
    expect(pages.encode({ assets: [large], next: null, state: 7 })).toBeNull();
  });

  it("an asset's copy without a tag is none", () => {
    expect(() => assets.decode(ID, { text: "{}", extra: [7] }, 7)).toThrow("without a tag");
  });
});

describe("a place in KV", () => {
  it("of a list is that of one state and one start; of an asset it is always the same", () => {
    const after = { namespace: ID.namespace, from: { key: "a", inclusive: false }, limit: 2 };
    const from = { ...after, from: { key: "a", inclusive: true } };
    const places = [kvKey(pages, after, "e", 1), kvKey(pages, after, "e", 2), kvKey(pages, from, "e", 1)];
    const among = { among: [ID.namespace], from: null, limit: 2 };
    const all = { ...among, among: null };
    expect(namespacePages.key(among)).not.toBe(namespacePages.key(all));
    expect(new Set(places).size).toBe(3);
    expect(kvKey(assets, ID, "e", 1)).toBe(kvKey(assets, ID, "e", 2));
    expect(kvKey(assets, ID, "e", 1)).not.toBe(kvKey(assets, ID, "f", 1));
  });
});

describe("the last change that a journal knows", () => {
  const page = (namespace: string | null) => ({
    namespace: namespace === null ? null : namespaceNamed(namespace),
    from: null,
    limit: 2,
  });

  it("of an asset and of a key is its own", () => {
    expect([assets.changedAt(journal, ID), assets.changedAt(journal, assetId("default", "other"))]).toEqual([
      8, 0,
    ]);
    expect([keys.changedAt(journal, "d"), keys.changedAt(journal, "other")]).toEqual([6, 0]);
  });

  it("of a list is its namespace's; of everything the newest, and of a namespace that it does not name none", () => {
    expect(["default", "team", null, "unknown"].map((each) => pages.changedAt(journal, page(each)))).toEqual([
      8, 5, 9, 0,
    ]);
  });

  it("of a namespace is the last commit to itself, and of their list that to any of them", () => {
    const names = ["team", "default"].map(namespaceNamed);
    expect(names.map((name) => namespaces.changedAt(journal, name))).toEqual([5, 0]);
    const range = { among: null, from: null, limit: 1 };
    expect(namespacePages.changedAt(journal, range)).toBe(5);
    expect(namespacePages.changedAt({ ...journal, changes: new Map() }, range)).toBe(0);
  });
});

describe("while the database is down", () => {
  it("assets and lists are served for a day, and keys for as long as the deployment says", () => {
    expect([assets, pages, keys].map(({ staleMs }) => staleMs)).toEqual([STALE_MS, STALE_MS, OUTAGE_MS]);
    expect([namespaces, namespacePages].map(({ staleMs }) => staleMs)).toEqual([STALE_MS, STALE_MS]);
    expect(STALE_MS).toBe(24 * 3_600_000);
  });

  it("a key alone is a credential", () => {
    expect([assets, pages, keys].map(({ isCredential }) => isCredential)).toEqual([false, false, true]);
  });
});
