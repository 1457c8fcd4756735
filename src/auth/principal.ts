import type { Grant } from "./grants.ts";

/** Who asks, once the credential has been checked. */
export interface Principal {
  /** A token's `sub` or an API key's name; stored as `metadata.created_by`. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /**
   * Seconds since its API key was last known to be live, while no store can say whether it still is: then its grants are
   * `view` alone, and its answers are marked stale (I7). Absent otherwise.
   */
  readonly unconfirmedSeconds?: number;
}
