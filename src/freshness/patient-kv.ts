import { Breaker } from "../lib/breaker.ts";
import { within, type Timer } from "../lib/timer.ts";

/** The part of a KV namespace that is used; a binding fits as it is. */
export interface KvStore {
  getWithMetadata(
    key: string,
    options: { type: "text"; cacheTtl: number },
  ): Promise<{ value: string | null; metadata: unknown }>;
  put(key: string, value: string, options?: { expirationTtl?: number; metadata?: unknown }): Promise<void>;
}

export interface KvHit {
  readonly value: string;
  readonly metadata: unknown;
}

/** Milliseconds that one read of KV may cost a request (I4). */
export const KV_BUDGET_MS = 100;
/** Milliseconds that a put has, which no request waits for. */
const PUT_MS = 5_000;
/** Longest key KV takes, in bytes. */
const MAX_KEY_BYTES = 512;

/** KV that never throws and never makes a request wait for long: a failure or a slow answer is a miss (I4). */
export class PatientKv {
  readonly #kv: KvStore;
  readonly #clock: () => number;
  readonly #timer: Timer;
  readonly #onFailing: () => void;
  readonly #breaker = new Breaker();

  /** `onFailing` is called when the breaker opens, and for each read that fails while it is open. */
  constructor(kv: KvStore, clock: () => number, timer: Timer, onFailing: () => void) {
    this.#kv = kv;
    this.#clock = clock;
    this.#timer = timer;
    this.#onFailing = onFailing;
  }

  /** Whether its last three reads have failed: it is not asked but once in ten seconds. */
  get isLeftAlone(): boolean {
    return this.#breaker.isOpen;
  }

  /** What KV holds, or null. `late` is called with a hit that arrives after the budget is spent. */
  async get(key: string, cacheTtl: number, late?: (hit: KvHit) => void): Promise<KvHit | null> {
    if (!fits(key) || !this.#breaker.allows(this.#clock())) return null;
    let waiting = true;
    const answer = this.#ask(key, cacheTtl).then((hit) => {
      if (!waiting && hit !== null && hit !== "failed") late?.(hit);
      return hit;
    });
    const first = await within(this.#timer, KV_BUDGET_MS, answer, "failed" as const);
    waiting = false;
    if (first === "failed") {
      this.#breaker.failed(this.#clock());
      if (this.isLeftAlone) this.#onFailing();
      return null;
    }
    this.#breaker.succeeded();
    return first;
  }

  /** Best effort: what fails, takes too long or comes too often (429) is dropped; a retry could bring back what is old (I2). */
  async put(
    key: string,
    value: string,
    options: { expirationTtl?: number; metadata?: unknown },
  ): Promise<boolean> {
    if (!fits(key)) return false;
    try {
      const put = this.#kv.put(key, value, options).then(() => true);
      return await within(this.#timer, PUT_MS, put, false);
    } catch {
      return false;
    }
  }

  /** What KV holds, or null when it fails; without a limit of time, and also while it is left alone. */
  async ask(key: string, cacheTtl: number): Promise<KvHit | null> {
    const answer = await this.#ask(key, cacheTtl);
    return answer === "failed" ? null : answer;
  }

  /** Whether KV answers at all, outside any request. */
  async answers(key: string): Promise<boolean> {
    const answer = this.#ask(key, MIN_CACHE_TTL);
    return (await within(this.#timer, HEALTH_MS, answer, "failed" as const)) !== "failed";
  }

  async #ask(key: string, cacheTtl: number): Promise<KvHit | null | "failed"> {
    try {
      const { value, metadata } = await this.#kv.getWithMetadata(key, { type: "text", cacheTtl });
      return value === null ? null : { value, metadata };
    } catch {
      return "failed";
    }
  }
}

/** Seconds; KV takes no less. */
export const MIN_CACHE_TTL = 30;
/** How long a health check waits. */
const HEALTH_MS = 1_000;

/** Names are ASCII, but a request may ask for any text: up to three bytes for each unit of its length. */
function fits(key: string): boolean {
  return key.length * 3 <= MAX_KEY_BYTES || new TextEncoder().encode(key).length <= MAX_KEY_BYTES;
}
