import type { Replica, Snapshot } from "../store/origin.ts";
import type { Journal } from "./journal.ts";

/** How a value lies in KV: its text, and what else is needed to make it again (small, JSON). */
export interface Encoded {
  readonly text: string;
  readonly extra?: unknown;
}

/** One kind of thing that is kept in copies: what it is called, how it is loaded, written down and judged. */
export interface Kind<Id, T> {
  /** Its key in memory and, within format and epoch, in KV, made by `cacheKey`. The first part is the kind's alone. */
  key(id: Id): string;
  /** Under what the newest commit served is remembered; things with the same name never contradict each other (I3). */
  mark(id: Id): string;
  /** The last change of the thing that this journal knows; 0 for none. */
  changedAt(journal: Journal, id: Id): number;
  /**
   * Whether KV has a place for each state of a thing that the journal knows of (so that what lies there never changes)
   * and one for the state from before the journal; otherwise one for each thing.
   */
  readonly immutable: boolean;
  load(id: Id, replica: Replica): Promise<Snapshot<T>>;
  /** Null for a value that is not worth keeping in KV. */
  encode(value: T): Encoded | null;
  /** May throw; what cannot be decoded is a miss. */
  decode(id: Id, encoded: Encoded, s: number): T;
  /** About how much memory it takes. */
  bytes(value: T): number;
  /**
   * Whether a thing that was once made stays for ever. Its absence then precedes all else known of it, and needs no mark:
   * marks are bounded, and made-up names would displace them.
   */
  readonly permanent: boolean;
  /** Milliseconds after it was last known to be current for which it is served while D1 does not answer; 0: never past the bound. */
  readonly staleMs: number;
  /**
   * Whether it is a credential (I7). Past the bound, KV is then first given time for a newer journal, and nothing
   * is served while the isolate's clock cannot be relied on.
   */
  readonly isCredential: boolean;
}
