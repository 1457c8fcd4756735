import type { Scope } from "../scope.ts";
import type { Timer } from "../lib/timer.ts";
import type { ArchiveStores } from "../store/archive-store.ts";
import type { Bucket } from "./bucket.ts";
import type { Get, Hasher } from "./fetch-archive.ts";
import type { FetchPolicy } from "./url-rule.ts";

/** What the operator has set. */
export interface CheckSettings {
  /** Archives a minute. */
  readonly checks: number;
  /** Bytes that a run may hash by itself. */
  readonly hashBytes: number;
  /** Bytes of one archive, and of all copies. */
  readonly maxBytes: number;
  readonly copiedBytes: number;
}

/** What the checker needs from outside: values and functions, never the environment. */
export interface CheckerOptions {
  readonly stores: Pick<ArchiveStores, "queue" | "copies" | "herald">;
  readonly get: Get;
  readonly hasherOf: () => Hasher;
  readonly bucket: Bucket | null;
  readonly policy: FetchPolicy;
  readonly settings: CheckSettings;
  readonly timer: Timer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Of a run, for the commits that it makes. */
  readonly scope: () => Scope;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: (entry: Record<string, unknown>) => void;
}
