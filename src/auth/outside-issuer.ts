import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { ApiError } from "../errors.ts";
import { readGrants, type VerifiedToken } from "./access-tokens.ts";

/** An identity provider whose access tokens are accepted beside our own. */
export interface OutsideIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds an array of grant strings. */
  readonly grantsClaim: string;
  /** Finds the public key of a token's header. */
  readonly keyFor: JWTVerifyGetKey;
}

/** Asymmetric algorithms only: a public key never verifies an HMAC (RFC 8725 §2.1). */
const ALGORITHMS = ["RS256", "ES256", "EdDSA"];

/**
 * The keys an issuer publishes; fetched when first needed, kept, and fetched anew for an unknown `kid`. When they
 * cannot be had nobody knows whether a token is good, which is 503 and not 401 (design: failing closed).
 */
export function publishedKeys(url: string): JWTVerifyGetKey {
  const published = createRemoteJWKSet(new URL(url), { timeoutDuration: 3_000 });
  return async (header, token) => {
    try {
      return await published(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
        throw cause;
      const headers = { "Retry-After": "5" };
      throw new ApiError("unavailable", "the token issuer's keys cannot be read", { cause, headers });
    }
  };
}

/** Verifies a token of the outside issuer: its signature, issuer, audience, expiry and grants. Throws otherwise. */
export async function verifyOutsideToken(
  token: string,
  outside: OutsideIssuer,
  now: Date,
): Promise<VerifiedToken> {
  const { payload } = await jwtVerify(token, outside.keyFor, {
    algorithms: ALGORITHMS,
    issuer: outside.issuer,
    audience: outside.audience,
    currentDate: now,
    requiredClaims: ["sub", "exp", outside.grantsClaim],
  });
  const { sub = "", exp = 0 } = payload;
  if (sub === "") throw new Error("the token has no subject");
  return { principal: { name: sub, grants: readGrants(payload[outside.grantsClaim]) }, expiresAt: exp };
}
