import { INVALID_CREDENTIALS } from "../../auth/authenticate.ts";
import { seesEveryName } from "../../auth/grants.ts";
import { ApiError } from "../../errors.ts";
import { namespacesOfOneLife } from "../lives.ts";
import type { ChangeStore } from "../../store/change-store.ts";
import type { CommitWatch, KnownCommits } from "../../store/commit-watch.ts";
import { Meter } from "../../lib/meter.ts";
import type { AssetRevision } from "../../store/history-store.ts";
import { cursorAt, type Cursor, type From } from "./cursor.ts";
import { checkCursor, MATCHING_STEPS, selectChanges, visibleTo, type Follower } from "./page.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** One commit as a follower may see it. */
export interface Change {
  readonly revision: AssetRevision;
  /** Where the follower is after it. */
  readonly cursor: Cursor;
  /** Whether the follower may write the asset, and so sees its secrets. */
  readonly mayWrite: boolean;
}

/** The changes after a cursor. */
export interface ChangePage {
  readonly changes: readonly Change[];
  /** What to go on from: every commit up to here that the follower may see has been shown. */
  readonly next: Cursor;
  /** False when retention has deleted commits that this page would otherwise show. */
  readonly complete: boolean;
  /** Whether nothing more had been committed; otherwise there may be more at once. */
  readonly caughtUp: boolean;
}

/** How long to wait for a commit, and what the request that waits can do meanwhile. */
export interface Waiting {
  /** Milliseconds. */
  readonly wait: number;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Whether the follower's credential still holds; asked before it is shown what it has waited for. */
  readonly stillValid: () => Promise<boolean>;
}

/** What the service needs from outside. */
export interface ChangeOptions {
  readonly store: ChangeStore;
  readonly watch: CommitWatch;
  readonly room: WaitingRoom;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Commits in a page. */
export const PAGE_CHANGES = 500;
/** Commits that are scanned for a page when some may be hidden. */
const SCANNED = 2_000;
/** Commits that are scanned beyond those of a page when none is hidden: some are to namespaces and keys. */
const SPARE = 100;
const WATCH_MS = 1_000;

/** Commits to assets, in commit order, for programs that follow them. */
export class ChangeService {
  readonly #options: ChangeOptions;

  constructor(options: ChangeOptions) {
    this.#options = options;
  }

  /** The time by the clock of all waiting, milliseconds since the epoch. */
  now(): number {
    return this.#options.clock();
  }

  /** The changes after a cursor that the database has now. Throws `gone` where commits are missing after it. */
  async read(follower: Follower, from: From, limit: number): Promise<ChangePage> {
    const { store } = this.#options;
    const { grants, scope } = follower;
    const after = from === "now" ? Number.MAX_SAFE_INTEGER : (from?.seq ?? 0);
    const scanned = seesEveryName(grants, scope) ? limit + SPARE : SCANNED;
    const scan = await store.scan(after, scope, namespacesOfOneLife(grants, scope), scanned);
    checkCursor(from === "now" ? null : from, follower, scan);
    if (from === "now") return emptyPage(cursorAt(scan.epoch, scan.seq, null));
    const { heads, completeTo } = selectChanges(follower, scan, limit);
    const revisions = heads.length === 0 ? [] : await store.revisions(heads.map(({ seq }) => seq));
    // Retention was faster; the next scan knows what it has deleted.
    if (revisions.length < heads.length) return this.read(follower, from, limit);
    // A page has few commits: what the meter counts here is no matter.
    const isVisible = visibleTo(follower, scan, new Meter(MATCHING_STEPS));
    const startedAt = from === null ? scan.seq : from.startedAt;
    return {
      changes: revisions.map((revision) => ({
        revision,
        cursor: cursorAt(scan.epoch, revision.seq, startedAt),
        mayWrite: isVisible(revision, "edit"),
      })),
      next: cursorAt(scan.epoch, completeTo, startedAt),
      complete: after >= scan.forgotten,
      caughtUp: completeTo >= scan.seq,
    };
  }

  /**
   * The same, waiting for a commit when there is nothing to show. The database is asked only when something is known
   * to have been committed in the scope, or when nothing is known. Throws `tooManyRequests` when too many wait.
   */
  async next(follower: Follower, from: From, limit: number, waiting: Waiting): Promise<ChangePage> {
    const { watch, clock } = this.#options;
    const until = clock() + waiting.wait;
    let known = waiting.wait === 0 ? null : await watch.newest(follower.scope, waiting.waitUntil);
    let page =
      known !== null && isCursor(from) && isQuiet(known, from)
        ? emptyPage(passed(known, from))
        : await this.read(follower, from, limit);
    while (page.changes.length === 0 && page.caughtUp && clock() < until) {
      const news = await this.#news(follower, page.next, known, until, waiting);
      if (news === null) break;
      known = news;
      page = await this.read(follower, page.next, limit);
    }
    return page;
  }

  /** Throws `tooManyRequests` when as many clients wait as may. */
  refuseWhenFull(): void {
    const now = this.#options.clock();
    this.#enterRoom(now, now)();
  }

  #enterRoom(now: number, until: number): () => void {
    const leave = this.#options.room.enter(now, until);
    if (leave !== null) return leave;
    throw new ApiError("tooManyRequests", "too many clients wait for changes here; ask again in 5 seconds", {
      headers: { "Retry-After": "5" },
    });
  }

  /** Waits until a commit after the cursor is known; null when none is by then. */
  async #news(
    { scope }: Follower,
    cursor: Cursor,
    before: KnownCommits | null,
    until: number,
    { waitUntil, stillValid }: Waiting,
  ): Promise<KnownCommits | null> {
    const { watch, clock, sleep } = this.#options;
    const leave = this.#enterRoom(clock(), until);
    try {
      while (clock() < until) {
        await sleep(Math.min(WATCH_MS, until - clock()));
        const known = await watch.newest(scope, waitUntil);
        if (known === null || !isNews(known, cursor, before)) continue;
        if (await stillValid()) return known;
        throw INVALID_CREDENTIALS;
      }
      return null;
    } finally {
      leave();
    }
  }
}

function isCursor(from: From): from is Cursor {
  return from !== null && from !== "now";
}

/** Whether it is known that nothing was committed after the cursor. */
function isQuiet({ epoch, seq, last }: KnownCommits, cursor: Cursor): boolean {
  return cursor.epoch === epoch && cursor.startedAt === null && cursor.seq <= seq && last <= cursor.seq;
}

/** The cursor after what is known to hold nothing for it. */
function passed({ seq }: KnownCommits, { epoch }: Cursor): Cursor {
  return cursorAt(epoch, seq, null);
}

/** Whether something was committed after the cursor. An epoch that is new to the watch is news once. */
function isNews({ epoch, last }: KnownCommits, cursor: Cursor, before: KnownCommits | null): boolean {
  return epoch === cursor.epoch ? last > cursor.seq : epoch !== before?.epoch;
}

function emptyPage(next: Cursor): ChangePage {
  return { changes: [], next, complete: true, caughtUp: true };
}
