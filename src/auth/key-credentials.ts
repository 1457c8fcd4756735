import { apiKeyDigest, isApiKey } from "./api-keys.ts";
import { unavailable, type ApiError } from "../errors.ts";
import type { Scope } from "../scope.ts";
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

/** A key as the stores know it. */
export interface FoundKey {
  readonly holder: KeyHolder;
  /** Seconds since it was last known to be so, while no store can say whether it still is (I7); null: it is. */
  readonly unconfirmedSeconds: number | null;
}

/** Called before a store is asked for a key that is not in memory; throws to refuse the look-up. */
export type BeforeLookup = () => void;

/** Looks keys up and notes when they are used. */
export interface KeyRing {
  /** The key of a digest, or null. Throws `unavailable` when neither a store nor a recent copy can say. */
  readonly find: (digest: string, scope: Scope, beforeLookup?: BeforeLookup) => Promise<FoundKey | null>;
  /** Notes a use, at most once a day, off the request's path. */
  readonly noteUse: (key: KeyHolder, scope: Scope) => void;
}

/** A live key; null for a text that is no key, or a key that is unknown, expired or revoked. */
export async function checkApiKey(
  secret: string,
  ring: KeyRing,
  scope: Scope,
  beforeLookup?: BeforeLookup,
): Promise<FoundKey | null> {
  if (!isApiKey(secret)) return null;
  const found = await ring.find(await apiKeyDigest(secret), scope, beforeLookup);
  if (found === null) return null;
  const { holder, unconfirmedSeconds } = found;
  if (holder.revokedAt !== null) return null;
  if (holder.expiresAt !== null && holder.expiresAt <= scope.now) return null;
  if (unconfirmedSeconds === null) ring.noteUse(holder, scope);
  return found;
}

/** A key's holder as a principal. While the key is unconfirmed, all its grants are reduced to `view`. */
export function holderPrincipal({ holder, unconfirmedSeconds }: FoundKey): Principal {
  const { name } = holder;
  const grants = readGrants(holder.grants);
  if (unconfirmedSeconds === null) return { name, grants };
  const views = grants.map(({ namespace, names }) => ({ role: "view", namespace, names }) as const);
  return { name, grants: views, unconfirmedSeconds };
}

/** The answer to what a key may not do unless a store confirms it. */
export function keyUnconfirmed(): ApiError {
  return unavailable("the database does not answer; until it does, an API key may only read", 5);
}
