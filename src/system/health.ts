/** The state of the database, KV and the settings, at most a few seconds old. */
export interface HealthReport {
  readonly database: boolean;
  /** Why it does not answer; null when it does. For the log alone. */
  readonly databaseError: unknown;
  readonly kv: boolean;
  /** Since the journal was last known to be current; null when there is none. Isolates keep it low when the cron is dead. */
  readonly journalAgeSeconds: number | null;
  /** Since the last known run of the cron; null when none is known. Over 180 it is dead. */
  readonly cronAgeSeconds: number | null;
  /** What is wrong with the settings, without their values. */
  readonly faults: readonly string[];
}

/** What the platform below can be asked about itself. */
export interface Health {
  /** Never throws, and does not wait for long. `waitUntil` lets a check end although its request has gone. */
  readonly report: (waitUntil: (work: Promise<unknown>) => void) => Promise<HealthReport>;
}
