import type { Principal } from "../auth/principal.ts";
import { Glance } from "../cache/fresh-reader.ts";
import type { Kept } from "../cache/memory.ts";
import { AssetId, parseAssetName, parseNamespace } from "../identity/names.ts";
import type { Answer } from "../resolution/service.ts";
import type { StoredAsset } from "../store/asset-store.ts";

const CORE = "/api/core/v2/namespaces/";
const EDGE = "/api/edge/v1/namespaces/";
const RESOLVE_QUERY = "/resolve?";

/** URLs remembered, and the longest of them. */
const REMEMBERED = 10_000;
const MAX_URL = 500;

/** What a URL asks for, and what was worked out for its last answer. */
export interface Target {
  readonly id: AssetId;
  /** The query of a resolution, `?` included; null for the asset itself. */
  readonly search: string | null;
  readonly last: Glance<StoredAsset>;
  /** Of the asset's last tag, its resolution. */
  resolution: { readonly assetTag: string; readonly kept: Kept<Answer> } | null;
  /** Who may read it and was the last to do so; principals do not change. */
  reader: Principal | null;
  unchanged: Unchanged | null;
}

/** A 304. Without a body it is part of no request's input or output: it answers many, while tag and age are the same. */
export interface Unchanged {
  readonly etag: string;
  readonly ageSeconds: number;
  readonly response: Response;
}

/** Reads URLs, and remembers those read: agents ask for the same again and again. */
export class Targets {
  readonly #known = new Map<string, Target>();

  /** Null for a URL that is not plainly an asset's or a resolution's. */
  of(url: string): Target | null {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    const target = targetOf(url);
    if (target !== null && url.length <= MAX_URL) {
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(url, target);
    }
    return target;
  }
}

/** Reads `.../namespaces/<ns>/assets/<name>` and, under our own prefix, `/resolve?...`. */
function targetOf(url: string): Target | null {
  const path = url.indexOf("/", "https://".length);
  const isCore = url.startsWith(CORE, path);
  if (!isCore && !url.startsWith(EDGE, path)) return null;
  const start = path + CORE.length;
  const end = url.indexOf("/", start);
  if (end === -1 || !url.startsWith("/assets/", end)) return null;
  // An escaped namespace is left to the router: what can name none is no target.
  const namespace = parseNamespace(url.slice(start, end));
  const nameStart = end + "/assets/".length;
  const nameEnd = isCore ? url.length : url.indexOf(RESOLVE_QUERY, nameStart);
  if (nameEnd === -1) return null;
  const encoded = url.slice(nameStart, nameEnd);
  // A query, an escaped dot, or a slash where none belongs has a meaning that is decided elsewhere.
  if ((isCore ? /\?|\/$|%2E/i : /[/?]|%2E/i).test(encoded)) return null;
  const name = parseAssetName(decoded(encoded) ?? "");
  if (namespace === null || name === null) return null;
  const search = isCore ? null : url.slice(nameEnd + RESOLVE_QUERY.length - 1);
  return {
    id: new AssetId(namespace, name),
    search,
    last: new Glance(),
    resolution: null,
    reader: null,
    unchanged: null,
  };
}

/** Null for what is escaped wrongly. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
