import type { KvStore } from "../../src/freshness/patient-kv.ts";
import { isDuring, type Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Got = Awaited<ReturnType<KvStore["getWithMetadata"]>>;

interface Cached {
  readonly got: Got;
  readonly until: number;
}

const NOTHING: Got = { value: null, metadata: null };

/**
 * KV as its documents allow it to be, and a little worse: puts arrive late, in any order or never; every location, and
 * a tier above it, answers from its own copy for as long as it likes, of values and of their absence alike.
 */
export class SimKv {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #central = new Map<string, Got>();
  readonly #lastPut = new Map<string, number>();
  readonly #tier = new Map<string, Cached>();

  constructor(time: VirtualTime, random: Random, faults: Faults) {
    this.#time = time;
    this.#random = random;
    this.#faults = faults;
  }

  /** KV as one location sees it. */
  at(): KvStore {
    const local = new Map<string, Cached>();
    return {
      getWithMetadata: (key, { cacheTtl }) => this.#get(local, key, cacheTtl * 1_000),
      put: (key, value, options) => this.#put(local, key, { value, metadata: options?.metadata ?? null }),
    };
  }

  /** What all locations see in the end. */
  central(key: string): string | null {
    return this.#central.get(key)?.value ?? null;
  }

  async #get(local: Map<string, Cached>, key: string, cacheTtl: number): Promise<Got> {
    await this.#time.sleep(this.#slow() ? 5_000 : this.#random.between(0, 3));
    const near = local.get(key);
    if (near !== undefined && near.until > this.#time.now) return near.got;
    await this.#time.sleep(this.#random.chance(0.05) ? 300 : this.#random.between(5, 60));
    this.#failWhenDown();
    const tier = this.#tier.get(key);
    const got =
      tier !== undefined && tier.until > this.#time.now ? tier.got : this.#fromCentral(key, cacheTtl);
    // "Up to 60 seconds or more".
    const extra = this.#random.chance(0.05) ? 3 : 1;
    local.set(key, { got, until: this.#time.now + cacheTtl * extra });
    return got;
  }

  #fromCentral(key: string, cacheTtl: number): Got {
    const got = this.#central.get(key) ?? NOTHING;
    if (this.#random.chance(0.5)) this.#tier.set(key, { got, until: this.#time.now + cacheTtl });
    return got;
  }

  async #put(local: Map<string, Cached>, key: string, got: Got): Promise<void> {
    await this.#time.sleep(this.#random.between(1, 100));
    this.#failWhenDown();
    if (this.#time.now - (this.#lastPut.get(key) ?? -1_000) < 1_000) throw new Error("KV PUT failed: 429");
    this.#lastPut.set(key, this.#time.now);
    if (this.#random.chance(this.#faults.dropped)) return;
    if (this.#random.chance(0.5)) local.set(key, { got, until: this.#time.now + 30_000 });
    const late = this.#random.chance(0.3) ? this.#random.between(0, this.#faults.putDelay) : 0;
    void this.#time.sleep(late).then(() => this.#central.set(key, got));
  }

  #slow(): boolean {
    return isDuring(this.#faults.kvSlow, this.#time.now);
  }

  #failWhenDown(): void {
    if (isDuring(this.#faults.kvDown, this.#time.now)) throw new Error("KV GET failed: 503");
  }
}
