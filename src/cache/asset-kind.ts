import type { StoredAsset } from "../store/asset-store.ts";
import { changeKey, type AssetOrigin } from "../store/origin.ts";
import type { Kind } from "./kind.ts";

/** Which asset, with the names it goes by in the caches: made once, looked up several times a request. */
export class AssetId {
  readonly namespace: string;
  readonly name: string;
  /** In the journal. */
  readonly change: string;
  /** In memory, in KV, and as a mark. */
  readonly key: string;

  constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
    this.change = changeKey("asset", namespace, name) ?? "";
    this.key = `a:${this.change}`;
  }
}

/**
 * Single assets: one place in KV each, holding the bytes of a GET and, after them, those for Go clients; beside them
 * the tags of both and where the second starts.
 */
export function assetKind(origin: AssetOrigin): Kind<AssetId, StoredAsset> {
  return {
    alwaysTold: false,
    immutable: false,
    stale: true,
    permanent: false,
    key: ({ key }) => key,
    mark: ({ key }) => key,
    changedAt: ({ changes }, { change }) => changes.get(change) ?? 0,
    load: ({ namespace, name }, replica) => origin.get(namespace, name, replica),
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
    bytes: ({ definition, expressions }) => definition.length + (expressions?.definition.length ?? 0),
  };
}
