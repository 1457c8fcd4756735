import type { ArchiveHerald } from "./archive-herald.ts";
import type { MirrorMode, NewCopy, CopyStore } from "./copy-store.ts";
import type { AssetName, Namespace } from "../identity/names.ts";
import type { Replica } from "./origin.ts";

// Archives as they are stored. What their states and times mean is decided in src/archives; a store keeps them.

/** The source of a build, and what is known of it before it was ever checked. */
export interface NewArchive {
  readonly digest: string;
  readonly url: string;
  readonly headers: string;
  readonly host: string;
  readonly state: string;
  readonly detail: string;
  /** Milliseconds since the epoch; null for one that is never checked. */
  readonly dueAt: number | null;
}

/** An asset that commits have changed, with the sources that its builds now have; none when it was deleted. */
export interface ChangedAsset {
  readonly namespace: string;
  readonly name: string;
  readonly builds: readonly StoredBuild[];
}

/** The members of a build that say where its archive is, as the definition has them. */
export interface StoredBuild {
  readonly url: string;
  readonly sha512: string;
  /** JSON, null for none. */
  readonly headers: string | null;
}

/** Commits that have not been looked at yet: the assets they changed. */
export interface UnfollowedCommits {
  readonly from: number;
  /** The last of them; equal to `from` when there are none. */
  readonly to: number;
  readonly assets: readonly ChangedAsset[];
}

/** An archive with all that is known of it. Times in milliseconds since the epoch. */
export interface StoredArchive {
  readonly id: number;
  readonly digest: string;
  readonly url: string;
  /** Secrets. */
  readonly headers: string;
  readonly host: string;
  readonly state: string;
  readonly detail: string;
  readonly status: number | null;
  readonly size: number | null;
  readonly type: string | null;
  readonly seenDigest: string | null;
  readonly beginsAs: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly checkedAt: number | null;
  readonly checkedBy: string | null;
  readonly verifiedAt: number | null;
  readonly suspectedAt: number | null;
  readonly tries: number;
  readonly dueAt: number | null;
  /** When the copy was stored; null where there is none. */
  readonly copiedAt: number | null;
}

/** An archive that was claimed for a check. */
export interface ClaimedArchive extends StoredArchive {
  /** Whether a namespace that uses it wants copies, and this one was not deleted for good. */
  readonly wantsCopy: boolean;
}

/** What a check found, in the columns of an archive. */
export type CheckedColumns = Omit<StoredArchive, "id" | "digest" | "url" | "headers" | "host" | "copiedAt">;

/** What a check found, until when its host is left alone, and the copy that it made. */
export interface CheckRecord {
  readonly columns: CheckedColumns;
  /** What is to be announced; null for nothing. */
  readonly notice: string | null;
  readonly park: { readonly host: string; readonly until: number } | null;
  readonly copy: NewCopy | null;
}

/** What became of a record: nothing of the archive is stored when the claim had run out and is another's. */
export interface RecordedCheck {
  readonly isRecorded: boolean;
  /** Whether the copy was deleted for good in the meantime. */
  readonly isCopyRefused: boolean;
}

/** What to claim: how many archives, and of one host, until when (milliseconds), and in whose name. */
export interface ClaimRequest {
  readonly token: string;
  readonly now: number;
  readonly until: number;
  readonly archives: number;
  readonly perHost: number;
}

/** What another machine found of archives that are stored, or of one that is not. */
export interface ArchiveReport {
  readonly archives: readonly number[] | NewArchive;
  readonly columns: Omit<
    CheckedColumns,
    "verifiedAt" | "suspectedAt" | "etag" | "lastModified" | "tries" | "dueAt"
  >;
}

/** A build that uses an archive. */
export interface ArchiveUser {
  readonly archive: number;
  readonly namespace: Namespace;
  readonly name: AssetName;
  readonly position: number;
}

/**
 * Whose users count towards a limit: those within some namespaces, those outside some, or all. Namespaces of others must not
 * crowd out the users that a question is about.
 */
export type UserRange =
  | { readonly within: readonly Namespace[] | null }
  | { readonly outside: readonly Namespace[] };

/** Which archives a page holds; null members do not filter. */
export interface ArchiveQuery {
  readonly namespace: Namespace | null;
  readonly state: string | null;
  readonly digest: string | null;
  readonly url: string | null;
  readonly host: string | null;
}

/** What an isolate knows of an archive. */
export interface ArchiveNote {
  readonly id: number;
  readonly digest: string;
  readonly url: string;
  readonly headers: string;
  readonly state: string;
  /** Whether there is a copy, and this archive was seen to be what it is a copy of. */
  readonly isCopied: boolean;
  /** Whether the checker saw the right bytes when it last read them. */
  readonly isVerified: boolean;
  /** Who found the state; null for nobody yet. */
  readonly checkedBy: string | null;
}

/** What has changed after a version. */
export interface ArchiveNews {
  readonly version: number;
  readonly changed: readonly ArchiveNote[];
  /** False when more has changed than one answer holds: everything cached has to be read again. */
  readonly isComplete: boolean;
  /** Settings of namespaces that have changed. */
  readonly mirrors: readonly (readonly [namespace: string, mirror: MirrorMode])[];
}

/** Archives that fit a query, of a bounded number that were looked at; `last` is the last of those. */
export interface ArchiveStep {
  readonly archives: readonly StoredArchive[];
  readonly last: number;
  readonly isEnd: boolean;
}

/** Follows commits, so that the stored archives are those that definitions name. */
export interface ArchiveIndex {
  unfollowed(): Promise<UnfollowedCommits>;
  /** Stores what commits made of builds, and counts them as followed; false when another was faster. */
  follow(
    commits: UnfollowedCommits,
    archives: readonly NewArchive[],
    builds: readonly (ArchiveUserSource & { readonly count: number })[],
    now: number,
  ): Promise<boolean>;
}

/** A build, by its place among the builds of its asset, and the source of its archive. */
export interface ArchiveUserSource {
  readonly namespace: string;
  readonly name: string;
  readonly position: number;
  /** Null: the asset has no builds any more. */
  readonly source: Pick<NewArchive, "digest" | "url" | "headers"> | null;
}

/** Hands out archives that are due, each to one checker at a time, and takes what was found. */
export interface ArchiveQueue {
  claim(request: ClaimRequest): Promise<readonly ClaimedArchive[]>;
  /** Stores what a check found, in one transaction. */
  record(id: number, token: string, check: CheckRecord): Promise<RecordedCheck>;
  /** Gives back what was claimed and not checked. */
  release(token: string, now: number): Promise<void>;
  /** Makes archives due at a time, except those checked after `since`; returns how many. */
  ask(ids: readonly number[], dueAt: number, since: number): Promise<number>;
  /** Stores what another machine found, and the archives of it that are not stored yet. */
  report(reports: readonly ArchiveReport[], now: number): Promise<void>;
}

/** Reads archives. */
export interface ArchiveReader {
  /** Looks at `limit` archives after an id, in order of ids. */
  page(query: ArchiveQuery, after: number, limit: number): Promise<ArchiveStep>;
  /** At most `limit` users of each of these archives. */
  users(ids: readonly number[], limit: number, among: UserRange): Promise<readonly ArchiveUser[]>;
  ofAsset(
    namespace: Namespace,
    name: AssetName,
  ): Promise<readonly (StoredArchive & { readonly position: number })[]>;
  notes(digests: readonly string[], replica: Replica): Promise<readonly ArchiveNote[]>;
  /** After null: the version, and every setting of a namespace. */
  news(after: number | null): Promise<ArchiveNews>;
  /** How many archives are in each state, up to a bound. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** The assets in these namespaces, null for all, with this digest whose archive was seen to have it, at most `limit`. */
  holders(
    digest: string,
    limit: number,
    namespaces: readonly Namespace[] | null,
  ): Promise<readonly ArchiveUser[]>;
  /** How a namespace uses copies. */
  mirror(namespace: Namespace): Promise<MirrorMode>;
}

/** Removes archives that no definition has named for a while; returns how many. */
export interface ArchiveSweep {
  sweep(now: number, keptMs: number): Promise<number>;
}

/** All that is kept of archives, by what it is for. */
export interface ArchiveStores {
  readonly index: ArchiveIndex;
  readonly queue: ArchiveQueue;
  readonly reader: ArchiveReader;
  readonly copies: CopyStore;
  readonly herald: ArchiveHerald;
  readonly sweep: ArchiveSweep;
}
