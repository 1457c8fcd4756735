import type { Timer } from "../lib/timer.ts";
import { dayOf } from "../lib/day.ts";
import type { ArchiveStores, CheckedColumns, ClaimedArchive, CopyTotals } from "../store/archive-store.ts";
import type { Bucket } from "./bucket.ts";
import { fetchArchive, Postponed, type Get, type Hasher } from "./fetch-archive.ts";
import { judge } from "./judge.ts";
import { mayBeConditional, nextCheck, type NextCheck } from "./schedule.ts";
import { storing } from "./storing.ts";
import { stateOf, type Finding } from "./state.ts";
import type { FetchPolicy } from "./url-rule.ts";

/** What the operator has set. */
export interface CheckSettings {
  /** Archives a minute. */
  readonly checks: number;
  /** Bytes that a run may hash by itself. */
  readonly hashBytes: number;
  /** Bytes of one archive, and of all copies. */
  readonly maxBytes: number;
  readonly copiedBytes: number;
}

/** What the checker needs from outside: values and functions, never the environment. */
export interface CheckerOptions {
  readonly stores: Pick<ArchiveStores, "queue" | "copies" | "herald">;
  readonly get: Get;
  readonly hasherOf: () => Hasher;
  readonly bucket: Bucket | null;
  readonly policy: FetchPolicy;
  readonly settings: CheckSettings;
  readonly timer: Timer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** Who commits what the checker has to tell. */
export const CHECKER = "archive-check";

/** Longer than any check takes: then the archive is due again, whatever has become of its checker. */
export const CLAIM_MS = 15 * 60_000;
const LANES = 4;
const SILENCE_MS = 30_000;
const TOTAL_MS = 4 * 60_000;
const COPIES_A_DAY = 1_000;
/**
 * Requests of a run to hosts, to the bucket and to D1. The free plan has 50 for an invocation, of which the rest of what
 * the cron does needs up to 20. Whoever sets more checks than fit has the paid plan, which has 10,000.
 */
const REQUESTS = 30;
const FREE_CHECKS = 8;
/** Requests of one check at most: six to hosts, two to the bucket, and what is written down of it. */
const REQUESTS_OF_CHECK = 10;
/** Requests before the first check and after the last: claiming, totals, giving back. */
const REQUESTS_OF_RUN = 3;

/** What one run has done, by the states that were found. */
export type CheckRun = Readonly<Record<string, number>>;

/** Checks archives that are due, a bounded number of them at a time. */
export class ArchiveChecker {
  readonly #options: CheckerOptions;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Checks what is due; so many archives at most. */
  async run(archives = this.#options.settings.checks): Promise<CheckRun> {
    const { stores, settings, clock, bucket } = this.#options;
    const count = Math.min(archives, settings.checks);
    if (count === 0) return {};
    const token = crypto.randomUUID();
    const now = clock();
    const perHost = Math.max(1, Math.floor(count / 2));
    const claimed = await stores.queue.claim({ token, now, until: now + CLAIM_MS, archives: count, perHost });
    if (claimed.length === 0) return {};
    const totals = bucket === null ? null : await stores.copies.totals();
    const requests = count > FREE_CHECKS ? count * REQUESTS_OF_CHECK : REQUESTS;
    const run = new Run(this.#options, token, totals, requests - REQUESTS_OF_RUN);
    const waiting = inTurns(claimed);
    await Promise.all(Array.from({ length: LANES }, () => run.work(waiting)));
    if (run.postponed > 0) await stores.queue.release(token, clock());
    return run.found;
  }
}

/** One run: its claim, and what is left of what it may do. */
class Run {
  readonly found: Record<string, number> = {};
  postponed = 0;
  readonly #options: CheckerOptions;
  readonly #token: string;
  readonly #totals: CopyTotals | null;
  #requests: number;
  #atWork = 0;
  #hashBytes: number;
  #copiedBytes = 0;
  #copies = 0;

  constructor(options: CheckerOptions, token: string, totals: CopyTotals | null, requests: number) {
    this.#options = options;
    this.#token = token;
    this.#totals = totals;
    this.#requests = requests;
    this.#hashBytes = options.settings.hashBytes;
  }

  /** Checks one archive after the other while there is one, and requests for it. */
  async work(waiting: ClaimedArchive[]): Promise<void> {
    while (waiting.length > 0) {
      if (this.#requests < REQUESTS_OF_CHECK) {
        // Whoever is at work gives back what it does not need, and goes on.
        if (this.#atWork === 0) this.postponed += waiting.splice(0).length;
        return;
      }
      const archive = waiting.shift();
      if (archive === undefined) return;
      this.#requests -= REQUESTS_OF_CHECK;
      this.#atWork += 1;
      const used = await this.#check(archive);
      this.#atWork -= 1;
      this.#requests += REQUESTS_OF_CHECK - used;
    }
  }

  /** Checks an archive; the requests that took. */
  async #check(archive: ClaimedArchive): Promise<number> {
    const { clock, random, log } = this.#options;
    let used = 0;
    try {
      const finding = await this.#find(archive, () => {
        used += 1;
      });
      const now = clock();
      const before = { ...archive, state: stateOf(archive.state) };
      const next = nextCheck(before, finding, now, random());
      used += 1;
      if (!(await this.#record(archive, finding, next, now))) return used;
      this.found[finding.state] = (this.found[finding.state] ?? 0) + 1;
      if (next.event !== null) {
        used += 1;
        await this.#tell(archive, next);
      }
    } catch (error) {
      // What was claimed and not recorded is due again when the claim runs out, or is given back.
      this.postponed += 1;
      if (!(error instanceof Postponed))
        log({ level: "error", event: "archive-check-failed", digest: archive.digest, error: String(error) });
    }
    return used;
  }

  async #find(archive: ClaimedArchive, request: () => void): Promise<Finding> {
    const { get, policy, timer, clock, stores, bucket, hasherOf, settings } = this.#options;
    const before = { state: stateOf(archive.state), verifiedAt: archive.verifiedAt };
    const lacksCopy =
      bucket !== null && archive.wantsCopy && archive.copiedAt === null && this.#mayCopy(archive.size ?? 0);
    const isConditional = mayBeConditional(before, clock()) && !lacksCopy;
    const { etag, lastModified } = archive;
    const outcome = await fetchArchive(archive, {
      get: (...asked) => {
        request();
        return get(...asked);
      },
      policy,
      limits: { silenceMs: SILENCE_MS, totalMs: TOTAL_MS, maxBytes: settings.maxBytes },
      timer,
      validators: isConditional ? { etag, lastModified } : { etag: null, lastModified: null },
      consume: storing({
        bucket: bucket === null ? null : counted(bucket, request),
        hasherOf,
        digest: archive.digest,
        keepsCopy: (size) => archive.wantsCopy && (archive.copiedAt !== null || this.#mayCopy(size)),
        hashBytes: settings.hashBytes,
        mayHash: (bytes) => {
          if (bytes > this.#hashBytes) return false;
          this.#hashBytes -= bytes;
          return true;
        },
        stored: async (size, type) => {
          request();
          this.#copiedBytes += size;
          this.#copies += 1;
          await stores.copies.stored({ digest: archive.digest, size, type }, clock());
        },
      }),
    });
    return judge(outcome, archive.digest, clock());
  }

  /** Whether another copy stays within the ceilings. */
  #mayCopy(size: number): boolean {
    const { settings, clock } = this.#options;
    if (this.#totals === null) return false;
    const copies = this.#totals.copiesOn(dayOf(clock())) + this.#copies;
    return this.#totals.bytes + this.#copiedBytes + size <= settings.copiedBytes && copies < COPIES_A_DAY;
  }

  #record(archive: ClaimedArchive, finding: Finding, next: NextCheck, now: number): Promise<boolean> {
    const parkedUntil = finding.parkMs === null ? null : now + finding.parkMs;
    const columns = columnsOf(finding, next, { at: now, by: CHECKER, before: archive });
    return this.#options.stores.queue.record(archive.id, this.#token, columns, {
      name: archive.host,
      parkedUntil,
    });
  }

  async #tell(archive: ClaimedArchive, { event, detail }: NextCheck): Promise<void> {
    const { stores, log, clock } = this.#options;
    const level = event === "drift" ? "error" : "info";
    log({ level, event: `archive-${event}`, digest: archive.digest, host: archive.host, detail });
    const reason =
      event === "drift"
        ? `the archive has changed at ${archive.host}: ${detail}`
        : `the archive at ${archive.host} has the digest of the definition again`;
    const commit = { principal: CHECKER, at: clock(), reason, waitUntil: () => undefined };
    await stores.herald.announce({ archives: [archive.id], reason }, commit);
  }
}

/** The first archive of each host, then the second of each: a slow host keeps no other waiting. */
function inTurns(claimed: readonly ClaimedArchive[]): ClaimedArchive[] {
  const places = new Map<string, number>();
  const placed = claimed.map((archive) => {
    const place = places.get(archive.host) ?? 0;
    places.set(archive.host, place + 1);
    return { place, archive };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ archive }) => archive);
}

/** The columns that say what was found, and when to look again. Tags that were not sent again are still those. */
export function columnsOf(
  finding: Finding,
  next: NextCheck,
  {
    at,
    by,
    before,
  }: {
    at: number;
    by: string;
    before: Pick<CheckedColumns, "etag" | "lastModified" | "size" | "type" | "seenDigest" | "beginsAs">;
  },
): CheckedColumns {
  const isSame = finding.state === "ok" && !finding.isHashed;
  return {
    state: next.state,
    detail: next.detail,
    status: finding.status,
    size: isSame ? before.size : finding.size,
    type: isSame ? before.type : finding.type,
    seenDigest: isSame ? before.seenDigest : finding.seenDigest,
    beginsAs: isSame ? before.beginsAs : finding.beginsAs,
    etag: finding.etag ?? (isSame ? before.etag : null),
    lastModified: finding.lastModified ?? (isSame ? before.lastModified : null),
    checkedAt: at,
    checkedBy: by,
    verifiedAt: next.verifiedAt,
    suspectedAt: next.suspectedAt,
    tries: next.tries,
    dueAt: next.dueAt,
  };
}

/** The bucket, each use of which is a request. */
function counted(bucket: Bucket, request: () => void): Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        request();
        return member.apply(target, given) as unknown;
      };
    },
  });
}
