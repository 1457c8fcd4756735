/** What is known of an archive. `docs/archives.md` says what to do about each. */
export const STATES = [
  "unknown",
  "ok",
  "wrong_digest",
  "not_an_archive",
  "gone",
  "refused",
  "unreachable",
  "too_large",
  "not_checkable",
] as const;

export type ArchiveState = (typeof STATES)[number];

/** The state that a stored text says; one of a later release is unknown. */
export function stateOf(text: string): ArchiveState {
  return STATES.find((state) => state === text) ?? "unknown";
}

/** Whether other bytes are served than the definition says. */
export function isWrong(state: ArchiveState): boolean {
  return state === "wrong_digest" || state === "not_an_archive";
}

/** What one check found. */
export interface Finding {
  readonly state: ArchiveState;
  /** What was seen, and what to do about it, for people. */
  readonly detail: string;
  readonly status: number | null;
  readonly size: number | null;
  readonly type: string | null;
  /** The digest of what was seen. */
  readonly seenDigest: string | null;
  /** What the first bytes are: `gzip`, `an HTML page`. */
  readonly beginsAs: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Whether bytes were hashed; false where the host says that they are those of the last time. */
  readonly isHashed: boolean;
  /** Milliseconds for which the host asks to be left alone; null where it does not. */
  readonly parkMs: number | null;
}

/** A finding of this state, with nothing seen but what is given. */
export function findingOf(state: ArchiveState, detail: string, seen: Partial<Finding> = {}): Finding {
  return {
    state,
    detail,
    status: null,
    size: null,
    type: null,
    seenDigest: null,
    beginsAs: null,
    etag: null,
    lastModified: null,
    isHashed: false,
    parkMs: null,
    ...seen,
  };
}
