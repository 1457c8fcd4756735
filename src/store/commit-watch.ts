import type { Namespace } from "../identity/names.ts";

/** What is known of the newest commits without asking the database. */
export interface KnownCommits {
  readonly epoch: string;
  /** Every commit up to this seq is known. */
  readonly seq: number;
  /** No commit to the scope lies between this seq and `seq`. */
  readonly last: number;
}

/** Knows when something was committed, at no cost to the database. */
export interface CommitWatch {
  /** The newest commits to a namespace or (null) to anything; null when what is known is too old. Never throws. */
  newest(scope: Namespace | null, waitUntil: (work: Promise<unknown>) => void): Promise<KnownCommits | null>;
}
