import type { DatabaseCall } from "./spent.ts";

/** A number that grows. */
export interface Counter {
  value: number;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The method as figures are kept by it: clients choose methods, and labels must be few. */
export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : "other";
}

/** Upper bounds in milliseconds. */
export const BUCKETS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500] as const;

/** How long something took: how many times at most so long, by bucket, and in all. */
export class Histogram {
  readonly counts = BUCKETS.map(() => 0);
  count = 0;
  sum = 0;

  add(ms: number): void {
    this.count += 1;
    this.sum += ms;
    for (const [index, bound] of BUCKETS.entries()) if (ms <= bound) this.counts[index]! += 1;
  }
}

/** What one isolate has counted since it started. Bounded: labels are known methods, routes, statuses and tiers. */
export class Meter {
  /** By the labels of Prometheus' text, `method="GET",route="/",status="200",cache=""`. */
  readonly requests = new Map<string, Counter>();
  readonly waited = { kv: new Histogram(), d1: new Histogram() };
  rowsRead = 0;
  rowsWritten = 0;
  /** The size of the database as D1 said last; null before that. */
  databaseBytes: number | null = null;

  /** Counts a call of D1, made for a request or for the cron. */
  queried({ ms, rowsRead, rowsWritten, databaseBytes }: DatabaseCall): void {
    this.waited.d1.add(ms);
    this.rowsRead += rowsRead;
    this.rowsWritten += rowsWritten;
    this.databaseBytes = databaseBytes ?? this.databaseBytes;
  }

  /** The counter of such answers. Unrouted methods share one label. */
  answers(method: string, route: string | null, status: number, tier: string | null): Counter {
    const known = route === null ? "" : methodLabel(method);
    const labels = `method="${known}",route="${route ?? ""}",status="${status}",cache="${tier ?? ""}"`;
    const counter = this.requests.get(labels) ?? { value: 0 };
    this.requests.set(labels, counter);
    return counter;
  }
}
