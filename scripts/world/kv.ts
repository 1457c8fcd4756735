import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { JOURNAL_KEY } from "../../src/freshness/journal-keeper.ts";
import type { Random } from "../../test/model/random.ts";
import type { VirtualTime } from "../../test/model/virtual-time.ts";
import type { Continent, Distance } from "./continents.ts";

type Got = Awaited<ReturnType<KvStore["getWithMetadata"]>>;

interface Cached {
  readonly got: Got;
  readonly until: number;
}

const NOTHING: Got = { value: null, metadata: null };
/** Latency of a hit in the location. */
const NEAR: Distance = [1, 8];
/** Latency of a hit in the tier above the location. */
const REGIONAL: Distance = [10, 40];
/** Latency of the central stores, log-normal: the median, and the deviation that gives 150 ms at the 95th and 250 ms at the 99th percentile. */
const CENTRAL_MEDIAN_MS = 45;
const CENTRAL_SIGMA = 0.735;
/** Until what is put can be read from the central stores. */
const PUT_MS: Distance = [50, 500];

/** How often KV was called. */
export interface KvCounts {
  journalReads: number;
  copyReads: number;
  puts: number;
}

/** KV of a world in which nothing fails: a location, a region above it and the central stores, each with its own copies. */
export class WorldKv {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #central = new Map<string, Got>();
  readonly #regional = new Map<Continent, Map<string, Cached>>();

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  /** KV as a location of this continent sees it; `counts` is added to. */
  at(continent: Continent, counts: () => KvCounts): KvStore {
    const local = new Map<string, Cached>();
    const regional = this.#regional.get(continent) ?? new Map<string, Cached>();
    this.#regional.set(continent, regional);
    return {
      getWithMetadata: (key, { cacheTtl }) => {
        counts()[key === JOURNAL_KEY ? "journalReads" : "copyReads"] += 1;
        return this.#get(local, regional, key, cacheTtl * 1_000);
      },
      put: async (key, value, options) => {
        counts().puts += 1;
        await this.#time.sleep(this.#random.between(...PUT_MS));
        this.#central.set(key, { value, metadata: options?.metadata ?? null });
      },
    };
  }

  async #get(
    local: Map<string, Cached>,
    regional: Map<string, Cached>,
    key: string,
    ttl: number,
  ): Promise<Got> {
    await this.#time.sleep(this.#random.between(...NEAR));
    const near = local.get(key);
    if (near !== undefined && near.until > this.#time.now) return near.got;
    const got = await this.#above(regional, key, ttl);
    local.set(key, { got, until: this.#time.now + ttl });
    return got;
  }

  async #above(regional: Map<string, Cached>, key: string, ttl: number): Promise<Got> {
    const above = regional.get(key);
    if (above !== undefined && above.until > this.#time.now) {
      await this.#time.sleep(this.#random.between(...REGIONAL));
      return above.got;
    }
    await this.#time.sleep(CENTRAL_MEDIAN_MS * Math.exp(CENTRAL_SIGMA * this.#random.normal()));
    const got = this.#central.get(key) ?? NOTHING;
    regional.set(key, { got, until: this.#time.now + ttl });
    return got;
  }
}
