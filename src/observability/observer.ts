import type { Exchange } from "./exchange.ts";
import type { Meter } from "./meter.ts";
import { requestLine, urgency, type Urgency } from "./request-log.ts";

/** The part of an Analytics Engine dataset that is used; a binding fits as it is. */
export interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** Refused credentials told in a second, one by one. */
const REFUSALS_TOLD = 10;

export interface ObserverOptions {
  readonly meter: Meter;
  readonly log: (entry: Record<string, unknown>) => void;
  /** Null unless bound. */
  readonly dataset: Dataset | null;
  /** Of answers that need not be told, one in so many is. */
  readonly oneIn: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Age of the journal in seconds, and 1 while KV is left alone. */
  readonly state: () => readonly [journalAge: number, kvLeftAlone: number];
}

/** Counts every answer, and tells of those that matter, and of a sample of the others, in the log and to the fleet. */
export class Observer {
  readonly #options: ObserverOptions;
  #untold = 0;
  #second = 0;
  #refusals = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  observe(exchange: Exchange): void {
    const { meter } = this.#options;
    const { request, response, route, spent } = exchange;
    meter.answers(request.method, route, response.status, response.headers.get("X-Cache")).value += 1;
    for (const [what, ms] of spent.waited) meter.waited[what].add(ms);
    meter.rowsRead += spent.rowsRead;
    meter.rowsWritten += spent.rowsWritten;
    const weight = this.weigh(urgency(exchange));
    if (weight > 0) this.tell(exchange, weight);
  }

  /**
   * For how many answers the one just counted is to be told; 0: not at all. A flood of refused credentials is sampled
   * as reads are: told one by one it would drown all else, and cost more than the answers.
   */
  weigh(how: Urgency): number {
    if (how === "always" || (how === "refusal" && this.#isFewRefusals())) return 1;
    this.#untold += 1;
    if (this.#untold < this.#options.oneIn) return 0;
    this.#untold = 0;
    return this.#options.oneIn;
  }

  #isFewRefusals(): boolean {
    const second = Math.floor(this.#options.clock() / 1000);
    if (second !== this.#second) this.#refusals = 0;
    this.#second = second;
    this.#refusals += 1;
    return this.#refusals <= REFUSALS_TOLD;
  }

  /** `weight`: for how many answers this one stands. docs/operations.md names the columns. */
  tell(exchange: Exchange, weight: number): void {
    const { log, dataset, state } = this.#options;
    log(requestLine(exchange));
    const { request, route, ms, spent } = exchange;
    const { status, headers } = exchange.response;
    dataset?.writeDataPoint({
      indexes: [route ?? ""],
      blobs: [request.method, route ?? "", String(status), headers.get("X-Cache") ?? ""],
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
