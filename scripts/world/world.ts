import { beat } from "../../src/freshness/heartbeat.ts";
import { AssetId } from "../../src/identity/names.ts";

import { MOST_ASSETS, UNCONDITIONAL } from "../../src/store/asset-store.ts";
import type { ReachedDatabase } from "../../test/model/cut-off.ts";
import type { Faults } from "../../test/model/faults.ts";
import { History } from "../../test/model/history.ts";
import { rightTime } from "../../test/model/machine.ts";
import { randomOf, type Random } from "../../test/model/random.ts";
import { SimDatabase } from "../../test/model/sim-database.ts";
import { VirtualTime } from "../../test/model/virtual-time.ts";
import { assetId, namespaceNamed } from "../../test/support/names.ts";
import { testCommit, testReading } from "../../test/support/scope.ts";
import { sites, type Site } from "./continents.ts";
import { WorldKv } from "./kv.ts";
import { Location, peek } from "./location.ts";
import {
  ASSETS_EACH,
  BURST_MS,
  CATALOGUE,
  ISOLATE_RATE,
  LIVES,
  meanRate,
  POLL_MS,
  WARM_UP_MS,
  watchedMs,
  WRITES_AN_HOUR,
  type Scenario,
} from "./scenario.ts";
import { Tally } from "./tally.ts";

const NAMESPACE = namespaceNamed("default");
const NEVER = { from: 0, to: 0 };
/** Nothing fails. Replicas lag as a third party has measured: 6.1 s at the 99th percentile. */
const NO_FAULTS: Faults = {
  kvDown: NEVER,
  kvSlow: NEVER,
  databaseDown: NEVER,
  databaseHangs: NEVER,
  cronDead: NEVER,
  dropped: 0,
  putDelay: 0,
  lag: 6_100,
  paused: 0,
  pause: 0,
  skew: 0,
  clockJumpEvery: null,
  writeEvery: 3_600_000 / WRITES_AN_HOUR,
};
const BEAT_MS = 60_000;

/** The result of a simulation. */
export interface Measured {
  readonly seconds: number;
  readonly continents: ReadonlyMap<string, Tally>;
  readonly total: Tally;
}

/** A simulation of agents all over the world: the real cache code in each location, everything around it made from a seed. */
export class World {
  readonly #scenario: Scenario;
  readonly #time = new VirtualTime();
  readonly #random: Random;
  readonly #history = new History();
  readonly #locations: readonly Location[];
  readonly #ids = Array.from({ length: CATALOGUE }, (_, index) => idOf(index));
  /** The last acknowledged commit of each asset, and when it was acknowledged. */
  readonly #latest: { seq: number; at: number }[] = [];
  #last = { seq: CATALOGUE, at: 0 };
  readonly #until: number;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = randomOf(scenario.seed);
    this.#until = WARM_UP_MS + watchedMs(scenario);
    for (const id of this.#ids) {
      const seq = this.#history.commit(id, false, 0);
      this.#history.acknowledge(seq, 0);
      this.#latest.push({ seq, at: 0 });
    }
    const kv = new WorldKv(this.#time, this.#random);
    const around = { time: this.#time, random: this.#random, lives: LIVES };
    this.#locations = split(sites(), scenario.agents).map(({ continent, agents }) => {
      const places = Math.max(scenario.spread, Math.ceil(peakRate(scenario, agents) / ISOLATE_RATE));
      const reach = {
        kv: (location: Location) => kv.at(continent, () => location.tally),
        database: (location: Location) => this.#database(location),
      };
      return new Location({ continent, agents, places }, reach, around);
    });
  }

  /** Runs the simulation; `progress` gets the share of it that is done. */
  async run(progress: (share: number) => void): Promise<Measured> {
    const [cron] = this.#locations;
    if (cron === undefined) throw new Error("there is no location");
    void this.#repeat(
      () => BEAT_MS,
      () => void beat(cron.isolate().edge, none, []),
    );
    void this.#repeat(
      () => this.#random.wait(NO_FAULTS.writeEvery),
      () => void this.#write(cron),
    );
    for (const location of this.#locations) this.#startAgents(location);
    await this.#time.run(WARM_UP_MS);
    for (const location of this.#locations) location.tally = new Tally();
    const step = (this.#until - WARM_UP_MS) / 20;
    for (let at = WARM_UP_MS + step; at < this.#until + 1; at += step) {
      await this.#time.run(at);
      progress((at - WARM_UP_MS) / (this.#until - WARM_UP_MS));
    }
    return this.#measured();
  }

  #startAgents(location: Location): void {
    const { jitter } = this.#scenario;
    const { agents } = location;
    if (agents === 0) return;
    const poll = () => void this.#poll(location, this.#random);
    if (jitter) {
      void this.#repeat(() => this.#random.wait(POLL_MS / agents), poll);
      return;
    }
    let polled = 0;
    void this.#repeat(() => {
      const round = Math.floor(polled / agents) * POLL_MS;
      const at = round + ((polled % agents) / agents) * BURST_MS;
      polled += 1;
      return at - this.#time.now;
    }, poll);
  }

  async #repeat(wait: () => number, work: () => void): Promise<void> {
    for (;;) {
      await this.#time.sleep(wait());
      if (this.#time.now > this.#until) return;
      work();
    }
  }

  async #poll(location: Location, random: Random): Promise<void> {
    if (this.#scenario.question === "set") return this.#askAll(location);
    for (let asked = 0; asked < ASSETS_EACH; asked += 1) {
      const number = random.popular(CATALOGUE);
      const id = this.#ids[number];
      if (id !== undefined) await this.#askOne(location, number, id);
    }
  }

  async #askOne(location: Location, number: number, id: AssetId): Promise<void> {
    const isolate = location.isolate();
    const start = this.#time.now;
    const hot = peek(isolate, number, id);
    if (hot !== null) {
      location.tally.hot += 1;
      location.tally.tiers.MEMORY += 1;
      location.tally.durations.add(0);
      this.#judge(location, number, hot.seq, start);
      return;
    }
    const { value, tier } = await isolate.store.get(id, testReading("bounded"));
    const { tally } = location;
    tally.tiers[tier] += 1;
    tally.durations.add(this.#time.now - start);
    this.#judge(location, number, value?.seq ?? 0, start);
  }

  async #askAll(location: Location): Promise<void> {
    const isolate = location.isolate();
    const start = this.#time.now;
    const id = { namespace: NAMESPACE, from: null, limit: MOST_ASSETS };
    const hot = isolate.store.peekPage(id, isolate.edge.clock(), isolate.page);
    const cold =
      hot === null ? await isolate.store.list(NAMESPACE, null, MOST_ASSETS, testReading("bounded")) : null;
    const { tally } = location;
    if (hot !== null) tally.hot += 1;
    tally.tiers[cold?.tier ?? "MEMORY"] += 1;
    tally.durations.add(this.#time.now - start);
    const state = (hot ?? cold)?.value.state ?? 0;
    const last = this.#last;
    if (state < last.seq && last.at <= start) recordStaleness(tally, start - last.at);
  }

  #judge({ tally }: Location, number: number, seq: number, start: number): void {
    const latest = this.#latest[number];
    if (latest !== undefined && seq < latest.seq && latest.at <= start)
      recordStaleness(tally, start - latest.at);
  }

  async #write(location: Location): Promise<void> {
    const number = this.#random.popular(CATALOGUE);
    const id = this.#ids[number];
    if (id === undefined) return;
    const { store } = location.isolate();
    const asset = { namespace: id.namespace, name: id.name, etag: "", definition: "", expressions: null };
    const written = await store.put(asset, UNCONDITIONAL, testCommit(rightTime(this.#time)));
    if (written.outcome !== "committed") return;
    this.#last = { seq: written.seq, at: this.#time.now };
    this.#latest[number] = this.#last;
  }

  /** D1 as a location reaches it, which counts what it is asked. */
  #database(location: Location): ReachedDatabase {
    const { replica: near, primary } = location.continent;
    const travel = (replica: "nearest" | "primary") =>
      this.#random.between(...(replica === "primary" ? primary : near)) / 2;
    const database = new SimDatabase(this.#time, this.#random, NO_FAULTS, this.#history, travel);
    const { origin, readLog } = database;
    const counted = <T>(rows: number, work: () => Promise<T>): Promise<T> => {
      location.tally.queries += 1;
      location.tally.rows += rows;
      return work();
    };
    return {
      keys: database.keys,
      namespaces: database.namespaces,
      origin: {
        ...origin,
        get: (...args) => counted(2, () => origin.get(...args)),
        list: (...args) => counted(CATALOGUE, () => origin.list(...args)),
      },
      readLog: (since) => counted(2, () => readLog(since)),
    };
  }

  #measured(): Measured {
    const continents = new Map<string, Tally>();
    const total = new Tally();
    for (const { continent, tally } of this.#locations) {
      const all = continents.get(continent.name) ?? new Tally();
      continents.set(continent.name, all);
      all.include(tally);
      total.include(tally);
    }
    return { seconds: (this.#until - WARM_UP_MS) / 1_000, continents, total };
  }
}

function recordStaleness(tally: Tally, ms: number): void {
  tally.stalest = Math.max(tally.stalest, ms);
}

/** Requests a second in a location when most come. */
function peakRate(scenario: Scenario, agents: number): number {
  const mean = meanRate({ ...scenario, agents });
  return scenario.jitter ? mean : (mean * POLL_MS) / BURST_MS;
}

/** Splits agents among locations by their shares, in whole numbers whose sum is exact. */
function split(all: readonly Site[], agents: number): { continent: Site["continent"]; agents: number }[] {
  let [given, due] = [0, 0];
  return all.map(({ continent, share }) => {
    due += share * agents;
    const here = Math.round(due) - given;
    given += here;
    return { continent, agents: here };
  });
}

function idOf(index: number): AssetId {
  const { namespace, name } = assetId(NAMESPACE, `n${index}`);
  return new AssetId(namespace, name);
}

async function none(): Promise<number> {
  return 0;
}
