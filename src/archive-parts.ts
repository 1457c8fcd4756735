import { ArchiveChecker } from "./archives/checker.ts";
import { CopyService } from "./archives/copies.ts";
import { followCommits } from "./archives/follow.ts";
import { mirrorsOf } from "./archives/mirror-operations.ts";
import { ArchiveNotes } from "./archives/notes.ts";
import { ArchiveService } from "./archives/service.ts";
import { STATES } from "./archives/state.ts";
import { digestStreamHasher, workerGet } from "./archives/worker-fetch.ts";
import type { ArchiveSettings } from "./config.ts";
import { hourly, type Chore } from "./freshness/heartbeat.ts";
import { runtimeTimer } from "./lib/timer.ts";
import { Spent } from "./observability/spent.ts";
import type { RunCommit } from "./store/commit.ts";
import { d1Archives } from "./store/d1/archives.ts";

/** What the archives need from outside. */
interface ArchiveNeeds {
  readonly database: D1Database;
  readonly run: RunCommit;
  /** Null where the deployment keeps no copies. */
  readonly bucket: R2Bucket | null;
  readonly settings: ArchiveSettings;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** Archives that are checked at once when somebody asks for it. */
const CHECKS_ON_DEMAND = 2;
/** Milliseconds for which an archive is remembered that no definition names any more. */
const UNUSED_ARCHIVE_MS = 30 * 86_400_000;
const CHECKS_FAILED = { level: "error", event: "archive-checks-failed" };

/** Everything about archives that an isolate has: made once, of values and functions, never of the environment. */
export function archiveParts({ database, run, bucket, settings, fetch, clock, log }: ArchiveNeeds) {
  const stores = d1Archives(database, run, STATES);
  const policy = { reachesPrivate: false, reachesLoopback: settings.loopback };
  const copies = new CopyService(stores, bucket);
  const checker = new ArchiveChecker({
    stores,
    get: workerGet(fetch),
    hasherOf: digestStreamHasher,
    bucket,
    policy,
    settings,
    timer: runtimeTimer,
    clock,
    scope: () => ({ now: clock(), spent: new Spent(), waitUntil: () => undefined }),
    random: Math.random,
    log,
  });
  const chores: readonly Chore[] = [
    { name: "archives", run: async (now) => Number(await followCommits(stores.index, policy, now)) },
    { name: "deleted-copies", run: (now) => copies.deleteAgain(now) },
    // In minutes of their own: what one run of the cron may ask is bounded.
    hourly(17, "unused-archives", (now) => stores.sweep.sweep(now, UNUSED_ARCHIVE_MS)),
    hourly(43, "unused-copies", () => copies.sweep()),
  ];
  return {
    notes: new ArchiveNotes(stores.reader, clock, runtimeTimer),
    service: new ArchiveService(stores, policy),
    copies,
    mirrors: mirrorsOf(stores),
    chores,
    /** Checks a few archives that are due, after the answer. */
    checkSoon: (waitUntil: (work: Promise<unknown>) => void) => waitUntil(checker.run(CHECKS_ON_DEMAND)),
    /** Checks what is due. Never rejects. */
    async check(): Promise<void> {
      await checker.run().catch((error: unknown) => log({ ...CHECKS_FAILED, error: String(error) }));
    },
    /** How many archives are in each state; none where that cannot be asked. */
    counts: () => stores.reader.counts().catch(() => new Map<string, number>()),
  };
}
