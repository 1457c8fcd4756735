/** One call of D1: how long its caller waited, and what it read and wrote. */
export interface DatabaseCall {
  /** Milliseconds, also of a call that failed. */
  readonly ms: number;
  /** Both 0 for a call that failed: D1 does not say what it cost. */
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Where the replica is that answered; null outside production. */
  readonly region: string | null;
  /** The size of the database after the call; null where D1 did not say. */
  readonly databaseBytes: number | null;
}

/** What one request, or one run of the cron, has cost below the Worker; `Server-Timing` and the log show it. */
export class Spent {
  /** Milliseconds awaited, by what was waited for: `kv`, `d1`. */
  readonly waited = new Map<"kv" | "d1", number>();
  rowsRead = 0;
  rowsWritten = 0;
  region: string | null = null;
  databaseBytes: number | null = null;

  waitedFor(what: "kv" | "d1", ms: number): void {
    this.waited.set(what, (this.waited.get(what) ?? 0) + ms);
  }

  queried({ ms, rowsRead, rowsWritten, region, databaseBytes }: DatabaseCall): void {
    this.waitedFor("d1", ms);
    this.rowsRead += rowsRead;
    this.rowsWritten += rowsWritten;
    this.region = region ?? this.region;
    this.databaseBytes = databaseBytes ?? this.databaseBytes;
  }
}

/** The members of a log line that say what was spent. */
export function costOf({ waited, rowsRead, rowsWritten, region }: Spent): Record<string, unknown> {
  return {
    ...Object.fromEntries(waited),
    rows: [rowsRead, rowsWritten],
    ...(region !== null && { region }),
  };
}

/** What an answer from memory has cost. */
export const NOTHING = new Spent();
