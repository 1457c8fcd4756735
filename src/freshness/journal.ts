import { textBytes } from "../lib/text-bytes.ts";
import { namespaceInKey } from "../identity/cache-key.ts";
import type { CommitLog } from "../store/commit.ts";
import { LayeredCommits, type LastCommits } from "./last-commits.ts";

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
  readonly changes: LastCommits;
  /** The last commit in (since, seq] to each namespace or to anything in it, as it follows from `changes`. */
  readonly namespaces: LastCommits;
  /** When the cron last read the log, by the clock of the database; null when it never has, as far as is known. */
  readonly cronAt: number | null;
}

/** A date before all others, so that nothing is admitted by it. */
export const UNDATED = 0;

/** Changes a journal holds at most; beyond them `since` rises and older copies are read again. */
export const MAX_JOURNAL_CHANGES = 2_000;
/** Changes that are left when there were more: only one commit in many has to look for the oldest. */
const KEPT_CHANGES = 1_500;

/**
 * The journal that a log makes of the one held. Within an epoch the log continues it, and is true of both instants; a
 * log of another epoch, or one that leaves a gap, starts again, which costs reads and never truth.
 */
export function extendJournal(held: Journal | null, log: CommitLog, asOf: number): Journal {
  const head = { epoch: log.epoch, seq: log.seq, cronAt: held?.cronAt ?? null };
  const starts = held === null || held.epoch !== log.epoch || log.since > held.seq || log.seq < held.seq;
  const since = starts ? log.since : Math.min(held.since, log.since);
  const known = {
    changes: starts ? LayeredCommits.of(log.changes) : extended(held.changes, log.changes),
    namespaces: starts
      ? LayeredCommits.of(commitsToNamespaces(log.changes))
      : extended(held.namespaces, commitsToNamespaces(log.changes)),
  };
  return trim({ ...head, asOf: starts ? asOf : Math.max(asOf, held.asOf), since, ...known });
}

function extended(known: LastCommits, commits: Iterable<readonly [string, number]>): LayeredCommits {
  return (known instanceof LayeredCommits ? known : LayeredCommits.of(known)).with(commits);
}

/** The commits to namespaces, and to anything in them, that follow from changes. */
function* commitsToNamespaces(
  changes: Iterable<readonly [string, number]>,
): Generator<readonly [string, number]> {
  for (const [key, seq] of changes) {
    const namespace = namespaceInKey(key);
    if (namespace !== null) yield [namespace, seq];
  }
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

/** The text that is put in KV; the last commits to namespaces are left out, since they follow from the rest. */
export function encodeJournal({ changes, epoch, asOf, seq, since, cronAt }: Journal): string {
  return JSON.stringify({ epoch, asOf, seq, since, cronAt, changes: [...changes] });
}

/** Bytes of memory that a journal takes. */
export function journalBytes({ changes, namespaces }: Journal): number {
  let bytes = 0;
  for (const commits of [changes, namespaces])
    for (const [key] of commits) bytes += PLACE_BYTES + textBytes(key);
  return bytes;
}

/** A place in a map, without its key. */
const PLACE_BYTES = 48;

/** Null for a text that is no journal. */
export function decodeJournal(text: string): Journal | null {
  try {
    // Our own text under a key that names its format; what else may lie there fails below or is refused.
    const encoded: EncodedJournal = JSON.parse(text);
    const { epoch, asOf, seq, since, changes: told, cronAt } = encoded;
    if (typeof epoch !== "string" || ![asOf, seq, since].every(Number.isFinite)) return null;
    return {
      epoch,
      asOf,
      seq,
      since,
      changes: LayeredCommits.of(told),
      namespaces: LayeredCommits.of(commitsToNamespaces(told)),
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
  /** Missing in what an older version has written. */
  readonly cronAt?: unknown;
}

function trim(journal: Journal): Journal {
  const { changes, namespaces, since } = journal;
  if (changes.size <= MAX_JOURNAL_CHANGES) return journal;
  const newestFirst = [...changes].sort(([, a], [, b]) => b - a);
  const first = Math.max(since, newestFirst[KEPT_CHANGES]?.[1] ?? since);
  const known = ([, seq]: readonly [string, number]) => seq > first;
  return {
    ...journal,
    since: first,
    changes: LayeredCommits.of(newestFirst.filter(known)),
    namespaces: LayeredCommits.of([...namespaces].filter(known)),
  };
}
