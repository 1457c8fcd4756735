import { createLocalJWKSet, type CompactVerifyGetKey } from "jose";
import { ApiError } from "../errors.ts";
import { readGrants, type VerifiedToken } from "./access-tokens.ts";
import { verifiedClaims } from "./claims.ts";

/** An identity provider whose access tokens are accepted beside our own. */
export interface OutsideIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds an array of grant strings. */
  readonly grantsClaim: string;
  /** Finds the public key of a token's header. */
  readonly keyFor: CompactVerifyGetKey;
}

/** Asymmetric algorithms only: a public key never verifies an HMAC (RFC 8725 §2.1). */
const ALGORITHMS = ["RS256", "ES256", "EdDSA"];

/** Milliseconds for which published keys are good, after which an unknown one has them read again, and a read may take. */
const KEYS_MS = 600_000;
const REREAD_MS = 30_000;
const TIMEOUT_MS = 3_000;

/**
 * The keys an issuer publishes; read when first needed, kept, and read anew for an unknown `kid`. When they cannot be
 * had nobody knows whether a token is good, which is 503 and not 401 (design: failing closed).
 */
export function publishedKeys(url: string): CompactVerifyGetKey {
  let keys: CompactVerifyGetKey | null = null;
  let readAt = 0;
  const read = async (): Promise<CompactVerifyGetKey> => {
    try {
      readAt = Date.now();
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      keys = createLocalJWKSet(await response.json());
      return keys;
    } catch (cause) {
      const headers = { "Retry-After": "5" };
      throw new ApiError("unavailable", "the token issuer's keys cannot be read", { cause, headers });
    }
  };
  return async (header, token) => {
    const age = Date.now() - readAt;
    const known = keys !== null && age < KEYS_MS ? keys : await read();
    try {
      return await known(header, token);
    } catch (error) {
      if (known !== keys || age < REREAD_MS || age >= KEYS_MS) throw error;
      return (await read())(header, token);
    }
  };
}

/** Verifies a token of the outside issuer: its signature, issuer, audience, expiry and grants. Throws otherwise. */
export async function verifyOutsideToken(
  token: string,
  outside: OutsideIssuer,
  now: Date,
): Promise<VerifiedToken> {
  const { issuer, audience, keyFor, grantsClaim } = outside;
  const required = ["sub", "exp", grantsClaim];
  const payload = await verifiedClaims(token, keyFor, {
    algorithms: ALGORITHMS,
    required,
    now,
    issuer,
    audience,
  });
  const { sub = "", exp = 0 } = payload;
  if (sub === "") throw new Error("the token has no subject");
  return { principal: { name: sub, grants: readGrants(payload[grantsClaim]) }, expiresAt: exp };
}
