import type { Commit } from "./asset-store.ts";
import type { Logged, Replica, Snapshot } from "./origin.ts";
import type { Reading } from "./reading.ts";

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

export type NewKey = Pick<KeyRecord, "digest" | "name" | "grants" | "expiresAt">;

/** Whether a key opens anything at this time. */
export function isLive(key: KeyRecord, now: number): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}

/** Keys as the database keeps them: snapshots to be judged, and writes that tell the log (see origin.ts). */
export interface KeyOrigin extends Pick<KeyStore, "list" | "named" | "touch"> {
  find(digest: string, replica: Replica): Promise<Snapshot<KeyRecord>>;
  create(key: NewKey, commit: Commit, since: number): Promise<Logged<KeyOutcome>>;
  rotate(key: NewKey, oldExpiresAt: number, commit: Commit, since: number): Promise<Logged<KeyOutcome>>;
  revoke(name: string, commit: Commit, since: number): Promise<Logged<KeyOutcome>>;
}

export interface KeyOutcome {
  readonly outcome: "committed" | "refused";
}

/** Where API keys are kept. A name may stand for several keys while one replaces another. */
export interface KeyStore {
  /** The key of a digest, live or not; null when there is none. */
  find(digest: string, reading: Reading): Promise<KeyRecord | null>;
  /** All keys by name, the newest first within a name. */
  list(): Promise<readonly KeyRecord[]>;
  named(name: string): Promise<readonly KeyRecord[]>;
  /** False when a live key has the name, and nothing has changed. */
  create(key: NewKey, commit: Commit): Promise<boolean>;
  /** Adds a key under a name and lets the live ones of that name expire at `oldExpiresAt`, unless they do earlier. */
  rotate(key: NewKey, oldExpiresAt: number, commit: Commit): Promise<void>;
  /** Revokes every live key of the name; false when there was none. */
  revoke(name: string, commit: Commit): Promise<boolean>;
  /** Notes the day of use, unless that day or a later one is noted. No commit: nobody waits for it. */
  touch(digest: string, day: string): Promise<void>;
}
