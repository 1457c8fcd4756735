import { cacheKey } from "../identity/cache-key.ts";
import type { Namespace } from "../identity/names.ts";
import { utf8Bytes } from "../lib/text-bytes.ts";
import type { AssetPage, PageFrom, StatedPage, StoredAsset } from "../store/asset-store.ts";
import type { AssetOrigin } from "../store/origin.ts";
import { assetBytes } from "./asset-kind.ts";
import type { Kind } from "./kind.ts";
import { STALE_MS } from "./stale.ts";

export interface PageId {
  /** Null: all namespaces. */
  readonly namespace: Namespace | null;
  readonly from: PageFrom | null;
  readonly limit: number;
}

/** Pages larger than this are read from D1 or memory: KV is for what many ask for and is quickly decoded. */
const MAX_KV_BYTES = 1024 * 1024;

/** Pages of lists: refuted by any commit to their scope. */
export function pageKind(origin: AssetOrigin): Kind<PageId, StatedPage> {
  return {
    immutable: true,
    staleMs: STALE_MS,
    isCredential: false,
    permanent: false,
    key: ({ namespace, from, limit }) =>
      cacheKey(
        ...scopeParts(namespace),
        String(limit),
        from?.inclusive === true ? "from" : "after",
        from?.key ?? "",
      ),
    mark: ({ namespace }) => cacheKey(...scopeParts(namespace)),
    changedAt: (journal, { namespace }) =>
      namespace === null ? journal.seq : (journal.namespaces.get(namespace) ?? 0),
    async load({ namespace, from, limit }, replica) {
      const { value, ...snapshot } = await origin.list(namespace, from, limit, replica);
      return { ...snapshot, value: value === null ? null : { ...value, state: snapshot.s ?? snapshot.g } };
    },
    encode({ assets, next }) {
      const text = JSON.stringify({ assets, next });
      return text.length > MAX_KV_BYTES ? null : { text };
    },
    decode(_id, { text }, state) {
      const page: AssetPage = JSON.parse(text);
      return { ...page, state };
    },
    bytes: ({ assets }) => assets.reduce((sum, asset) => sum + assetBytes(asset) + sentBytes(asset), 0),
  };
}

/** What an asset adds to the bodies of its page, which are remembered with it in either form of filters. */
function sentBytes({ definition, expressions }: StoredAsset): number {
  const bytes = utf8Bytes(definition);
  return bytes + (expressions === null ? bytes : utf8Bytes(expressions.definition));
}

/** A namespace's lists and the cluster's differ in their first part: no name of a namespace is the name of all. */
function scopeParts(namespace: Namespace | null): string[] {
  return namespace === null ? ["all"] : ["l", namespace];
}
