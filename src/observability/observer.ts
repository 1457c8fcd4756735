import type { Exchange } from "./exchange.ts";
import type { Counter, Meter } from "./meter.ts";
import { alwaysTold, requestLine } from "./request-log.ts";

/** The part of an Analytics Engine dataset that is used; a binding fits as it is. */
export interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

export interface ObserverOptions {
  readonly meter: Meter;
  readonly log: (entry: Record<string, unknown>) => void;
  /** Null unless bound. */
  readonly dataset: Dataset | null;
  /** Of answers that need not be told, one in so many is. */
  readonly oneIn: number;
  /** Age of the journal in seconds, and 1 while KV is left alone. */
  readonly state: () => readonly [journalAge: number, kvLeftAlone: number];
}

/** Counts every answer, and tells of those that matter, and of a sample of the others, in the log and to the fleet. */
export class Observer {
  readonly #options: ObserverOptions;
  #untold = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  observe(exchange: Exchange): void {
    const { meter, oneIn } = this.#options;
    const { request, response, route, spent } = exchange;
    meter.answers(request.method, route, response.status, response.headers.get("X-Cache")).value += 1;
    if (spent !== null) {
      for (const [what, ms] of spent.waited) meter.waited[what].add(ms);
      meter.rowsRead += spent.rowsRead;
      meter.rowsWritten += spent.rowsWritten;
    }
    if (alwaysTold(exchange)) this.#tell(exchange, 1);
    else if ((this.#untold += 1) >= oneIn) {
      this.#untold = 0;
      this.#tell(exchange, oneIn);
    }
  }

  /** For the hot path, which keeps a counter of its own for each kind of answer: whether this one is to be told. */
  counted(counter: Counter): boolean {
    counter.value += 1;
    return counter.value % this.#options.oneIn === 0;
  }

  /** Tells of an answer that `counted` has picked. */
  tell(exchange: Exchange): void {
    this.#tell(exchange, this.#options.oneIn);
  }

  /** `weight`: for how many answers this one stands. docs/operations.md names the columns. */
  #tell(exchange: Exchange, weight: number): void {
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
        spent?.waited.get("kv") ?? 0,
        spent?.waited.get("d1") ?? 0,
        spent?.rowsRead ?? 0,
        spent?.rowsWritten ?? 0,
        ...state(),
      ],
    });
  }
}
