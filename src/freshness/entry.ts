import type { Snapshot } from "../store/origin.ts";
import type { Judged } from "./admit.ts";

/** A copy of one thing, as memory keeps it. */
export interface Entry<T> extends Judged {
  /** Milliseconds since the Unix epoch, read before the database was: the thing was this at that instant. */
  readonly readAt: number;
  /** Whether a name that is absent has left a row that says so; only such absences go to KV. */
  readonly tombstone: boolean;
  /** Null when absent. */
  readonly value: T | null;
}

/** The copy that a snapshot gives. An absence without a trace is newer than every version its snapshot has seen. */
export function entryOf<T>({ epoch, g, s, value }: Snapshot<T>, readAt: number): Entry<T> {
  return { epoch, g, s: s ?? g, readAt, tombstone: value === null && s !== null, value };
}

/** Whether a copy was seen in a later snapshot than another of the same epoch. */
export function isNewer(copy: Judged, than: Judged): boolean {
  return copy.epoch === than.epoch && copy.g > than.g;
}
