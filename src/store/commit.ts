import { apiKeyKey, assetKey, NAMESPACES_KEY, namespaceKey } from "../identity/cache-key.ts";
import type { Commit } from "./asset-store.ts";

/** What has been committed lately, as one snapshot saw it: the source of the journal. */
export interface CommitLog {
  /** The clock of the database in that snapshot, in milliseconds since the Unix epoch: the one clock that dates all journals. */
  readonly at: number;
  readonly epoch: string;
  readonly seq: number;
  /** Every change after this seq is in `changes`. */
  readonly since: number;
  /** What changed and when, each key once with its last seq; see `changeKeys`. */
  readonly changes: readonly (readonly [key: string, seq: number])[];
}

/** Reads the log from the primary; changes up to `since` may be left out. */
export type ReadLog = (since: number) => Promise<CommitLog>;

/** The outcome of a write together with the log as the same transaction saw it. */
export interface Logged<Outcome> {
  readonly result: Outcome;
  readonly log: CommitLog;
}

/**
 * Runs a write as a commit: this isolate's journal learns of it from the log of its transaction, and is published. Stores
 * are given one and know nothing of journals. `write` gets the seq up to which the log may leave out changes; only an
 * outcome `committed` says that anything was written. Throws `unavailable` when the database fails.
 */
export type RunCommit = <Outcome extends { readonly outcome: string }>(
  commit: Pick<Commit, "scope">,
  write: (since: number) => Promise<Logged<Outcome>>,
) => Promise<Outcome>;

/**
 * The keys of what a commit changes: an asset; an API key, by its digest; or a namespace and with it the list of all.
 * That a commit to an asset changes the lists of its namespace follows from the asset's key.
 */
export function changeKeys(kind: string, namespace: string, name: string): readonly string[] {
  if (kind === "asset") return [assetKey(namespace, name)];
  return kind === "key" ? [apiKeyKey(name)] : [namespaceKey(name), NAMESPACES_KEY];
}
