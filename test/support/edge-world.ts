import { env } from "cloudflare:workers";
import { CachedAssetStore } from "../../src/cache/cached-asset-store.ts";
import { CachedKeyStore } from "../../src/cache/cached-key-store.ts";
import { edgeOf, type Edge } from "../../src/cache/edge.ts";
import { beat } from "../../src/cache/heartbeat.ts";
import { UNCONDITIONAL, type AssetPage, type AssetWrite } from "../../src/store/asset-store.ts";
import { D1AssetStore } from "../../src/store/d1-asset-store.ts";
import { loadCommitLog } from "../../src/store/d1-commit-log.ts";
import { D1KeyStore } from "../../src/store/d1-key-store.ts";
import { sweepTombstones } from "../../src/store/d1-sweep.ts";
import { newReading, type Reading } from "../../src/store/reading.ts";
import { FaultyKv } from "./faulty-kv.ts";
import { FaultyOrigin } from "./faulty-origin.ts";
import { freshStorage } from "./worker.ts";

export interface Got {
  /** The content of the asset, null when absent, or the kind of error. */
  readonly content: string | null;
  readonly tier: Reading["tier"];
  readonly age: number;
}

/** The real D1 and the real caches of any number of isolates, with a clock and faults that a test decides on. */
export class EdgeWorld {
  now = 1_800_000_000_000;
  readonly kv = new FaultyKv();
  readonly database = new FaultyOrigin(new D1AssetStore(env.DB));
  readonly logged: Record<string, unknown>[] = [];
  #work: Promise<unknown>[] = [];

  static async fresh(): Promise<EdgeWorld> {
    await freshStorage();
    return new EdgeWorld();
  }

  isolate(): Isolate {
    return new Isolate(this);
  }

  readonly waitUntil = (work: Promise<unknown>): void => void this.#work.push(work);

  /** Waits for what goes on in the background. */
  async settle(): Promise<void> {
    while (this.#work.length > 0) await Promise.all(this.#work.splice(0));
  }

  pass(seconds: number): void {
    this.now += seconds * 1_000;
  }
}

export class Isolate {
  readonly edge: Edge;
  readonly assets: CachedAssetStore;
  readonly keys: CachedKeyStore;
  readonly #world: EdgeWorld;

  constructor(world: EdgeWorld) {
    this.#world = world;
    const fails = () => {
      if (world.database.down) throw new Error("D1_ERROR: the database does not answer");
    };
    this.edge = edgeOf({
      kv: world.kv,
      readLog: async (since) => {
        fails();
        return loadCommitLog(env.DB, since);
      },
      clock: () => world.now,
      // Every wait of a request is short here; what it waits for has its chance first.
      sleep: () => new Promise((done) => setTimeout(done, 20)),
      log: (entry) => void world.logged.push(entry),
    });
    this.assets = new CachedAssetStore(world.database, this.edge);
    const keys = new D1KeyStore(env.DB);
    this.keys = new CachedKeyStore(
      Object.assign(Object.create(keys) as D1KeyStore, {
        create: keys.create.bind(keys),
        revoke: keys.revoke.bind(keys),
        find: async (...asked: Parameters<D1KeyStore["find"]>) => {
          fails();
          return keys.find(...asked);
        },
      }),
      this.edge,
    );
  }

  async put(name: string, content: string, namespace = "default"): Promise<void> {
    const asset: AssetWrite = {
      namespace,
      name,
      etag: `"${content}"`,
      definition: content,
      expressions: null,
    };
    await this.assets.put(asset, UNCONDITIONAL, this.commit());
    await this.#world.settle();
  }

  async delete(name: string): Promise<void> {
    await this.assets.delete("default", name, UNCONDITIONAL, this.commit());
    await this.#world.settle();
  }

  /** What an agent is told of a name; an error is thrown. */
  async get(name: string, freshness: Reading["freshness"] = "bounded"): Promise<Got> {
    const reading = newReading(freshness, this.#world.waitUntil);
    const asset = await this.assets.get("default", name, reading);
    await this.#world.settle();
    return { content: asset?.definition ?? null, tier: reading.tier, age: reading.ageSeconds };
  }

  async list(namespace: string | null = "default"): Promise<{ contents: string[]; tier: Reading["tier"] }> {
    const reading = newReading("bounded", this.#world.waitUntil);
    const page: AssetPage = await this.assets.list(namespace, null, 100, reading);
    await this.#world.settle();
    return { contents: page.assets.map(({ definition }) => definition), tier: reading.tier };
  }

  /** The cron, in this isolate. */
  async beat(): Promise<void> {
    await beat(this.edge, (before, seq) => sweepTombstones(env.DB, before, seq), []);
  }

  commit() {
    const { now: at, waitUntil } = this.#world;
    return { principal: "tester", at, reason: null, waitUntil };
  }
}
