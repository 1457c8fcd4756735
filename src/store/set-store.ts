import type { AssetName, Namespace } from "../identity/names.ts";
import type { AssetWrite, Commit } from "./asset-store.ts";

/** What a namespace holds of some names, as one transaction saw it: enough to decide what a set would change. */
export interface NamespaceState {
  /** The last commit to the namespace or to anything in it. */
  readonly seq: number;
  readonly assets: readonly AssetState[];
}

export interface AssetState {
  readonly name: AssetName;
  readonly etag: string;
  readonly createdBy: string;
}

/** Writes and deletes that happen together or not at all. */
export interface SetWrite {
  readonly namespace: Namespace;
  /** The state this was made for: nothing is written once the namespace has moved on. */
  readonly seq: number;
  readonly puts: readonly AssetWrite[];
  readonly deletes: readonly AssetName[];
}

/** Seqs of the commits of a set: the first and the last, with none of others between. */
export type SetOutcome =
  | { readonly outcome: "committed"; readonly first: number; readonly last: number }
  | { readonly outcome: "changed" };

/** Where whole sets of assets are compared and written. */
export interface SetStore {
  /** The assets of these names, as far as there are any. Null when the namespace does not exist. */
  state(namespace: Namespace, names: readonly AssetName[]): Promise<NamespaceState | null>;
  /** At most `limit` names of a namespace's assets after a text, in byte order. */
  names(namespace: Namespace, after: string, limit: number): Promise<readonly AssetName[]>;
  /** The definitions of the first of these names whose bytes together are at most `bytes`; names without any are skipped. */
  definitions(
    namespace: Namespace,
    names: readonly AssetName[],
    bytes: number,
  ): Promise<ReadonlyMap<string, string>>;
  apply(set: SetWrite, commit: Commit): Promise<SetOutcome>;
}

/** Where plans are kept until they are applied or expire. */
export interface PlanStore {
  save(id: string, namespace: Namespace, body: string, expiresAt: number): Promise<void>;
  /** Null for a plan that is unknown, of another namespace, or has expired. */
  load(id: string, namespace: Namespace, now: number): Promise<string | null>;
  /** Removes what has expired; how many rows. */
  prune(now: number): Promise<number>;
}
