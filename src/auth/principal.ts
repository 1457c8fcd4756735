import type { Grant } from "./grants.ts";

/** Who asks, once the credential has been checked. */
export interface Principal {
  /** A token's `sub` or an API key's name; stored as `metadata.created_by`. */
  readonly name: string;
  readonly grants: readonly Grant[];
}
