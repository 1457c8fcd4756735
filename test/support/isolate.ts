import { env } from "cloudflare:workers";
import { ASSET_MEMORY, CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { CachedKeyStore } from "../../src/freshness/cached-key-store.ts";
import { committer } from "../../src/freshness/committing.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { KV_BUDGET_MS, type KvStore } from "../../src/freshness/patient-kv.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import type { Timer } from "../../src/lib/timer.ts";
import { loadCommitLog } from "../../src/store/d1/commit-log.ts";
import { D1AssetStore } from "../../src/store/d1/assets.ts";
import { deadlined } from "../../src/store/d1/deadlined.ts";
import { D1KeyStore } from "../../src/store/d1/keys.ts";
import { Deadlines } from "../../src/store/deadlines.ts";
import type { CommitLog, RunCommit } from "../../src/store/commit.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import type { Reading } from "../../src/store/reading.ts";
import { aroundDatabase, type Around } from "./around-database.ts";
import { testCommit, testReading } from "./scope.ts";

/**
 * What the isolates of one test share: a time, a KV that misbehaves on command, and the real D1, which may be down or
 * never answer. While it does not answer, time passes until whoever waits for it gives up.
 */
export class World {
  /** Milliseconds since the epoch. */
  now = 1_800_000_000_000;
  databaseDown = false;
  databaseHangs = false;
  /** Only sessions opened with this hang. */
  sessionHangs: string | null = null;
  /** D1 does what it is asked and keeps its answers to itself until `release`. */
  databaseIsLate = false;
  readonly kv = new CommandedKv();
  /** Reads and batches that D1 was asked for, one that did not answer included. */
  databaseCalls = 0;
  /** What the sessions of these calls were opened with; null for none. */
  readonly sessions: (string | null)[] = [];
  /** What a replica answers instead of the truth, by asset name. */
  readonly lagging = new Map<string, Awaited<ReturnType<AssetOrigin["get"]>>>();

  /** The next answers of D1 arrive only after these. */
  readonly delayed: Promise<void>[] = [];
  /** Answers that were there and delayed. */
  answered = 0;
  readonly logged: Record<string, unknown>[] = [];
  #release = (): void => undefined;
  #released = new Promise<void>((done) => {
    this.#release = done;
  });

  seconds(count: number): void {
    this.now += count * 1000;
  }

  /** Lets the late answers of D1 arrive. */
  release(): void {
    this.databaseIsLate = false;
    this.#release();
  }

  /** D1 as an isolate of this world reaches it. */
  readonly around: Around = async ({ session }, work) => {
    this.databaseCalls += 1;
    this.sessions.push(session);
    if (this.databaseHangs || (session !== null && session === this.sessionHangs))
      return new Promise(() => undefined);
    if (this.databaseDown) throw new Error("D1_ERROR: Network connection lost.");
    const late = this.databaseIsLate;
    const answer = await work();
    if (late) await this.#released;
    return answer;
  };

  /** Rings only while D1 does not answer: a machine that is slow is no database that hangs. */
  readonly databaseTimer: Timer = (ms, ring) => {
    if (!this.databaseHangs && !this.databaseIsLate && this.sessionHangs === null) return () => undefined;
    const handle = setTimeout(() => {
      this.now += ms;
      ring();
    }, 0);
    return () => clearTimeout(handle);
  };
}

/** Milliseconds of the machine. */
const SLOW_MS = 5;

/** KV as the interface has it, over a Map. */
export class CommandedKv implements KvStore {
  /** `slow`: reads are answered after the budget of a request and before that of a credential. */
  mode: "works" | "fails" | "hangs" | "slow" = "works";
  gets = 0;
  puts = 0;
  hangsPuts = false;
  /** Puts are taken and forgotten. */
  dropsPuts = false;
  readonly entries = new Map<string, { value: string; metadata: unknown }>();

  async getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }> {
    this.gets += 1;
    if (this.mode === "hangs") return new Promise(() => undefined);
    if (this.mode === "fails") throw new Error("KV GET failed: 503");
    if (this.mode === "slow") await new Promise((done) => setTimeout(done, SLOW_MS));
    return this.entries.get(key) ?? { value: null, metadata: null };
  }

  async put(key: string, value: string, options: { metadata?: unknown } = {}): Promise<void> {
    this.puts += 1;
    if (this.hangsPuts) return new Promise(() => undefined);
    if (this.mode !== "works" && this.mode !== "slow")
      throw new Error("KV PUT failed: 429 Too Many Requests");
    if (!this.dropsPuts) this.entries.set(key, { value, metadata: options.metadata ?? null });
  }

  snapshot(): Map<string, { value: string; metadata: unknown }> {
    return new Map(this.entries);
  }

  restore(entries: ReadonlyMap<string, { value: string; metadata: unknown }>): void {
    for (const [key, entry] of entries) this.entries.set(key, entry);
  }
}

export interface IsolateOptions {
  /** Milliseconds by which its machine's clock is ahead. */
  readonly ahead?: number;
  /** Assets that its memory holds. */
  readonly entries?: number;
  /** Milliseconds for which keys keep reading while D1 does not answer. */
  readonly outageKeyMs?: number;
}

/** One isolate with its own memory. Its background work is awaited by `settled`. */
export class Isolate {
  readonly edge: Edge;
  readonly assets: CachedAssetStore;
  readonly keys: CachedKeyStore;
  readonly deadlines: Deadlines;
  /** Milliseconds by which its machine's clock is ahead of the world's time; may change at any time. */
  ahead: number;
  readonly #world: World;
  readonly #work: Promise<unknown>[] = [];

  constructor(
    world: World,
    { ahead = 0, entries = ASSET_MEMORY.entries, outageKeyMs = STALE_MS }: IsolateOptions = {},
  ) {
    this.#world = world;
    this.ahead = ahead;
    const clock = steadyClock(() => world.now + this.ahead);
    this.deadlines = new Deadlines(clock.now, world.databaseTimer);
    const database = deadlined(aroundDatabase(env.DB, world.around), this.deadlines);
    this.edge = edgeOf({
      kv: world.kv,
      readLog: (since) => this.#dated(() => loadCommitLog(database, since), at),
      clock,
      timer: soon,
      log: (entry) => void world.logged.push(entry),
    });
    const commit = committer(this.edge);
    const run: RunCommit = (wanted, write) =>
      commit(wanted, (since) => this.#dated(() => write(since), atOfLog));
    const assets = new D1AssetStore(database, run);
    const keys = new D1KeyStore(database, run);
    this.assets = new CachedAssetStore(
      {
        get: (id, replica) =>
          this.#delayed(
            async () =>
              (replica === "nearest" ? world.lagging.get(id.name) : undefined) ??
              (await assets.get(id, replica)),
          ),
        list: (...args) => this.#delayed(() => assets.list(...args)),
        put: (...args) => assets.put(...args),
        delete: (...args) => assets.delete(...args),
      },
      this.edge,
      { ...ASSET_MEMORY, entries },
    );
    this.keys = new CachedKeyStore(
      {
        find: (...args) => this.#delayed(() => keys.find(...args)),
        create: (...args) => keys.create(...args),
        rotate: (...args) => keys.rotate(...args),
        revoke: (...args) => keys.revoke(...args),
        page: (...args) => keys.page(...args),
        named: (...args) => keys.named(...args),
        grantLists: (name) => keys.grantLists(name),
        liveGrantLists: (...args) => keys.liveGrantLists(...args),
        touch: (digest, day) => keys.touch(digest, day),
      },
      this.edge,
      outageKeyMs,
    );
  }

  readonly waitUntil = (work: Promise<unknown>): void => {
    this.#work.push(work.catch(() => undefined));
  };

  reading(freshness: Reading["freshness"] = "bounded"): Reading {
    return testReading(freshness, this.waitUntil);
  }

  commit(principal = "tester") {
    return testCommit(this.#world.now, this.waitUntil, principal);
  }

  /** All work that went on after answers is done. */
  async settled(): Promise<void> {
    while (this.#work.length > 0) await this.#work.shift();
  }

  /** The clock of the real D1 knows nothing of this world's time, which it is given here. */
  async #dated<T>(work: () => Promise<T>, date: (answer: T, at: number) => T): Promise<T> {
    const { now } = this.#world;
    return this.#delayed(async () => date(await work(), now));
  }

  async #delayed<T>(work: () => Promise<T>): Promise<T> {
    const delay = this.#world.delayed.shift();
    const answer = await work();
    if (delay !== undefined) this.#world.answered += 1;
    await delay;
    return answer;
  }
}

function at(log: CommitLog, now: number): CommitLog {
  return { ...log, at: now };
}

function atOfLog<T extends { readonly log: CommitLog }>(logged: T, now: number): T {
  return { ...logged, log: at(logged.log, now) };
}

/** What waits for KV gives up when KV has not answered by then: at once, or after it when it waits for longer. */
const soon: Timer = (ms, ring) => {
  const handle = setTimeout(ring, ms > KV_BUDGET_MS ? 10 * SLOW_MS : 0);
  return () => clearTimeout(handle);
};
