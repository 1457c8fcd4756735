import type { DatabaseCall } from "../../observability/spent.ts";
import type { Deadlines } from "../deadlines.ts";
import type { Replica } from "../origin.ts";

/**
 * The one place where calls of D1 are made: each has a deadline and is charged, also one that fails. A call that the
 * breaker refuses is not made, and costs nothing.
 */
export class MeteredCalls {
  readonly #deadlines: Deadlines;
  readonly #charge: (call: DatabaseCall) => void;

  constructor(deadlines: Deadlines, charge: (call: DatabaseCall) => void) {
    this.#deadlines = deadlines;
    this.#charge = charge;
  }

  /** Makes a call; `work` returns a result for each of its statements. */
  async run<R extends readonly D1Result[]>(
    isRead: boolean,
    replica: Replica,
    work: () => Promise<R>,
  ): Promise<R> {
    const { now } = this.#deadlines;
    let startedAt: number | null = null;
    let results: readonly D1Result[] = [];
    const made = () => {
      startedAt = now();
      return work();
    };
    try {
      const answer = await (isRead ? this.#deadlines.read(replica, made) : this.#deadlines.write(made));
      results = answer;
      return answer;
    } finally {
      if (startedAt !== null) this.#charge(callOf(now() - startedAt, results));
    }
  }
}

function callOf(ms: number, results: readonly D1Result[]): DatabaseCall {
  const metas = results.map(({ meta }) => meta);
  const last = metas.at(-1);
  return {
    ms,
    rowsRead: metas.reduce((sum, { rows_read }) => sum + rows_read, 0),
    rowsWritten: metas.reduce((sum, { rows_written }) => sum + rows_written, 0),
    region: last?.served_by_region ?? null,
    databaseBytes: last?.size_after ?? null,
  };
}
