import { invalid } from "../errors.ts";

/** A whole number of a query or path; null when absent or empty. */
export function readSeq(text: string | null | undefined, what: string): number | null {
  if (text === null || text === undefined || text === "") return null;
  if (!/^\d{1,15}$/.test(text)) throw invalid(`invalid ${what} "${text}": use a whole number`);
  return Number(text);
}

/** A time of a query, RFC 3339 or Unix seconds, as milliseconds since the epoch; null when absent or empty. */
export function readTime(text: string | null, what: string): number | null {
  if (text === null || text === "") return null;
  const time = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(time)) {
    throw invalid(`invalid ${what} "${text}": use a time such as 2026-01-31T12:00:00Z, or Unix seconds`);
  }
  return time;
}
