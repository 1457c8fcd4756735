/** What has to be known about a copy to judge it. All numbers are seqs of one epoch. */
export interface Judged {
  readonly epoch: string;
  /** The commit that made the thing what it is. */
  readonly s: number;
  /** The snapshot in which it was seen: it is what it was at every commit from s to g. */
  readonly g: number;
}

/** What the journal says about one key. */
export interface Evidence {
  readonly epoch: string;
  /** Milliseconds since the Unix epoch; everything acknowledged by then is known. */
  readonly asOf: number;
  /** The journal knows every change after this seq. */
  readonly since: number;
  /** The key's last change; 0 for none since `since`. */
  readonly changedAt: number;
}

/** `admitted`, or why a copy may not be served. */
export type Verdict = "admitted" | "journal-old" | "other-epoch" | "before-journal" | "refuted" | "backwards";

/** S: milliseconds after an acknowledged write from which on no older copy is served (I1). */
export const BOUND_MS = 180_000;

/**
 * Whether a copy may answer. What is admitted was current at the instant of the journal, so within `bound` before
 * `now`; nothing is assumed about the store it came from, neither order nor speed nor delivery (I1, I2). Nor
 * is it older than what this isolate has already served (`highWater`, I3).
 */
export function admit(
  copy: Judged,
  evidence: Evidence,
  now: number,
  bound: number,
  highWater: number,
): Verdict {
  if (copy.epoch !== evidence.epoch) return "other-epoch";
  if (copy.g < evidence.since) return "before-journal";
  if (copy.g < evidence.changedAt) return "refuted";
  if (copy.s < highWater && copy.g < highWater) return "backwards";
  if (now - evidence.asOf > bound) return "journal-old";
  return "admitted";
}

export type Admit = typeof admit;
