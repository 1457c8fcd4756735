import type { KeyRecord } from "./key-store.ts";

/** A login that can be continued: which refresh token is the current one, and the key it rests on. */
export interface Session {
  readonly id: string;
  readonly refreshId: string;
  /** SHA-256 of the API key in hex: a session ends with its key. */
  readonly keyDigest: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type Rotation =
  | { readonly outcome: "rotated"; readonly key: Pick<KeyRecord, "name" | "grants"> }
  /** The token was used before: the session is ended, for one of its two users has stolen it. */
  | { readonly outcome: "reused" }
  /** The key is revoked or has expired, and the session is ended with it. */
  | { readonly outcome: "key-ended" }
  | { readonly outcome: "unknown" };

/** Where sessions are kept. */
export interface SessionStore {
  open(session: Session): Promise<void>;
  /**
   * Replaces the refresh token of a session, if `refreshId` is its current one and its key is live. All of it happens
   * or none. Asked again with the same `next` it answers the same, so it may be repeated when its answer was lost.
   */
  rotate(
    id: string,
    refreshId: string,
    next: Pick<Session, "refreshId" | "expiresAt">,
    now: number,
  ): Promise<Rotation>;
  close(id: string): Promise<void>;
  /** Removes sessions that have expired, a bounded number at a time; how many. */
  prune(now: number): Promise<number>;
}
