import { OnceAMinute } from "../lib/once-a-minute.ts";
import type { Exchange } from "./exchange.ts";
import { methodLabel, type Meter } from "./meter.ts";
import { PerSecondLimit } from "./per-second-limit.ts";
import { requestLine, samplingOf, type Sampling } from "./request-log.ts";

/** The part of an Analytics Engine dataset that is used; a binding fits as it is. */
export interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** Lines a second for what anyone can cause; more are sampled. */
const LINES_PER_SECOND = 10;

export interface ObserverOptions {
  readonly meter: Meter;
  readonly log: (entry: Record<string, unknown>) => void;
  /** Null unless bound. */
  readonly dataset: Dataset | null;
  /** One in how many sampled answers is logged. */
  readonly oneIn: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Age of the journal in seconds, and 1 while KV is left alone. */
  readonly state: () => readonly [journalAge: number, kvLeftAlone: number];
}

/** Counts every answer, and reports those that matter and a sample of the others to the log and to Analytics Engine. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #limits = {
    "rate-limited": new PerSecondLimit(LINES_PER_SECOND),
    "rate-limited-fault": new PerSecondLimit(LINES_PER_SECOND),
  };
  readonly #stale = new OnceAMinute();
  #unreported = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  observe(exchange: Exchange): void {
    const { meter } = this.#options;
    const { request, response, route, spent } = exchange;
    meter.answers(request.method, route, response.status, response.headers.get("X-Cache")).value += 1;
    const kv = spent.waited.get("kv");
    if (kv !== undefined) meter.waited.kv.add(kv);
    this.#sayStale(exchange);
    const weight = this.weigh(samplingOf(exchange));
    if (weight > 0) this.report(exchange, weight);
  }

  /**
   * For how many answers the one just counted is logged; 0 for not at all. A flood of refusals is sampled as reads are:
   * logged one by one it would drown all else, and cost more than the answers.
   */
  weigh(sampling: Sampling): number {
    if (sampling === "always") return 1;
    if (sampling !== "sampled" && this.#limits[sampling].allows(this.#options.clock())) return 1;
    this.#unreported += 1;
    if (this.#unreported < this.#options.oneIn) return 0;
    this.#unreported = 0;
    return this.#options.oneIn;
  }

  /** Answers past the bound are sampled as others are; that they are given at all must not be missed. */
  #sayStale({ response, route, requestId }: Exchange): void {
    const { headers } = response;
    const { clock, log } = this.#options;
    if (headers.get("X-Cache") !== "STALE" || !this.#stale.allows(clock())) return;
    const message = "answers are past the bound on staleness: the database does not answer";
    const age = Number(headers.get("Age") ?? 0);
    log({ level: "warn", event: "stale-served", message, route, age, requestId });
  }

  /** `weight`: for how many answers this one stands. docs/operations.md names the columns. */
  report(exchange: Exchange, weight: number): void {
    const { log, dataset, state } = this.#options;
    log(requestLine(exchange));
    const { request, route, ms, spent } = exchange;
    const { status, headers } = exchange.response;
    dataset?.writeDataPoint({
      indexes: [route ?? ""],
      blobs: [methodLabel(request.method), route ?? "", String(status), headers.get("X-Cache") ?? ""],
      doubles: [
        weight,
        ms,
        Number(headers.get("Age") ?? 0),
        spent.waited.get("kv") ?? 0,
        spent.waited.get("d1") ?? 0,
        spent.rowsRead,
        spent.rowsWritten,
        ...state(),
      ],
    });
  }
}
