import type { AssetId, AssetName, Namespace } from "../identity/names.ts";
import type { Reading, ReadResult } from "./reading.ts";
import type { Scope } from "../scope.ts";

/** One representation of an asset: the exact bytes of an answer and their strong entity tag (quotes included). */
export interface Representation {
  readonly etag: string;
  readonly definition: string;
}

/** An asset as it is stored. */
export interface StoredAsset extends Representation {
  readonly namespace: Namespace;
  readonly name: AssetName;
  /** The commit that wrote it; orders all commits of an epoch. */
  readonly seq: number;
  /** For clients that cannot decode map filters; null where both forms are the same bytes. */
  readonly expressions: Representation | null;
}

/** A definition to be stored, already validated and encoded. */
export interface AssetWrite extends Representation {
  readonly namespace: Namespace;
  readonly name: AssetName;
  readonly expressions: Representation | null;
}

/** Who commits, why, and for which request: its time is the commit's. */
export interface Commit {
  readonly principal: string;
  /** Why, in the writer's words; null when nothing was said. */
  readonly reason: string | null;
  readonly scope: Scope;
}

/**
 * What must hold of the current asset for a write to happen (RFC 9110 §13.1): `match` any of these tags or, for `*`,
 * that it exists; `noneMatch` the opposite. Null asks nothing.
 */
export interface WriteCondition {
  readonly match: readonly string[] | "*" | null;
  readonly noneMatch: readonly string[] | "*" | null;
}

/** A write that no condition can stop. */
export const UNCONDITIONAL: WriteCondition = { match: null, noneMatch: null };

/** A write that only a free name lets happen. */
export const IF_ABSENT: WriteCondition = { match: null, noneMatch: "*" };

/** A write that was made: the commit's place in the order of all commits of an epoch. */
export interface Committed {
  readonly outcome: "committed";
  readonly epoch: string;
  readonly seq: number;
}

/** What became of a write. Nothing has changed unless the outcome is `committed`. */
export type WriteOutcome =
  | (Committed & { readonly created: boolean })
  | { readonly outcome: "condition-failed" }
  | { readonly outcome: "namespace-missing" };

export type DeleteOutcome =
  | Committed
  | { readonly outcome: "condition-failed" }
  | { readonly outcome: "absent" };

/** Where a page starts: after this key or, if inclusive, at it. A key is a name, or `namespace/name` cluster-wide. */
export interface PageFrom {
  readonly key: string;
  readonly inclusive: boolean;
}

export interface AssetPage {
  readonly assets: readonly StoredAsset[];
  /** The key after which the next page starts; null when nothing is left. */
  readonly next: string | null;
}

/** A page with the last commit to its scope in the snapshot it was read in: between two commits its content is the same. */
export interface StatedPage extends AssetPage {
  readonly state: number;
}

/** What a list of this scope is ordered and continued by. */
export function pageKey(namespace: Namespace | null, asset: { namespace: string; name: string }): string {
  return namespace === null ? `${asset.namespace}/${asset.name}` : asset.name;
}

/**
 * Where assets are kept. Every write is one atomic commit with a seq greater than all before it; of two writers with
 * the same condition one wins. Order is byte order: of names within a namespace, of `namespace/name` across all.
 */
export interface AssetStore {
  get(id: AssetId, reading: Reading): Promise<ReadResult<StoredAsset | null>>;
  /** A page of at most `limit` assets; fewer when their bytes would be too many for one answer. */
  list(
    namespace: Namespace | null,
    from: PageFrom | null,
    limit: number,
    reading: Reading,
  ): Promise<ReadResult<StatedPage>>;
  put(asset: AssetWrite, condition: WriteCondition, commit: Commit): Promise<WriteOutcome>;
  delete(id: AssetId, condition: WriteCondition, commit: Commit): Promise<DeleteOutcome>;
}

/** Assets that one question may be about, and the page that all questions about a namespace share. */
export const MOST_ASSETS = 1_000;

/** Bytes of definitions in one page at most; an isolate has 128 MB for everything. */
export const PAGE_BYTES = 8 * 1024 * 1024;

/** Bytes of one bound text, and of all forms of an asset together: D1 takes 2,000,000 for a text and for a whole row. */
export const STORED_BYTES = 1_900_000;
