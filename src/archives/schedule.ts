import { isWrong, type ArchiveState, type Finding } from "./state.ts";

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** After so long the bytes are hashed again, whatever the host says of them. */
export const REHASH_MS = 30 * DAY_MS;
const FIRST_RETRY_MS = 15 * MINUTE_MS;

/** What is remembered of the checks of an archive. Times in milliseconds since the epoch. */
export interface CheckHistory {
  readonly state: ArchiveState;
  readonly detail: string;
  /** When bytes of the right digest were seen last; null for never. */
  readonly verifiedAt: number | null;
  /** When other bytes were first seen after right ones; null while they are not. */
  readonly suspectedAt: number | null;
  /** Failures in a row. */
  readonly tries: number;
}

/** What follows from a check. */
export interface NextCheck extends CheckHistory {
  /** Null: never, unless somebody asks for it. */
  readonly dueAt: number | null;
  /** `drift`: bytes that were right are others now, seen twice. `mended`: they are right again. */
  readonly event: "drift" | "mended" | null;
}

/**
 * Decides what a finding makes of an archive, and when it is checked next. Bytes that were right and are others are told
 * only when that was seen twice, an hour apart: an error page with a good status is no drift. `random` is in [0, 1).
 */
export function nextCheck(
  before: CheckHistory,
  finding: Pick<Finding, "state" | "detail" | "isHashed">,
  now: number,
  random: number,
): NextCheck {
  const { state, detail } = finding;
  if (state === "ok") {
    const verifiedAt = finding.isHashed ? now : before.verifiedAt;
    const event = isWrong(before.state) && before.verifiedAt !== null ? "mended" : null;
    return { state, detail, verifiedAt, suspectedAt: null, tries: 0, dueAt: now + daily(random), event };
  }
  const { verifiedAt } = before;
  const tries = before.tries + 1;
  if (isWrong(state) && verifiedAt !== null && !isWrong(before.state)) {
    const suspectedAt = before.suspectedAt ?? now;
    if (now - suspectedAt < HOUR_MS) {
      const said = `other bytes came once, and are looked for again an hour later: ${detail}`;
      const dueAt = suspectedAt + HOUR_MS;
      return { state: before.state, detail: said, verifiedAt, suspectedAt, tries: 0, dueAt, event: null };
    }
    return {
      state,
      detail,
      verifiedAt,
      suspectedAt,
      tries: 1,
      dueAt: now + backOff(1, random),
      event: "drift",
    };
  }
  const dueAt =
    state === "not_checkable" ? null : now + (state === "too_large" ? daily(random) : backOff(tries, random));
  return { state, detail, verifiedAt, suspectedAt: before.suspectedAt, tries, dueAt, event: null };
}

/** Whether the host may say that nothing has changed, or the bytes are to be hashed again. */
export function mayBeConditional(
  { state, verifiedAt }: Pick<CheckHistory, "state" | "verifiedAt">,
  now: number,
): boolean {
  return state === "ok" && verifiedAt !== null && now - verifiedAt < REHASH_MS;
}

/** A day or a little less, so that archives registered together are not checked together for ever. */
function daily(random: number): number {
  return Math.round(DAY_MS * (1 - random / 10));
}

/** 15 minutes, doubled with each failure, at most a day; up to a tenth less, so that failures spread. */
export function backOff(tries: number, random: number): number {
  return Math.round(Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries - 1, 20), DAY_MS) * (1 - random / 10));
}
