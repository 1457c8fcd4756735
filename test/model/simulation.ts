import { CachedAssetStore } from "../../src/freshness/cached-asset-store.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { Glance } from "../../src/freshness/fresh-reader.ts";
import { beat } from "../../src/freshness/heartbeat.ts";
import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { ApiError } from "../../src/errors.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import { IF_ABSENT, UNCONDITIONAL, type StoredAsset } from "../../src/store/asset-store.ts";
import { drawFaults, isDuring, type Faults } from "./faults.ts";
import { guarded } from "./guarded-database.ts";
import { History, type Name } from "./history.ts";
import { Machine, plainClock } from "./machine.ts";
import type { Policy } from "./policies.ts";
import { randomOf, type Random } from "./random.ts";
import { Referee, type Verdicts } from "./referee.ts";
import { SimDatabase } from "./sim-database.ts";
import { SimKv } from "./sim-kv.ts";
import { VirtualTime } from "./virtual-time.ts";
import { AssetId, type Namespace } from "../../src/identity/names.ts";
import { assetId } from "../support/names.ts";
import { committer } from "../../src/freshness/committing.ts";
import type { Tier } from "../../src/store/reading.ts";
import { testCommit, testReading } from "../support/scope.ts";

const HOUR_MS = 3_600_000;
const NAMESPACES = ["default", "team"];
const NAMES = 30;
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
  readonly edge: Edge;
  readonly diesAt: number;
  /** The newest version served of each name, by what was asked for: single assets, or the list of a scope. */
  readonly seen: Map<string, Map<string, number>>;
  readonly glances: Map<string, Glance<StoredAsset>>;
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
  readonly #history = new History(NAMESPACES);
  readonly #referee = new Referee(this.#history);
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #database: SimDatabase;
  readonly #locations: readonly Location[];
  readonly #policy: Policy;
  readonly #counts = { reads: 0, fromDatabase: 0, hot: 0, stale: 0, unavailable: 0, writes: 0, late: 0 };
  /** When the requests started that have no answer yet. */
  readonly #open = new Set<{ readonly start: number }>();

  constructor(seed: number, policy: Policy) {
    const random = randomOf(seed);
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
    const name = this.#name();
    const list = random.chance(0.05);
    const reading = testReading(newest ? "newest" : "bounded");
    this.#counts.reads += 1;
    try {
      const found: Name[] = [];
      let asked = "one";
      const seqs = new Map<string, number>();
      let tier: Tier = "MEMORY";
      if (list) {
        const namespace = random.chance(0.3) ? null : name.namespace;
        asked = `list of ${namespace ?? "all"}`;
        const page = await isolate.store.list(namespace, null, 10_000, reading);
        tier = page.tier;
        for (const asset of page.value.assets) seqs.set(`${asset.namespace}/${asset.name}`, asset.seq);
        found.push(...allNames(namespace));
      } else {
        // As the fast path does: what memory can answer is answered without waiting.
        const hot = newest ? null : peek(isolate, name);
        if (hot !== null) this.#counts.hot += 1;
        const cold = hot === null ? await isolate.store.get(idOf(name), reading) : null;
        tier = cold?.tier ?? tier;
        const asset = hot ?? cold?.value ?? null;
        if (asset !== null) seqs.set(`${name.namespace}/${name.name}`, asset.seq);
        found.push(name);
      }
      const stale = tier === "STALE";
      const end = this.#time.now;
      const seen = isolate.seen.get(asked) ?? new Map<string, number>();
      isolate.seen.set(asked, seen);
      for (const each of found) {
        const seq = seqs.get(`${each.namespace}/${each.name}`) ?? null;
        this.#referee.judge({ name: each, seq, start, end, newest, stale }, seen);
      }
      if (tier === "D1") this.#counts.fromDatabase += 1;
      if (stale) this.#counts.stale += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#counts.unavailable += 1;
    }
  }

  async #write(): Promise<void> {
    const random = this.#random;
    const { store } = this.#isolate(READERS);
    const name = this.#name();
    const commit = testCommit(this.#time.now);
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

  async #beat(): Promise<void> {
    if (isDuring(this.#faults.cronDead, this.#time.now)) return;
    const { edge } = this.#isolate(READERS);
    await beat(edge, this.#database.sweep, []).catch(ignore);
  }

  #name(): Name {
    const index = this.#random.popular(NAMES);
    return nameOf(index);
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
    const { origin, readLog } = guarded(this.#database, timed, this.#time, () => this.#pause());
    const edge = edgeOf({ kv, readLog, clock, timer: this.#time.timer, log: ignore }, rules);
    const diesAt = this.#time.now + this.#random.wait(ISOLATE_LIFE_MS);
    const store = new CachedAssetStore(origin(committer(edge)), edge, SMALL_MEMORY, SMALL_MEMORY);
    return { store, edge, diesAt, seen: new Map(), glances: new Map() };
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

function nameOf(index: number): Name {
  const { namespace, name } = assetId(NAMESPACES[index % NAMESPACES.length] ?? "", `n${index}`);
  return { namespace, name };
}

function idOf({ namespace, name }: Name): AssetId {
  return new AssetId(namespace, name);
}

function allNames(namespace: Namespace | null): Name[] {
  const names = Array.from({ length: NAMES }, (_, index) => nameOf(index));
  return names.filter((name) => namespace === null || name.namespace === namespace);
}

function ignore(): void {
  // Background work goes on by itself; what it says is not listened to.
}
