import { dayOf } from "../lib/day.ts";
import type { ClaimedArchive, CopyTotals, NewCopy } from "../store/archive-store.ts";
import { copyKey, type Bucket } from "./bucket.ts";
import type { CheckerOptions } from "./checker-options.ts";
import { fetchArchive, Postponed } from "./fetch-archive.ts";
import { judge } from "./judge.ts";
import { columnsOf, noticeOf } from "./recorded.ts";
import { RequestBudget, type Reservation } from "./request-budget.ts";
import { mayBeConditional, nextCheck, type NextCheck } from "./schedule.ts";
import { stateOf, type Finding } from "./state.ts";
import { BucketFailure, storing } from "./storing.ts";

/** Who commits what checks have found. */
export const CHECKER = "archive-check";

/** Longer than any check takes: then the archive is due again, whatever has become of its checker. */
export const CLAIM_MS = 15 * 60_000;
const SILENCE_MS = 30_000;
const TOTAL_MS = 4 * 60_000;
/** After so long a run begins no more checks: the last one is over before its claim is. */
export const BEGIN_MS = CLAIM_MS - TOTAL_MS - 60_000;
const COPIES_A_DAY = 1_000;
/** What the free plan has left of its 50 requests beside what else the cron does. */
const FREE_REQUESTS = 21;
const FREE_CHECKS = 8;
/** The paid plan has 10,000 requests, and 1,000 statements of D1. */
const PAID_REQUESTS = 900;
/** What most checks need: a redirect, the bucket, and what is recorded of them. Others take more. */
const REQUESTS_OF_CHECK = 7;
const REQUESTS_OF_RECORD = 2;
const REQUESTS_OF_PARKING = 1;
const REQUESTS_OF_COPY = 2;
/** A commit, and the journal that is published after it. */
const REQUESTS_OF_NOTICES = 8;

/** What a run has claimed, and what it may do. */
interface RunOptions {
  readonly token: string;
  /** Null where there is no bucket. */
  readonly totals: CopyTotals | null;
  /** Milliseconds since the epoch. */
  readonly lastBegin: number;
  /** Whether requests went into notices. */
  readonly hasAnnounced: boolean;
}

/** One run: its claim, and what is left of what it may do. */
export class CheckRun {
  readonly found: Record<string, number> = {};
  postponed = 0;
  readonly #options: CheckerOptions;
  readonly #token: string;
  readonly #totals: CopyTotals | null;
  readonly #lastBegin: number;
  readonly #requests: RequestBudget;
  /** Hosts that have asked to be left alone, or do not answer. */
  readonly #parked = new Set<string>();
  #atWork = 0;
  #hashBytes: number;
  #copiedBytes = 0;
  #copies = 0;

  constructor(options: CheckerOptions, { token, totals, lastBegin, hasAnnounced }: RunOptions) {
    this.#options = options;
    this.#token = token;
    this.#totals = totals;
    this.#lastBegin = lastBegin;
    this.#hashBytes = options.settings.hashBytes;
    const requests = options.settings.checks > FREE_CHECKS ? PAID_REQUESTS : FREE_REQUESTS;
    this.#requests = new RequestBudget(requests - (hasAnnounced ? REQUESTS_OF_NOTICES : 0));
  }

  /** Checks one archive after the other while there is one, and requests for it. */
  async work(waiting: ClaimedArchive[]): Promise<void> {
    for (let archive = waiting.shift(); archive !== undefined; archive = waiting.shift()) {
      if (this.#parked.has(archive.host) || this.#options.clock() > this.#lastBegin) {
        this.postponed += 1;
        continue;
      }
      const reserved = this.#requests.reserve(REQUESTS_OF_CHECK);
      if (reserved === null) {
        waiting.unshift(archive);
        // A check that is under way gives back what it does not need, and its lane goes on with this one.
        if (this.#atWork === 0) this.postponed += waiting.splice(0).length;
        return;
      }
      this.#atWork += 1;
      await this.#check(archive, reserved);
      this.#atWork -= 1;
      reserved.end();
    }
  }

  async #check(archive: ClaimedArchive, { spend }: Reservation): Promise<void> {
    const { clock, random, log } = this.#options;
    try {
      const { finding, copy } = await this.#find(archive, spend);
      const now = clock();
      const next = nextCheck({ ...archive, state: stateOf(archive.state) }, finding, now, random());
      spend(REQUESTS_OF_RECORD);
      if (!(await this.#record(archive, { finding, next, copy, now }, spend))) return;
      this.found[finding.state] = (this.found[finding.state] ?? 0) + 1;
    } catch (error) {
      // What was claimed and not recorded is due again when the claim runs out, or is given back.
      this.postponed += 1;
      if (!(error instanceof Postponed) || error instanceof BucketFailure)
        log({ level: "error", event: "archive-check-failed", digest: archive.digest, error: String(error) });
    }
  }

  async #find(
    archive: ClaimedArchive,
    spend: (requests: number) => void,
  ): Promise<{ readonly finding: Finding; readonly copy: NewCopy | null }> {
    const { get, policy, timer, clock, bucket, hasherOf, settings } = this.#options;
    const { digest, etag, lastModified } = archive;
    const before = { state: stateOf(archive.state), verifiedAt: archive.verifiedAt };
    const lacksCopy =
      bucket !== null && archive.wantsCopy && archive.copiedAt === null && this.#mayCopy(archive.size ?? 0);
    const isConditional = mayBeConditional(before, clock()) && !lacksCopy;
    let copy: NewCopy | null = null;
    const outcome = await fetchArchive(archive, {
      get: (...request) => {
        spend(1);
        return get(...request);
      },
      policy,
      limits: { silenceMs: SILENCE_MS, totalMs: TOTAL_MS, maxBytes: settings.maxBytes },
      timer,
      validators: isConditional ? { etag, lastModified } : { etag: null, lastModified: null },
      consume: storing({
        bucket: bucket === null ? null : counted(bucket, () => spend(1)),
        hasherOf,
        digest,
        keepsCopy: (size) => archive.wantsCopy && (archive.copiedAt !== null || this.#mayCopy(size)),
        hashBytes: settings.hashBytes,
        mayHash: (bytes) => {
          if (bytes > this.#hashBytes) return false;
          this.#hashBytes -= bytes;
          return true;
        },
        stored: (size, type) => {
          this.#copiedBytes += size;
          this.#copies += 1;
          copy = { digest, size, type };
        },
      }),
    });
    return { finding: judge(outcome, digest, clock()), copy };
  }

  /** Whether another copy stays within the ceilings. */
  #mayCopy(size: number): boolean {
    const { settings, clock } = this.#options;
    if (this.#totals === null) return false;
    const copies = this.#totals.copiesOn(dayOf(clock())) + this.#copies;
    return this.#totals.bytes + this.#copiedBytes + size <= settings.copiedBytes && copies < COPIES_A_DAY;
  }

  /** Records what was found; false when the claim had run out. */
  async #record(
    archive: ClaimedArchive,
    { finding, next, copy, now }: { finding: Finding; next: NextCheck; copy: NewCopy | null; now: number },
    spend: (requests: number) => void,
  ): Promise<boolean> {
    const { stores, bucket } = this.#options;
    if (finding.parkMs !== null) this.#parked.add(archive.host);
    spend((finding.parkMs === null ? 0 : REQUESTS_OF_PARKING) + (copy === null ? 0 : REQUESTS_OF_COPY));
    const { isRecorded, isCopyRefused } = await stores.queue.record(archive.id, this.#token, {
      columns: columnsOf(finding, next, { at: now, by: CHECKER, before: archive }),
      notice: noticeOf(archive, next),
      park: finding.parkMs === null ? null : { host: archive.host, until: now + finding.parkMs },
      copy,
    });
    // The copy was deleted while it was made.
    if (isCopyRefused) await bucket?.delete(copyKey(archive.digest));
    return isRecorded;
  }
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
