import type { Commit } from "./asset-store.ts";
import type { Replica, Snapshot } from "./origin.ts";
import type { Reading, ReadResult } from "./reading.ts";

/** An API key as it is stored: everything but the secret. Times are milliseconds since the epoch. */
export interface KeyRecord {
  /** SHA-256 of the secret in hex. */
  readonly digest: string;
  readonly name: string;
  /** Grant strings, as they were given. */
  readonly grants: readonly string[];
  readonly createdBy: string;
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** The day of the last use, `YYYY-MM-DD`; null: never used. */
  readonly lastUsed: string | null;
}

/** The grants of one key, as one value: they are compared and authorised as a whole. */
export type GrantList = KeyRecord["grants"];

/** A record as its row holds it: the grants are a JSON text. */
export interface KeyRow extends Omit<KeyRecord, "grants"> {
  readonly grants: string;
}

/** A key to be made. */
export interface NewKey extends Pick<KeyRecord, "digest" | "name" | "grants" | "expiresAt"> {
  /** Lists of grants that earlier keys of the name may have had, null for any; a key with another: the name is taken. */
  readonly mayFollow: readonly GrantList[] | null;
  /** Whether the name may be one under which a token, rather than a key, has written. */
  readonly mayTakeOver: boolean;
}

/** A new secret for a name. */
export interface Replacement extends Pick<KeyRecord, "digest" | "name"> {
  /** Only live keys with one of these lists of grants are replaced; null for any. */
  readonly among: readonly GrantList[] | null;
  /** When the keys that are replaced expire, unless they do so earlier. */
  readonly oldExpiresAt: number;
}

/** Whether a key opens anything at this time. */
export function isLive(key: KeyRecord, now: number): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}

/** Keys in the database: snapshots, whose freshness the cache judges, and writes. */
export interface KeyOrigin extends Omit<KeyStore, "find"> {
  find(digest: string, replica: Replica): Promise<Snapshot<KeyRecord>>;
}

/**
 * Where API keys are kept. A name may stand for several keys while one replaces another. Every write finds the keys it
 * changes in its own transaction.
 */
export interface KeyStore {
  /** The key of a digest, live or not; null when there is none. */
  find(digest: string, reading: Reading): Promise<ReadResult<KeyRecord | null>>;
  /**
   * At most `limit` keys in byte order of names, the newest first within a name, from the one after the key of the
   * digest `after` on (null: from the first); fewer when their grants are long. Null when no key has that digest.
   */
  page(after: string | null, limit: number): Promise<KeyPage | null>;
  /** The newest keys of a name, the newest first. */
  named(name: string, limit: number): Promise<readonly KeyRecord[]>;
  /** Every list of grants that a key of the name has ever had, each once. */
  grantLists(name: string): Promise<readonly GrantList[]>;
  /** Every list of grants that a live key of the name has, each once. `at` is milliseconds since the epoch. */
  liveGrantLists(name: string, at: number): Promise<readonly GrantList[]>;
  /** Null when the name is not free (see `NewKey`), and nothing has changed. */
  create(key: NewKey, commit: Commit): Promise<KeyRecord | null>;
  /**
   * Adds a key with the grants and the expiry of the live key of the name, and lets the live ones expire. Null when
   * there is none, and nothing has changed.
   */
  rotate(key: Replacement, commit: Commit): Promise<KeyRecord | null>;
  /** Revokes every live key of the name that has one of these lists of grants (null: any); false when there is none. */
  revoke(name: string, among: readonly GrantList[] | null, commit: Commit): Promise<boolean>;
  /** Notes the day of use, unless that day or a later one is noted. Not a commit: readers need not learn of it. */
  touch(digest: string, day: string): Promise<void>;
}

export interface KeyPage {
  readonly records: readonly KeyRecord[];
  /** Whether there are keys after these. */
  readonly more: boolean;
}
