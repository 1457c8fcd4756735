/** The part of D1's `meta` of a result that is told. */
export interface QueryMeta {
  readonly rows_read?: number;
  readonly rows_written?: number;
  /** Where the replica is that answered; only in production. */
  readonly served_by_region?: string;
}

/** What one request has cost below the Worker: stores add to it, `Server-Timing` and the log tell it. */
export class Spent {
  /** Milliseconds awaited, by what was waited for: `kv`, `d1`. */
  readonly waited = new Map<"kv" | "d1", number>();
  rowsRead = 0;
  rowsWritten = 0;
  region: string | null = null;

  waitedFor(what: "kv" | "d1", ms: number): void {
    this.waited.set(what, (this.waited.get(what) ?? 0) + ms);
  }

  queried({ rows_read = 0, rows_written = 0, served_by_region = "" }: QueryMeta): void {
    this.rowsRead += rows_read;
    this.rowsWritten += rows_written;
    this.region = served_by_region || this.region;
  }
}

/** What an answer from memory has cost. */
export const NOTHING = new Spent();
