import type { Principal } from "../auth/principal.ts";
import { Glance } from "../freshness/fresh-reader.ts";
import type { Kept } from "../lib/memory.ts";
import { textBytes } from "../lib/text-bytes.ts";
import { AssetId, parseAssetName, parseNamespace, type Namespace } from "../identity/names.ts";
import type { ManyAnswer } from "../resolve/many/service.ts";
import type { Answer } from "../resolve/service.ts";
import type { StatedPage, StoredAsset } from "../store/asset-store.ts";

const CORE = "/api/core/v2/namespaces/";
const EDGE = "/api/edge/v1/namespaces/";
const RESOLVE_QUERY = "/resolve?";

/** URLs remembered, by number and by bytes of memory, and the longest of them. */
export const TARGETS = { entries: 10_000, bytes: 6 * 1024 * 1024 };
const MAX_URL = 500;
/** A target with all that it points to besides its texts: what was last found, and a 304 with its headers. */
const TARGET_BYTES = 1_200;

/** What a URL asks for, and what was worked out for its last answer. */
export type Target = AssetTarget | ManyTarget;

interface CommonTarget {
  /** Who may read it and was the last to do so; principals do not change. */
  reader: Principal | null;
  unchanged: Unchanged | null;
}

export interface AssetTarget extends CommonTarget {
  readonly of: "asset";
  readonly id: AssetId;
  /** The query of a resolution, `?` included; null for the asset itself. */
  readonly search: string | null;
  readonly last: Glance<StoredAsset>;
  /** Of the asset's last tag, its resolution. */
  resolution: { readonly assetTag: string; readonly kept: Kept<Answer> } | null;
}

/** A question about many assets of a namespace. */
export interface ManyTarget extends CommonTarget {
  readonly of: "many";
  readonly namespace: Namespace;
  /** `?` included. */
  readonly search: string;
  readonly last: Glance<StatedPage>;
  /** The last answer, for the reader of that time. */
  answer: { readonly reader: Principal; readonly kept: Kept<ManyAnswer> } | null;
}

/** A 304. Without a body it is part of no request's input or output: it answers many, while its headers are the same. */
export interface Unchanged {
  readonly etag: string;
  readonly ageSeconds: number;
  readonly seq: number | null;
  /** That of the archive. */
  readonly state: string | null;
  readonly response: Response;
}

/** Reads URLs, and remembers those read: agents ask for the same again and again. */
export class Targets {
  readonly #known = new Map<string, Target>();
  #bytes = 0;

  /** Bytes of memory that the URLs and what is remembered with them take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Null for a URL that is not plainly an asset's, a resolution's or one of many. */
  of(url: string): Target | null {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    const target = targetOf(url);
    if (target !== null && url.length <= MAX_URL) this.#remember(url, target);
    return target;
  }

  #remember(url: string, target: Target): void {
    const texts = [url, target.search ?? "", ...placeOf(target)];
    const bytes = texts.reduce((sum, text) => sum + textBytes(text), TARGET_BYTES);
    if (this.#known.size >= TARGETS.entries || this.#bytes + bytes > TARGETS.bytes) {
      this.#known.clear();
      this.#bytes = 0;
    }
    this.#known.set(url, target);
    this.#bytes += bytes;
  }
}

function placeOf(target: Target): readonly string[] {
  if (target.of === "many") return [target.namespace];
  const { namespace, name, key } = target.id;
  return [namespace, name, key];
}

/**
 * Reads `.../namespaces/<ns>/assets/<name>` and, under our own prefix, `/resolve?...` after that or after the namespace.
 */
function targetOf(url: string): Target | null {
  const path = url.indexOf("/", "https://".length);
  const isCore = url.startsWith(CORE, path);
  if (!isCore && !url.startsWith(EDGE, path)) return null;
  const start = path + CORE.length;
  const end = url.indexOf("/", start);
  if (end === -1) return null;
  if (!isCore && url.startsWith(RESOLVE_QUERY, end)) return manyTarget(url, start, end);
  if (!url.startsWith("/assets/", end)) return null;
  // An escaped namespace is left to the router: what can name none is no target.
  const namespace = parseNamespace(url.slice(start, end));
  const nameStart = end + "/assets/".length;
  const nameEnd = isCore ? url.length : url.indexOf(RESOLVE_QUERY, nameStart);
  if (nameEnd === -1) return null;
  const encoded = url.slice(nameStart, nameEnd);
  // A query, a dot segment, an escaped dot, or a slash where none belongs has a meaning that is decided elsewhere.
  if ((isCore ? /\?|^\/|\/$|%2E|(?:^|\/)\.{1,2}(?:\/|$)/i : /[/?]|%2E/i).test(encoded)) return null;
  const name = parseAssetName(decoded(encoded) ?? "");
  if (namespace === null || name === null) return null;
  const search = isCore ? null : url.slice(nameEnd + RESOLVE_QUERY.length - 1);
  return {
    of: "asset",
    id: new AssetId(namespace, name),
    search,
    last: new Glance(),
    resolution: null,
    reader: null,
    unchanged: null,
  };
}

function manyTarget(url: string, start: number, end: number): ManyTarget | null {
  const namespace = parseNamespace(url.slice(start, end));
  if (namespace === null) return null;
  const search = url.slice(end + RESOLVE_QUERY.length - 1);
  return { of: "many", namespace, search, last: new Glance(), answer: null, reader: null, unchanged: null };
}

/** Null for what is escaped wrongly. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
