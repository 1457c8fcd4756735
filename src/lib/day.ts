/** The day of a time in milliseconds, as totals are kept by it: `2026-01-31`. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
