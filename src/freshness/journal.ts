import { textBytes } from "../lib/text-bytes.ts";
import type { CommitLog } from "../store/commit.ts";

/** What has changed lately, and when that was last known: the measure by which every copy is judged. */
export interface Journal {
  readonly epoch: string;
  /**
   * Every commit acknowledged by then is in. Milliseconds since the Unix epoch: by the clock of the isolate that holds
   * it, read *before* the database was; in KV, by the clock of the database. `UNDATED` when it is unknown.
   */
  readonly asOf: number;
  readonly seq: number;
  /** Every change in (since, seq] is in `changes`; of those up to `since` nothing is known. */
  readonly since: number;
  /** The last change of each key. */
  readonly changes: ReadonlyMap<string, number>;
  /** The last commit to each namespace or to anything in it. */
  readonly namespaces: ReadonlyMap<string, number>;
  /** When the cron last read the log, by the clock of the database; null when it never has, as far as is known. */
  readonly cronAt: number | null;
}

/** A date before all others, so that nothing is admitted by it. */
export const UNDATED = 0;

/** Changes a journal holds at most; beyond them `since` rises and older copies are read again. */
export const MAX_JOURNAL_CHANGES = 2_000;

/**
 * The journal that a log makes of the one held. Within an epoch the log continues it, and is true of both instants; a
 * log of another epoch, or one that leaves a gap, starts again, which costs reads and never truth.
 */
export function extendJournal(held: Journal | null, log: CommitLog, asOf: number): Journal {
  const namespaces = new Map(Object.entries(log.namespaces));
  const head = { epoch: log.epoch, seq: log.seq, namespaces, cronAt: held?.cronAt ?? null };
  if (held === null || held.epoch !== log.epoch || log.since > held.seq || log.seq < held.seq) {
    return { ...head, asOf, ...trim(new Map(log.changes), log.since) };
  }
  const changes = new Map(held.changes);
  for (const [key, seq] of log.changes) changes.set(key, Math.max(seq, changes.get(key) ?? 0));
  const since = Math.min(held.since, log.since);
  return { ...head, asOf: Math.max(asOf, held.asOf), ...trim(changes, since) };
}

/**
 * Merges two journals. Of an epoch the one with more commits, at the later instant: whatever was
 * acknowledged by either instant is in it. Of two epochs the one that was true later (I9). The cron is one for all.
 */
export function mergeJournals(held: Journal | null, other: Journal): Journal {
  if (held === null) return other;
  const merged = mergeCommits(held, other);
  const cronAt = laterOf(held.cronAt, other.cronAt);
  return merged.cronAt === cronAt ? merged : { ...merged, cronAt };
}

function mergeCommits(held: Journal, other: Journal): Journal {
  if (held.epoch !== other.epoch) return other.asOf >= held.asOf ? other : held;
  const fuller = other.seq >= held.seq ? other : held;
  const asOf = Math.max(held.asOf, other.asOf);
  return fuller.asOf === asOf ? fuller : { ...fuller, asOf };
}

function laterOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** The text that is put in KV. */
export function encodeJournal({ changes, namespaces, ...head }: Journal): string {
  return JSON.stringify({ ...head, changes: [...changes], namespaces: Object.fromEntries(namespaces) });
}

/** Bytes of memory that a journal takes. */
export function journalBytes({ changes, namespaces }: Journal): number {
  let bytes = 0;
  for (const map of [changes, namespaces])
    for (const key of map.keys()) bytes += PLACE_BYTES + textBytes(key);
  return bytes;
}

/** A place in a map, without its key. */
const PLACE_BYTES = 48;

/** Null for a text that is no journal. */
export function decodeJournal(text: string): Journal | null {
  try {
    // Our own text under a key that names its format; what else may lie there fails below or is refused.
    const encoded: EncodedJournal = JSON.parse(text);
    const { epoch, asOf, seq, since, changes, namespaces, cronAt } = encoded;
    if (typeof epoch !== "string" || ![asOf, seq, since].every(Number.isFinite)) return null;
    return {
      epoch,
      asOf,
      seq,
      since,
      changes: new Map(changes),
      namespaces: new Map(Object.entries(namespaces)),
      cronAt: Number.isFinite(cronAt) ? Number(cronAt) : null,
    };
  } catch {
    return null;
  }
}

interface EncodedJournal {
  readonly epoch: unknown;
  readonly asOf: number;
  readonly seq: number;
  readonly since: number;
  readonly changes: readonly [string, number][];
  readonly namespaces: Readonly<Record<string, number>>;
  /** Missing in what an older version has written. */
  readonly cronAt?: unknown;
}

function trim(
  changes: Map<string, number>,
  since: number,
): { changes: ReadonlyMap<string, number>; since: number } {
  if (changes.size <= MAX_JOURNAL_CHANGES) return { changes, since };
  const newestFirst = [...changes].sort(([, a], [, b]) => b - a);
  const dropped = newestFirst[MAX_JOURNAL_CHANGES]?.[1] ?? since;
  return { changes: new Map(newestFirst.slice(0, MAX_JOURNAL_CHANGES)), since: Math.max(since, dropped) };
}
