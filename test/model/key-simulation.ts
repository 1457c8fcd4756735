import { CachedKeyStore } from "../../src/freshness/cached-key-store.ts";
import { edgeOf, type Edge } from "../../src/freshness/edge.ts";
import { beat } from "../../src/freshness/heartbeat.ts";
import { decodeJournal } from "../../src/freshness/journal.ts";
import { JOURNAL_KEY } from "../../src/freshness/journal-keeper.ts";
import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { ApiError } from "../../src/errors.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import { cutDatabase, cutKv, type ReachedDatabase } from "./cut-off.ts";
import { drawFaults, isDuring, type Faults, type Span } from "./faults.ts";
import { guarded } from "./guarded-database.ts";
import { History } from "./history.ts";
import { KeyReferee, type Decision, type KeyLife, type KeyVerdicts } from "./key-referee.ts";
import { Machine } from "./machine.ts";
import type { Policy } from "./policies.ts";
import { randomOf, type Random } from "./random.ts";
import { keyNamed, SimDatabase } from "./sim-database.ts";
import { SimKv } from "./sim-kv.ts";
import { VirtualTime } from "./virtual-time.ts";
import { committer } from "../../src/freshness/committing.ts";
import { testCommit, testReading } from "../support/scope.ts";

const HOUR_MS = 3_600_000;
const LOCATIONS = 3;
/** Locations that an outage may cut off by themselves; keys are made and revoked, and the cron runs, in the last one. */
const READERS = 2;
const ISOLATES = 2;
const ISOLATE_LIFE_MS = 900_000;
/** Keys in use at a time. */
const HOLDERS = 8;
/** An outage outlives the bound, and mostly the stated time; no clock is wrong by as little. */
const OUTAGE_MS = [300_000, 660_000] as const;
/** For how long keys are accepted without D1, so that outages outlive it. */
export const KEY_OUTAGE_MS = 300_000;
/** Until breakers that an outage has opened are closed again, and no answer of it is waited for. */
const RECOVERED_MS = 15_000;
/** KV that works and never answers within a request's budget. */
const FAR_MS = 150;
/** Readers rest for as long as they work, so that the first request after it meets an old journal. */
const SHIFT_MS = 200_000;
const WATCH_KV_MS = 5_000;
const AFTERMATH_MS = 120_000;

export interface KeyCounts extends KeyVerdicts {
  confirmed: number;
  unconfirmed: number;
  refused: number;
  unavailable: number;
  revocations: number;
}

interface Isolate {
  readonly keys: CachedKeyStore;
  readonly edge: Edge;
  readonly diesAt: number;
  /** Digests of keys that it knows to be revoked. */
  readonly revoked: Set<string>;
}

interface Place {
  readonly kv: KvStore;
  readonly database: ReachedDatabase;
  /** When D1 and KV do not answer here. */
  readonly databaseOut: readonly Span[];
  readonly kvOut: readonly Span[];
  readonly machine: Machine;
  isolate: Isolate | null;
}

export interface KeyPolicy {
  readonly rules?: Policy["rules"];
  /** Milliseconds for which isolates accept keys without D1. */
  readonly outageMs?: number;
}

/** One hour of API keys that are made, used and revoked, with an outage of D1 in it: the real code, all else simulated. */
export class KeySimulation {
  readonly #time = new VirtualTime();
  readonly #history = new History();
  readonly #referee = new KeyReferee(KEY_OUTAGE_MS);
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #database: SimDatabase;
  readonly #kv: SimKv;
  readonly #places: readonly Place[];
  readonly #policy: KeyPolicy;
  /** Whether isolates of readers rest in turn. */
  readonly #rests: boolean;
  readonly #lives: KeyLife[] = [];
  readonly #counts = { confirmed: 0, unconfirmed: 0, refused: 0, unavailable: 0, revocations: 0 };

  constructor(seed: number, policy: KeyPolicy = {}) {
    const random = randomOf(seed);
    this.#random = random;
    this.#policy = policy;
    const from = random.between(0.2, 0.7) * HOUR_MS;
    const outage = { from, to: from + random.between(...OUTAGE_MS) };
    // An isolate whose clock is set back accepts nothing until D1 answers: in most hours none is.
    const clockJumpEvery = random.chance(0.3) ? 900_000 : null;
    const faults = { ...drawFaults(random, HOUR_MS), clockJumpEvery };
    const [databaseDown, databaseHangs] = random.chance(0.5) ? [outage, NEVER] : [NEVER, outage];
    // Either D1 is down everywhere, or the readers cannot reach it, and commits go on elsewhere.
    const everywhere = random.chance(0.3);
    this.#faults = { ...faults, databaseDown, databaseHangs };
    const spared = { ...faults, databaseDown: NEVER, databaseHangs: NEVER };
    const shared = everywhere ? this.#faults : spared;
    const kvCut = random.chance(0.7) ? outage : NEVER;
    this.#rests = random.chance(0.5);
    const distance = random.chance(0.5) ? FAR_MS : 0;
    this.#database = new SimDatabase(this.#time, random, shared, this.#history);
    this.#kv = new SimKv(this.#time, random, faults);
    this.#places = Array.from({ length: LOCATIONS }, (_, location) => {
      const isCut = location < READERS;
      const local = isCut ? this.#faults : shared;
      const kv = this.#kv.at();
      return Array.from({ length: ISOLATES }, () => ({
        kv: isCut ? cutKv(kv, this.#time, kvCut, distance) : kv,
        database: cutDatabase(this.#database, this.#time, local),
        databaseOut: [local.databaseDown, local.databaseHangs],
        kvOut: [faults.kvDown, faults.kvSlow, isCut ? kvCut : NEVER],
        machine: new Machine(this.#time, random, faults, HOUR_MS),
        isolate: null,
      }));
    }).flat();
  }

  /** Runs the hour with about this many requests. */
  async run(requests: number): Promise<KeyCounts> {
    const random = this.#random;
    void this.#repeat(
      () => random.wait(HOUR_MS / requests),
      () => this.#use(),
    );
    void this.#repeat(
      () => random.wait(40_000),
      () => this.#replace(),
    );
    void this.#repeat(
      () => 60_000,
      () => this.#beat(),
    );
    void this.#repeat(
      () => WATCH_KV_MS,
      () => this.#watchKv(),
    );
    await this.#time.run(HOUR_MS + AFTERMATH_MS);
    return { ...this.#counts, ...this.#referee.verdicts };
  }

  async #repeat(wait: () => number, work: () => Promise<void> | void): Promise<void> {
    while (this.#time.now < HOUR_MS) {
      await this.#time.sleep(wait());
      void work();
    }
  }

  /** A request with a key that is in use, or with one that may have been revoked long ago. */
  async #use(): Promise<void> {
    const random = this.#random;
    const recent = this.#lives.slice(-HOLDERS);
    if (recent.length === 0) return;
    const key = random.pick(random.chance(0.5) ? recent : this.#lives.slice(-3 * HOLDERS));
    const place = this.#reader();
    const isolate = this.#isolateOf(place);
    const start = this.#time.now;
    const knewRevoked = isolate.revoked.has(key.digest);
    try {
      const found = await isolate.keys.find(key.digest, testReading("bounded"));
      const outcome = outcomeOf(found.value, found.tier);
      if (outcome === "revoked") isolate.revoked.add(key.digest);
      this.#count(outcome);
      const worked = this.#worked(place, start);
      this.#referee.judge({ key, outcome, start, end: this.#time.now, knewRevoked, ...worked });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#counts.unavailable += 1;
    }
  }

  /** Mostly one of the locations that may be cut off. */
  #reader(): Place {
    const random = this.#random;
    const [readers, others] = [READERS * ISOLATES, this.#places.slice(READERS * ISOLATES)];
    if (random.chance(0.2)) return random.pick(others);
    const shift = Math.floor(this.#time.now / SHIFT_MS) % ISOLATES;
    const awake = (index: number) => !this.#rests || index % ISOLATES === shift;
    return random.pick(this.#places.slice(0, readers).filter((_, index) => awake(index)));
  }

  #count(outcome: Decision["outcome"]): void {
    if (outcome === "confirmed" || outcome === "unconfirmed") this.#counts[outcome] += 1;
    else this.#counts.refused += 1;
  }

  #worked({ databaseOut, kvOut }: Place, start: number): Pick<Decision, "databaseWorked" | "kvWorked"> {
    const since = start - RECOVERED_MS;
    const worked = (spans: readonly Span[]) =>
      spans.every(({ from, to }) => to < since || from > this.#time.now);
    return { databaseWorked: worked(databaseOut), kvWorked: worked(kvOut) };
  }

  /** A holder is given a new key, and sooner or later the old one is revoked. */
  async #replace(): Promise<void> {
    const random = this.#random;
    const life = await this.#create();
    if (life === null || random.chance(0.2)) return;
    await this.#time.sleep(random.wait(400_000));
    await this.#revoke(life);
  }

  async #create(): Promise<KeyLife | null> {
    const digest = `k${this.#history.seq}-${Math.floor(this.#time.now)}`;
    const life: KeyLife = {
      digest,
      createdAckedAt: Infinity,
      revokedSeq: null,
      revokedCommittedAt: Infinity,
      revokedAckedAt: Infinity,
      inKvSince: Infinity,
    };
    const wanted = { digest, name: digest, grants: [], expiresAt: null, mayFollow: null, mayTakeOver: true };
    try {
      await this.#writer().keys.create(wanted, this.#commit());
      life.createdAckedAt = this.#time.now;
      this.#lives.push(life);
      return life;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return null;
    }
  }

  async #revoke(life: KeyLife): Promise<void> {
    const isolate = this.#writer();
    try {
      await isolate.keys.revoke(life.digest, null, this.#commit());
      life.revokedAckedAt = this.#time.now;
      isolate.revoked.add(life.digest);
      this.#counts.revocations += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    // Also one that was not acknowledged may have been committed.
    const revoked = this.#history.of(keyNamed(life.digest)).find(({ deleted }) => deleted);
    life.revokedSeq = revoked?.seq ?? null;
    life.revokedCommittedAt = revoked?.committedAt ?? Infinity;
  }

  #watchKv(): void {
    const text = this.#kv.central(JOURNAL_KEY);
    const seq = (text === null ? null : decodeJournal(text))?.seq ?? -1;
    for (const life of this.#lives) {
      const known = life.revokedSeq !== null && life.revokedSeq <= seq;
      if (!known) life.inKvSince = Infinity;
      else if (life.inKvSince === Infinity) life.inKvSince = this.#time.now;
    }
  }

  async #beat(): Promise<void> {
    if (isDuring(this.#faults.cronDead, this.#time.now)) return;
    await beat(this.#writer().edge, async () => 0, []).catch(ignore);
  }

  #commit() {
    return testCommit(this.#time.now);
  }

  /** One where keys are made and revoked. */
  #writer(): Isolate {
    return this.#isolateOf(this.#random.pick(this.#places.slice(READERS * ISOLATES)));
  }

  #isolateOf(place: Place): Isolate {
    if (place.isolate === null || place.isolate.diesAt <= this.#time.now) place.isolate = this.#born(place);
    return place.isolate;
  }

  #born({ kv, database, machine }: Place): Isolate {
    const clock = steadyClock(machine.wall);
    const { keys, readLog } = guarded(database, clock.now, this.#time, async () => undefined);
    const { rules, outageMs = KEY_OUTAGE_MS } = this.#policy;
    const edge = edgeOf({ kv, readLog, clock, timer: this.#time.timer, log: ignore }, rules);
    const unused = () => Promise.reject(new Error("the model does not use this"));
    const origin = {
      ...keys(committer(edge)),
      rotate: unused,
      page: unused,
      named: unused,
      grantLists: unused,
      liveGrantLists: unused,
      touch: unused,
    };
    const diesAt = this.#time.now + this.#random.wait(ISOLATE_LIFE_MS);
    return { keys: new CachedKeyStore(origin, edge, outageMs), edge, diesAt, revoked: new Set() };
  }
}

const NEVER: Span = { from: 0, to: 0 };

function outcomeOf(found: { readonly revokedAt: number | null } | null, tier: string): Decision["outcome"] {
  if (found === null) return "unknown";
  if (found.revokedAt !== null) return "revoked";
  return tier === "STALE" ? "unconfirmed" : "confirmed";
}

function ignore(): void {
  // Background work goes on by itself.
}
