import { CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { CachedNamespaceStore } from "../../src/freshness/cached-namespace-store.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { Glance } from "../../src/freshness/fresh-reader.ts";
import { beat } from "../../src/freshness/heartbeat.ts";
import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { ApiError } from "../../src/errors.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import { IF_ABSENT, UNCONDITIONAL, type Commit, type StoredAsset } from "../../src/store/asset-store.ts";
import type { Reading } from "../../src/store/reading.ts";
import { drawFaults, isDuring, type Faults } from "./faults.ts";
import { guarded } from "./guarded-database.ts";
import { History, type Name } from "./history.ts";
import { Machine, plainClock } from "./machine.ts";
import type { Policy } from "./policies.ts";
import { randomOf, type Random } from "./random.ts";
import { Referee, type Answer, type Verdicts } from "./referee.ts";
import { existenceOf, SimDatabase } from "./sim-database.ts";
import { SimKv } from "./sim-kv.ts";
import { VirtualTime } from "./virtual-time.ts";
import { AssetId } from "../../src/identity/names.ts";
import { assetId, namespaceNamed } from "../support/names.ts";
import { committer } from "../../src/freshness/committing.ts";
import type { Tier } from "../../src/store/reading.ts";
import { testCommit, testReading } from "../support/scope.ts";

const HOUR_MS = 3_600_000;
/** Names that are asked for often, in the first namespaces; where there are many, each of the others has one more. */
const NAMES = 30;
/** Namespaces without assets, which are created and deleted. */
const BARE = ["b0", "b1", "b2", "b3"].map(namespaceNamed);
const LOCATIONS = 4;
/** Of these, as many have agents alone: their isolates learn of commits only by what others publish. */
const READERS = 2;
/** So that much is forgotten, and asked of KV again. */
const SMALL_MEMORY = { entries: 5, bytes: 1_000_000 };
const ISOLATES = 3;
const ISOLATE_LIFE_MS = 900_000;
/** Time for what is still on its way at the end. */
const AFTERMATH_MS = 120_000;
/** A request that takes longer is late, pauses of its isolate apart: two reads of the database have two seconds each. */
const LATE_MS = 15_000;
/** Pauses that one request may meet. */
const PAUSES = 3;

export interface Outcome extends Verdicts {
  reads: number;
  fromDatabase: number;
  /** Answered by memory alone, without waiting. */
  hot: number;
  stale: number;
  unavailable: number;
  writes: number;
  /** Requests without an answer in time, or at all. */
  late: number;
}

interface Isolate {
  readonly store: CachedAssetStore;
  readonly namespaces: CachedNamespaceStore;
  readonly edge: Edge;
  readonly diesAt: number;
  /** The newest version served of each name, by what was asked for: single assets, or the list of a scope. */
  readonly seen: Map<string, Map<string, number>>;
  readonly glances: Map<string, Glance<StoredAsset>>;
}

/** What was asked, by which no later answer may go back, and what of each name was found. */
interface Asked {
  readonly asked: string;
  readonly tier: Tier;
  readonly found: readonly (readonly [Name, Answer["seq"]])[];
}

interface Location {
  readonly kv: KvStore;
  readonly places: readonly Place[];
}

/** Where isolates run, one after the other. */
interface Place {
  readonly machine: Machine;
  isolate: Isolate | null;
}

/** One hour in the life of a deployment: the real cache code, everything around it simulated from a seed. */
export class Simulation {
  readonly #time = new VirtualTime();
  readonly #history = new History();
  readonly #referee = new Referee(this.#history);
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #database: SimDatabase;
  readonly #locations: readonly Location[];
  readonly #policy: Policy;
  readonly #namespaces: number;
  readonly #counts = { reads: 0, fromDatabase: 0, hot: 0, stale: 0, unavailable: 0, writes: 0, late: 0 };
  /** When the requests started that have no answer yet. */
  readonly #open = new Set<{ readonly start: number }>();

  constructor(seed: number, policy: Policy, namespaces: number) {
    const random = randomOf(seed);
    this.#namespaces = namespaces;
    this.#random = random;
    this.#policy = policy;
    this.#faults = drawFaults(random, HOUR_MS);
    this.#database = new SimDatabase(this.#time, random, this.#faults, this.#history);
    const kv = new SimKv(this.#time, random, this.#faults);
    this.#locations = Array.from({ length: LOCATIONS }, () => ({
      kv: kv.at(),
      places: Array.from({ length: ISOLATES }, () => ({
        machine: new Machine(this.#time, random, this.#faults, HOUR_MS),
        isolate: null,
      })),
    }));
  }

  /** Runs the hour with about this many reads. */
  async run(reads: number): Promise<Outcome> {
    const every = HOUR_MS / reads;
    void this.#repeat(
      () => this.#random.wait(every),
      () => void this.#timed(() => this.#read()),
    );
    void this.#repeat(
      () => this.#random.wait(this.#faults.writeEvery),
      () => void this.#timed(() => this.#write()),
    );
    void this.#repeat(
      () => 60_000,
      () => void this.#beat(),
    );
    await this.#time.run(HOUR_MS + AFTERMATH_MS);
    for (const { start } of this.#open) this.#countWhenLate(start);
    return { ...this.#counts, ...this.#referee.verdicts };
  }

  async #repeat(wait: () => number, work: () => void): Promise<void> {
    while (this.#time.now < HOUR_MS) {
      await this.#time.sleep(wait());
      work();
    }
  }

  async #timed(request: () => Promise<void>): Promise<void> {
    const opened = { start: this.#time.now };
    this.#open.add(opened);
    await request();
    this.#open.delete(opened);
    this.#countWhenLate(opened.start);
  }

  #countWhenLate(start: number): void {
    const { paused, pause } = this.#faults;
    if (this.#time.now - start > LATE_MS + (paused > 0 ? PAUSES * pause : 0)) this.#counts.late += 1;
  }

  async #read(): Promise<void> {
    const random = this.#random;
    const isolate = this.#isolate();
    const newest = random.chance(0.02);
    const start = this.#time.now;
    const reading = testReading(newest ? "newest" : "bounded");
    this.#counts.reads += 1;
    try {
      const { asked, found, tier } = random.chance(0.1)
        ? await this.#askExistence(isolate, reading)
        : await this.#askAssets(isolate, reading);
      const stale = tier === "STALE";
      const end = this.#time.now;
      const seen = isolate.seen.get(asked) ?? new Map<string, number>();
      isolate.seen.set(asked, seen);
      for (const [name, seq] of found) this.#referee.judge({ name, seq, start, end, newest, stale }, seen);
      if (tier === "D1") this.#counts.fromDatabase += 1;
      if (stale) this.#counts.stale += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#counts.unavailable += 1;
    }
  }

  async #askAssets(isolate: Isolate, reading: Reading): Promise<Asked> {
    const random = this.#random;
    const name = this.#name();
    if (!random.chance(0.06)) {
      // As the fast path does: what memory can answer is answered without waiting.
      const hot = reading.freshness === "newest" ? null : peek(isolate, name);
      if (hot !== null) this.#counts.hot += 1;
      const cold = hot === null ? await isolate.store.get(idOf(name), reading) : null;
      const asset = hot ?? cold?.value;
      return { asked: "one", tier: cold?.tier ?? "MEMORY", found: [[name, asset?.seq ?? null]] };
    }
    const namespace = random.chance(0.3) ? null : name.namespace;
    const { value: page, tier } = await isolate.store.list(namespace, null, 100_000, reading);
    const seqs = new Map(page.assets.map((asset) => [`${asset.namespace}/${asset.name}`, asset.seq]));
    const names = [...this.#popular(), name].filter(
      (each) => namespace === null || each.namespace === namespace,
    );
    return {
      asked: `list of ${namespace ?? "all"}`,
      tier,
      found: names.map((each) => [each, seqs.get(`${each.namespace}/${each.name}`) ?? null]),
    };
  }

  /** Whether a namespace exists, or which of them do. */
  async #askExistence({ namespaces }: Isolate, reading: Reading): Promise<Asked> {
    const random = this.#random;
    if (random.chance(0.5)) {
      const name = random.pick(BARE);
      const { value: exists, tier } = await namespaces.exists(name, reading);
      return { asked: "existence", tier, found: [[existenceOf(name), exists ? "some" : null]] };
    }
    const range = { among: random.chance(0.3) ? BARE : null, from: null, limit: 100 };
    const { value: page, tier } = await namespaces.page(range, reading);
    return {
      asked: "namespaces",
      tier,
      found: BARE.map((name) => [existenceOf(name), page.names.includes(name) ? "some" : null]),
    };
  }

  async #write(): Promise<void> {
    const random = this.#random;
    const { store, namespaces } = this.#isolate(READERS);
    const commit = testCommit(this.#time.now);
    if (random.chance(0.05)) return this.#writeNamespace(namespaces, commit);
    const name = this.#name();
    const asset = { ...name, etag: "", definition: "", expressions: null };
    try {
      let condition = random.chance(0.2) ? IF_ABSENT : UNCONDITIONAL;
      if (random.chance(0.2)) {
        // As PATCH does: what is written depends on what was read.
        const { value: current } = await store.get(idOf(name), testReading("newest"));
        condition = { match: [current?.etag ?? '""'], noneMatch: null };
      }
      const written = random.chance(0.25)
        ? await store.delete(idOf(name), UNCONDITIONAL, commit)
        : await store.put(asset, condition, commit);
      if (written.outcome !== "committed") return;
      this.#history.acknowledge(written.seq, this.#time.now);
      this.#counts.writes += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async #writeNamespace(namespaces: CachedNamespaceStore, commit: Commit): Promise<void> {
    const name = this.#random.pick(BARE);
    const before = this.#history.seq;
    try {
      const done = this.#random.chance(0.5)
        ? await namespaces.create(name, commit)
        : (await namespaces.delete(name, commit)) === "deleted";
      // It does not say its seq: the acknowledged commit is the oldest that may be meant.
      const version = this.#history.of(existenceOf(name)).find(({ seq }) => seq > before);
      if (!done || version === undefined) return;
      this.#history.acknowledge(version.seq, this.#time.now);
      this.#counts.writes += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async #beat(): Promise<void> {
    if (isDuring(this.#faults.cronDead, this.#time.now)) return;
    const { edge } = this.#isolate(READERS);
    await beat(edge, this.#database.sweep, []).catch(ignore);
  }

  #name(): Name {
    const random = this.#random;
    const few = this.#namespaces <= NAMES || random.chance(0.7);
    return this.#nameAt(few ? random.popular(NAMES) : Math.floor(random.between(0, this.#namespaces)));
  }

  #nameAt(index: number): Name {
    const { namespace, name } = assetId(`ns${index % this.#namespaces}`, `n${index}`);
    return { namespace, name };
  }

  #popular(): Name[] {
    return Array.from({ length: NAMES }, (_, index) => this.#nameAt(index));
  }

  /** Some isolate of some location, the first so many of them excepted; one that has died is replaced by one that remembers nothing. */
  #isolate(from = 0): Isolate {
    const location = this.#random.pick(this.#locations.slice(from));
    const place = this.#random.pick(location.places);
    if (place.isolate === null || place.isolate.diesAt <= this.#time.now)
      place.isolate = this.#born(location.kv, place.machine);
    return place.isolate;
  }

  #born(kv: KvStore, { wall }: Machine): Isolate {
    const { rules, deadline, monotonicClock } = this.#policy;
    const clock = monotonicClock === false ? plainClock(wall) : steadyClock(wall);
    const timed = deadline === false ? null : clock.now;
    const { origin, namespaces, readLog } = guarded(this.#database, timed, this.#time, () => this.#pause());
    const edge = edgeOf({ kv, readLog, clock, timer: this.#time.timer, log: ignore }, rules);
    const diesAt = this.#time.now + this.#random.wait(ISOLATE_LIFE_MS);
    const run = committer(edge);
    const store = new CachedAssetStore(origin(run), edge, SMALL_MEMORY, SMALL_MEMORY);
    return {
      store,
      namespaces: new CachedNamespaceStore(namespaces(run), edge),
      edge,
      diesAt,
      seen: new Map(),
      glances: new Map(),
    };
  }

  async #pause(): Promise<void> {
    const { paused, pause } = this.#faults;
    if (this.#random.chance(paused)) await this.#time.sleep(this.#random.between(0, pause));
  }
}

function peek({ store, edge, glances }: Isolate, name: Name): StoredAsset | null {
  const id = idOf(name);
  const { key } = id;
  const last = glances.get(key) ?? new Glance<StoredAsset>();
  glances.set(key, last);
  return store.peek(id, edge.clock(), last)?.value ?? null;
}

function idOf({ namespace, name }: Name): AssetId {
  return new AssetId(namespace, name);
}

function ignore(): void {
  // Background work goes on by itself; what it says is not listened to.
}
