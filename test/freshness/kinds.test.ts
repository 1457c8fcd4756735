import { describe, expect, it } from "vitest";
import { assetKind } from "../../src/freshness/asset-kind.ts";
import { keyKind } from "../../src/freshness/cached-key-store.ts";
import { kvKey } from "../../src/freshness/envelope.ts";
import type { Journal } from "../../src/freshness/journal.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import { pageKind } from "../../src/freshness/page-kind.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import type { KeyRecord } from "../../src/store/key-store.ts";
import { assetId, namespaceNamed } from "../support/names.ts";

const ID = assetId("default", "tool");
const unasked = () => Promise.reject(new Error("the database is not asked"));
const origin = { get: unasked, list: unasked, put: unasked, delete: unasked, find: unasked };
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
  ]),
  namespaces: new Map([["default", 8]]),
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

  it("of a list is its namespace's; of everything, and of a namespace that it does not know, the newest", () => {
    expect(["default", null, "unknown"].map((each) => pages.changedAt(journal, page(each)))).toEqual([
      8, 9, 9,
    ]);
  });

  it("is whole for lists alone", () => {
    expect([assets, keys, pages].map(({ journalIsComplete }) => journalIsComplete)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("while the database is down", () => {
  it("assets and lists are served for a day, and keys for as long as the deployment says", () => {
    expect([assets, pages, keys].map(({ staleMs }) => staleMs)).toEqual([STALE_MS, STALE_MS, OUTAGE_MS]);
    expect(STALE_MS).toBe(24 * 3_600_000);
  });

  it("a key alone is a credential", () => {
    expect([assets, pages, keys].map(({ isCredential }) => isCredential)).toEqual([false, false, true]);
  });
});
