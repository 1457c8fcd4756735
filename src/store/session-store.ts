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
  | { readonly outcome: "rotated"; readonly keyDigest: string }
  /** The token was used before: the session is ended, for one of its two users has stolen it. */
  | { readonly outcome: "reused" }
  | { readonly outcome: "unknown" };

/** Where sessions are kept. */
export interface SessionStore {
  open(session: Session): Promise<void>;
  /** Replaces the refresh token of a session, if `refreshId` is its current one. */
  rotate(
    id: string,
    refreshId: string,
    next: Pick<Session, "refreshId" | "expiresAt">,
    now: number,
  ): Promise<Rotation>;
  close(id: string): Promise<void>;
  /** Removes sessions that have expired; how many. */
  prune(now: number): Promise<number>;
}
