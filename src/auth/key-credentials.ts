import { apiKeyDigest, isApiKey } from "./api-keys.ts";
import type { Spent } from "../observability/spent.ts";
import type { Principal } from "./principal.ts";
import { readGrants } from "./token-claims.ts";

/** What must be known of a key to check it. Times are milliseconds since the epoch; null: never. */
export interface KeyHolder {
  readonly digest: string;
  readonly name: string;
  readonly grants: readonly string[];
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsed: string | null;
}

/** What varies from request to request while a credential is checked. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly spent?: Spent;
  /** Called before a store is asked for what is not in memory; throws to refuse that. */
  readonly beforeLookup?: () => void;
}

/** Where keys are looked up, and told of their use. */
export interface KeyRing {
  /** The key of a digest, or null. Throws `unavailable` when no store can say: then nobody may be let in or told off. */
  readonly find: (digest: string, moment: Moment) => Promise<KeyHolder | null>;
  /** Notes a use, at most once a day, off the request's path. */
  readonly noteUse: (key: KeyHolder, moment: Moment) => void;
}

/** The holder of a live key; null for a text that is no key, or a key that is unknown, expired or revoked. */
export async function checkApiKey(secret: string, ring: KeyRing, moment: Moment): Promise<KeyHolder | null> {
  if (!isApiKey(secret)) return null;
  const key = await ring.find(await apiKeyDigest(secret), moment);
  if (key === null || key.revokedAt !== null) return null;
  if (key.expiresAt !== null && key.expiresAt <= moment.now) return null;
  ring.noteUse(key, moment);
  return key;
}

/** A key's holder as a principal. */
export function holderPrincipal(key: KeyHolder): Principal {
  return { name: key.name, grants: readGrants(key.grants) };
}
