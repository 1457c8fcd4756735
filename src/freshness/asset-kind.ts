import { textBytes } from "../lib/text-bytes.ts";
import type { StoredAsset } from "../store/asset-store.ts";
import type { AssetId } from "../identity/names.ts";
import type { AssetOrigin } from "../store/origin.ts";
import type { Kind } from "./kind.ts";
import { STALE_MS } from "./stale.ts";

/**
 * Single assets: one place in KV each, holding the bytes of a GET and, after them, those for Go clients; beside them
 * the tags of both and where the second starts.
 */
export function assetKind(origin: AssetOrigin): Kind<AssetId, StoredAsset> {
  return {
    immutable: false,
    staleMs: STALE_MS,
    isCredential: false,
    permanent: false,
    key: ({ key }) => key,
    mark: ({ key }) => key,
    changedAt: ({ changes }, { key }) => changes.get(key) ?? 0,
    load: (id, replica) => origin.get(id, replica),
    encode({ etag, definition, expressions }) {
      if (expressions === null) return { text: definition, extra: [etag] };
      return {
        text: definition + expressions.definition,
        extra: [etag, expressions.etag, definition.length],
      };
    },
    decode({ namespace, name }, { text, extra }, s) {
      const [etag, second, start]: readonly unknown[] = Array.isArray(extra) ? extra : [];
      if (typeof etag !== "string") throw new Error("an entry without a tag");
      const whole = { namespace, name, seq: s, etag };
      if (typeof second !== "string" || typeof start !== "number") {
        return { ...whole, definition: text, expressions: null };
      }
      const expressions = { etag: second, definition: text.slice(start) };
      return { ...whole, definition: text.slice(0, start), expressions };
    },
    bytes: assetBytes,
  };
}

/** The object of an asset and that of its second form, without the texts in them. */
const ASSET_BYTES = 160;

/** Bytes of memory that a loaded asset takes. */
export function assetBytes({ namespace, name, etag, definition, expressions }: StoredAsset): number {
  const texts = [namespace, name, etag, definition, expressions?.etag, expressions?.definition];
  return texts.reduce((sum: number, text = "") => sum + textBytes(text), ASSET_BYTES);
}
