import type { AssetPage, PageFrom } from "../store/asset-store.ts";
import type { AssetOrigin } from "../store/origin.ts";
import type { Kind } from "./kind.ts";

export interface PageId {
  /** Null: all namespaces. */
  readonly namespace: string | null;
  readonly from: PageFrom | null;
  readonly limit: number;
}

/** Pages larger than this are read from D1 or memory: KV is for what many ask for and is quickly decoded. */
const MAX_KV_BYTES = 1024 * 1024;

/** Pages of lists: one place in KV for each page and state of its scope, so that what lies there never changes. */
export function pageKind(origin: AssetOrigin): Kind<PageId, AssetPage> {
  return {
    // The journal tells the last commit to every namespace; one it does not know may have been made just now.
    alwaysTold: true,
    immutable: true,
    stale: true,
    permanent: false,
    key: ({ namespace, from, limit }) =>
      `l:${namespace ?? "*"}:${limit}:${from === null ? "" : `${from.inclusive ? "=" : ">"}${from.key}`}`,
    mark: ({ namespace }) => `l:${namespace ?? "*"}`,
    changedAt: (journal, { namespace }) =>
      namespace === null ? journal.seq : (journal.namespaces.get(namespace) ?? journal.seq),
    load: ({ namespace, from, limit }, replica) => origin.list(namespace, from, limit, replica),
    encode(page) {
      const text = JSON.stringify(page);
      return text.length > MAX_KV_BYTES ? null : { text };
    },
    decode(_id, { text }) {
      const page: AssetPage = JSON.parse(text);
      return page;
    },
    // Twice: once as it is loaded, once as it is sent.
    bytes: ({ assets }) =>
      assets.reduce(
        (sum, asset) =>
          sum + ASSET_BYTES + 2 * (asset.definition.length + (asset.expressions?.definition.length ?? 0)),
        0,
      ),
  };
}

/** What an asset of a page takes in memory besides its definitions. */
const ASSET_BYTES = 400;
