import type { Commit } from "./asset-store.ts";

/** An announcement about an archive, for followers of the assets that use it. */
export interface ArchiveNotice {
  readonly id: number;
  readonly digest: string;
  readonly host: string;
  readonly state: string;
  readonly notice: string;
}

/** Announces what happened to archives: a commit to each asset that uses one, its definition as it is. */
export interface ArchiveHerald {
  /** What checks have found that was not announced yet, at most `limit`. */
  pending(limit: number): Promise<readonly ArchiveNotice[]>;
  /** Announces notices, each once however many callers ask for it; returns how many assets got a commit. */
  announce(archives: readonly number[], commit: Commit): Promise<number>;
  /** Announces any other event of archives, with the commit's reason as its text. */
  say(archives: readonly number[], commit: Commit): Promise<number>;
}
