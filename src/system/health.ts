/** What stands behind the Worker, as it was a few seconds ago at the most. */
export interface HealthReport {
  readonly database: boolean;
  readonly kv: boolean;
  /** Since the journal was last known to be current; null when there is none. Over 120 the cron is dead. */
  readonly journalAgeSeconds: number | null;
}

/** What the platform below can be asked about itself. */
export interface Health {
  /** Never throws, and does not wait for long. `waitUntil` lets a check end although its request has gone. */
  readonly report: (waitUntil: (work: Promise<unknown>) => void) => Promise<HealthReport>;
}
