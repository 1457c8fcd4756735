import { env } from "cloudflare:workers";
import { CachedAssetStore } from "../../src/cache/cached-asset-store.ts";
import { CachedKeyStore } from "../../src/cache/cached-key-store.ts";
import { edgeOf, type Edge } from "../../src/cache/edge.ts";
import type { KvStore } from "../../src/cache/patient-kv.ts";
import { loadCommitLog } from "../../src/store/d1-commit-log.ts";
import { D1AssetStore } from "../../src/store/d1-asset-store.ts";
import { D1KeyStore } from "../../src/store/d1-key-store.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import { newReading, type Reading } from "../../src/store/reading.ts";

/** What the isolates of one test share: a clock, a KV that misbehaves on command, and the real D1, which may be down. */
export class World {
  /** Milliseconds since the epoch. */
  now = 1_800_000_000_000;
  databaseDown = false;
  readonly kv = new CommandedKv();
  /** Reads and batches that D1 was asked for. */
  databaseCalls = 0;
  /** What a replica answers instead of the truth, by asset name. */
  readonly lagging = new Map<string, Awaited<ReturnType<AssetOrigin["get"]>>>();

  /** The next answers of D1 arrive only after these. */
  readonly delayed: Promise<void>[] = [];
  readonly logged: Record<string, unknown>[] = [];

  seconds(count: number): void {
    this.now += count * 1000;
  }
}

/** KV as the interface has it, over a Map. */
export class CommandedKv implements KvStore {
  mode: "works" | "fails" | "hangs" = "works";
  gets = 0;
  puts = 0;
  /** Puts are taken and forgotten. */
  dropsPuts = false;
  readonly entries = new Map<string, { value: string; metadata: unknown }>();

  async getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }> {
    this.gets += 1;
    if (this.mode === "hangs") return new Promise(() => undefined);
    if (this.mode === "fails") throw new Error("KV GET failed: 503");
    return this.entries.get(key) ?? { value: null, metadata: null };
  }

  async put(key: string, value: string, options: { metadata?: unknown } = {}): Promise<void> {
    this.puts += 1;
    if (this.mode !== "works") throw new Error("KV PUT failed: 429 Too Many Requests");
    if (!this.dropsPuts) this.entries.set(key, { value, metadata: options.metadata ?? null });
  }

  snapshot(): Map<string, { value: string; metadata: unknown }> {
    return new Map(this.entries);
  }

  restore(entries: ReadonlyMap<string, { value: string; metadata: unknown }>): void {
    for (const [key, entry] of entries) this.entries.set(key, entry);
  }
}

/** One isolate with its own memory. Its background work is awaited by `settled`. */
export class Isolate {
  readonly edge: Edge;
  readonly assets: CachedAssetStore;
  readonly keys: CachedKeyStore;
  readonly #world: World;
  readonly #work: Promise<unknown>[] = [];

  constructor(world: World) {
    this.#world = world;
    this.edge = edgeOf({
      kv: world.kv,
      readLog: (since) => this.#asked(() => loadCommitLog(env.DB, since)),
      clock: () => world.now,
      sleep: () => new Promise((done) => setTimeout(done, 0)),
      log: (entry) => void world.logged.push(entry),
    });
    const database = new D1AssetStore(env.DB);
    const keys = new D1KeyStore(env.DB);
    this.assets = new CachedAssetStore(
      {
        get: (id, replica) =>
          this.#asked(
            async () =>
              (replica === "nearest" ? world.lagging.get(id.name) : undefined) ??
              (await database.get(id, replica)),
          ),
        list: (...args) => this.#asked(() => database.list(...args)),
        put: (...args) => this.#asked(() => database.put(...args)),
        delete: (...args) => this.#asked(() => database.delete(...args)),
      },
      this.edge,
    );
    this.keys = new CachedKeyStore(
      {
        find: (...args) => this.#asked(() => keys.find(...args)),
        create: (...args) => this.#asked(() => keys.create(...args)),
        rotate: (...args) => this.#asked(() => keys.rotate(...args)),
        revoke: (...args) => this.#asked(() => keys.revoke(...args)),
        page: (...args) => keys.page(...args),
        named: (...args) => keys.named(...args),
        grantLists: (name) => keys.grantLists(name),
        touch: (digest, day) => keys.touch(digest, day),
      },
      this.edge,
    );
  }

  readonly waitUntil = (work: Promise<unknown>): void => {
    this.#work.push(work.catch(() => undefined));
  };

  reading(freshness: Reading["freshness"] = "bounded"): Reading {
    return newReading(freshness, this.waitUntil);
  }

  commit(principal = "tester") {
    return { principal, at: this.#world.now, reason: null, waitUntil: this.waitUntil };
  }

  /** All work that went on after answers is done. */
  async settled(): Promise<void> {
    while (this.#work.length > 0) await this.#work.shift();
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    this.#world.databaseCalls += 1;
    if (this.#world.databaseDown) throw new Error("D1_ERROR: Network connection lost.");
    const delay = this.#world.delayed.shift();
    const answer = await work();
    await delay;
    return answer;
  }
}
