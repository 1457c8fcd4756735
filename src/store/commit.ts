import { apiKeyKey, assetKey } from "../identity/cache-key.ts";
import type { Commit } from "./asset-store.ts";

/** What has been committed lately, as one snapshot saw it: the source of the journal. */
export interface CommitLog {
  /** The clock of the database in that snapshot, in milliseconds since the Unix epoch: the one clock that dates all journals. */
  readonly at: number;
  readonly epoch: string;
  readonly seq: number;
  /** Every change after this seq is in `changes`. */
  readonly since: number;
  /** What changed and when, each key once with its last seq; see `changeKey`. */
  readonly changes: readonly (readonly [key: string, seq: number])[];
  /** The last commit to each namespace or to anything in it; also the list of namespaces. */
  readonly namespaces: Readonly<Record<string, number>>;
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
 * The key of a commit's change in the log: an asset's, or an API key's by its digest. Null for a namespace, whose last
 * commit the map of namespaces holds.
 */
export function changeKey(kind: string, namespace: string, name: string): string | null {
  if (kind === "asset") return assetKey(namespace, name);
  return kind === "key" ? apiKeyKey(name) : null;
}
