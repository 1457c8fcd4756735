import { OnceAMinute } from "../lib/once-a-minute.ts";
import { sleep, within, type Timer } from "../lib/timer.ts";
import type { CommitLog, ReadLog } from "../store/commit.ts";
import type { DatabaseTime } from "./database-time.ts";
import { FORMAT } from "./envelope.ts";
import {
  decodeJournal,
  encodeJournal,
  extendJournal,
  mergeJournals,
  UNDATED,
  type Journal,
} from "./journal.ts";
import { KV_BUDGET_MS, MIN_CACHE_TTL, type KvHit, type PatientKv } from "./patient-kv.ts";

/** Where the journal lies in KV. */
export const JOURNAL_KEY = `hb:${FORMAT}`;
/** The age of the copy in memory at which KV is asked again. */
export const RECHECK_MS = 5_000;
/** Up to this age the request that asks KV again need not wait for it. */
const BACKGROUND_REFRESH_MS = 15_000;
/** A journal older than this means that the cron has stopped: isolates publish their own (I8). */
export const CRON_DEAD_MS = 120_000;
const OWN_EVERY_MS = 60_000;
/** The cron runs every minute; when three of its runs in a row are missing, it is said. */
const CRON_SILENT_MS = 180_000;
/** How long KV has for a journal that decides whether a credential is accepted past the bound. */
const THOROUGH_MS = 2_000;
/** KV takes one write a second for a key. */
const PUBLISH_EVERY_MS = 1_100;

type WaitUntil = (work: Promise<unknown>) => void;

/** What the keeper needs from outside. */
export interface KeeperOptions {
  readonly kv: PatientKv;
  readonly readLog: ReadLog;
  readonly time: DatabaseTime;
  readonly clock: () => number;
  readonly timer: Timer;
  readonly log: (entry: Record<string, unknown>) => void;
  /** Milliseconds by which a journal may lie in the future and still be believed. */
  readonly tolerance: number;
}

/** The journal as this isolate knows it: held in memory, read again from KV, published after commits. */
export class JournalKeeper {
  readonly #options: KeeperOptions;
  #held: Journal | null = null;
  #checkedAt = -Infinity;
  #check: Promise<void> | null = null;
  #thoroughAt = -Infinity;
  #thoroughCheck: Promise<void> = Promise.resolve();
  #ownAt = -Infinity;
  #publishedAt = -Infinity;
  readonly #silence = new OnceAMinute();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** A number for the journal in memory: another one when it is another journal. */
  generation = 0;

  /** The journal in memory, however old. */
  get held(): Journal | null {
    return this.#held;
  }

  /** The journal in memory if it need not be asked for again; for the hot path, which does not wait. */
  recent(now: number): Journal | null {
    return now - this.#checkedAt < RECHECK_MS ? this.#held : null;
  }

  /** The newest journal that can be had without waiting long; null when there is none. Never throws. */
  async current(now: number, bound: number, waitUntil: WaitUntil): Promise<Journal | null> {
    const age = now - this.#checkedAt;
    if (age >= RECHECK_MS) {
      // The first that finds it old asks; a second ask starts only when the first has had its time.
      this.#checkedAt = now;
      this.#check = this.#recheck(waitUntil);
      waitUntil(this.#check);
    }
    const usable = this.#held !== null && now - this.#held.asOf <= bound;
    if (this.#check !== null && !(usable && age < BACKGROUND_REFRESH_MS)) {
      // The work of another request may die with it, so no one waits for it without a limit.
      await within(this.#options.timer, KV_BUDGET_MS, this.#check, undefined);
    }
    return this.#held;
  }

  /**
   * The newest journal that KV has, also when KV is slow or was left alone: for what an old one must not decide. Asks at
   * most once in five seconds and waits two. Null when there is none. Never throws.
   */
  async thorough(waitUntil: WaitUntil): Promise<Journal | null> {
    const { kv, clock, timer } = this.#options;
    if (clock() - this.#thoroughAt >= RECHECK_MS) {
      this.#thoroughAt = clock();
      this.#thoroughCheck = kv.ask(JOURNAL_KEY, MIN_CACHE_TTL).then((hit) => this.#take(hit));
      waitUntil(this.#thoroughCheck);
    }
    await within(timer, THOROUGH_MS, this.#thoroughCheck, undefined);
    return this.#held;
  }

  /** Takes in a journal, or the commits that a write or a read of the log returned. */
  learn(journal: Journal): void {
    this.#held = mergeJournals(this.#held, journal);
    this.generation += 1;
  }

  /** Takes in the epoch that the primary reported: a journal of another epoch is no longer of use (I9). */
  noteEpoch(epoch: string, waitUntil: WaitUntil): void {
    if (this.#held !== null && this.#held.epoch !== epoch) this.#publishForDeadCron(waitUntil);
  }

  /** Takes in a log just read from the primary; `askedAt` is the clock before its transaction. */
  extend(log: CommitLog, askedAt: number): void {
    const { time, clock } = this.#options;
    if (time.heard(log.at, askedAt, clock())) this.#sayClockIsWrong();
    this.learn(extendJournal(this.#held, log, askedAt));
  }

  /**
   * The clock has lost its way: how old anything is, is unknown until the database answers again. What the journal
   * says of changes stays true, and refutes copies as before.
   */
  distrust(): void {
    this.#options.time.lose();
    if (this.#held !== null) this.#held = { ...this.#held, asOf: UNDATED };
    this.generation += 1;
  }

  /**
   * Puts the journal in KV, best effort, at most once a second. Of a burst the last call waits for its turn and puts
   * what is known by then.
   */
  async publish(): Promise<void> {
    const { clock, timer } = this.#options;
    const wait = this.#publishedAt + PUBLISH_EVERY_MS - clock();
    if (wait > PUBLISH_EVERY_MS) return;
    this.#publishedAt = Math.max(clock(), this.#publishedAt + PUBLISH_EVERY_MS);
    if (wait > 0) await sleep(timer, wait);
    await this.#put();
  }

  /** Milliseconds since the cron last ran, as far as the journal in memory knows; null when it knows of no run. */
  get cronAge(): number | null {
    const cronAt = this.#held?.cronAt ?? null;
    return cronAt === null ? null : Math.max(0, this.#options.clock() - this.#options.time.toOwn(cronAt));
  }

  /** Reads the log from the primary and publishes it: the work of the cron. Throws when D1 does not answer. */
  async renew(by: "cron" | "isolate" = "isolate"): Promise<{ journal: Journal; published: boolean }> {
    const askedAt = this.#options.clock();
    const since = this.#held?.seq ?? 0;
    const log = await this.#options.readLog(since);
    this.extend(log, askedAt);
    const known = this.#held ?? extendJournal(null, log, askedAt);
    const journal = by === "cron" ? { ...known, cronAt: log.at } : known;
    this.#held = journal;
    this.#publishedAt = this.#options.clock();
    return { journal, published: await this.#put() };
  }

  async #put(): Promise<boolean> {
    const { kv, time } = this.#options;
    if (this.#held === null || this.#held.asOf === UNDATED) return false;
    const asOf = time.toDatabase(this.#held.asOf);
    return kv.put(JOURNAL_KEY, encodeJournal({ ...this.#held, asOf }), {});
  }

  async #recheck(waitUntil: WaitUntil): Promise<void> {
    const { kv, clock } = this.#options;
    this.#take(await kv.get(JOURNAL_KEY, MIN_CACHE_TTL, (hit) => this.#take(hit)));
    this.#check = null;
    this.#watchCron();
    if (clock() - (this.#held?.asOf ?? 0) > CRON_DEAD_MS) this.#publishForDeadCron(waitUntil);
  }

  #take(hit: KvHit | null): void {
    const journal = hit === null ? null : decodeJournal(hit.value);
    if (journal !== null) this.#learnShared(journal);
  }

  /**
   * Learns of another isolate's journal. One from the future shows that this clock is behind: then its date says
   * nothing, nor does that of the journal held.
   */
  #learnShared(journal: Journal): void {
    const { time, clock, tolerance } = this.#options;
    const asOf = time.toOwn(journal.asOf);
    if (asOf > clock() + tolerance) this.distrust();
    this.learn({ ...journal, asOf: time.isLost ? UNDATED : asOf });
  }

  /** A dead cron shows nowhere else: isolates keep the journal current in its place. */
  #watchCron(): void {
    const { clock, log } = this.#options;
    if (this.#held === null) return;
    const { cronAge } = this;
    if (cronAge !== null && cronAge <= CRON_SILENT_MS) return;
    if (!this.#silence.allows(clock())) return;
    const message = "no journal of the cron has come for this long: it is dead, or KV takes none";
    const seconds = cronAge === null ? null : Math.round(cronAge / 1000);
    log({ level: "warn", event: "cron-silent", message, seconds });
  }

  #sayClockIsWrong(): void {
    const { log, time } = this.#options;
    const seconds = Math.round(time.ahead / 1000);
    const message = "the clock of this machine differs from the database's: seconds it is ahead";
    log({ level: "warn", event: "clock-wrong", message, seconds });
  }

  #publishForDeadCron(waitUntil: WaitUntil): void {
    const now = this.#options.clock();
    if (now - this.#ownAt < OWN_EVERY_MS) return;
    this.#ownAt = now;
    waitUntil(this.#publishOwn(now));
  }

  /** The cron has stopped, or has never run: this isolate does its work, at leisure (I8). */
  async #publishOwn(now: number): Promise<void> {
    const { log } = this.#options;
    if (this.#held === null) {
      log({ level: "info", event: "journal-missing", message: "no journal yet; this isolate writes one" });
    } else {
      const seconds = this.#held.asOf === UNDATED ? null : Math.round((now - this.#held.asOf) / 1000);
      const message = "the journal is old, of another epoch or of another time: does the cron run?";
      log({ level: "warn", event: "journal-old", message, seconds });
    }
    try {
      await this.renew();
    } catch (error) {
      log({ level: "warn", event: "journal-not-renewed", error: String(error) });
    }
  }
}
