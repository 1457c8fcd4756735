import { decodeJwt, decodeProtectedHeader, jwtVerify, type JWTVerifyGetKey } from "jose";
import type { VerifiedToken } from "./access-tokens.ts";
import { KEYS_MS } from "./issuer-keys.ts";
import { readSubject, readTokenGrants } from "./token-claims.ts";

/** An identity provider whose access tokens are accepted beside our own. */
export interface OutsideIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds an array of grant strings. */
  readonly grantsClaim: string;
  /** Finds the public key of a token's header; throws `unavailable` when the issuer's keys cannot be had. */
  readonly keyFor: JWTVerifyGetKey;
}

/** Asymmetric algorithms only: a public key never verifies an HMAC (RFC 8725 §2.1). */
const ALGORITHMS = ["RS256", "ES256", "EdDSA"];

/**
 * Verifies a token of the outside issuer: its signature, issuer, audience, expiry, subject and grants. Throws
 * otherwise. It is not good for longer than the key that verified it, so a key that is withdrawn verifies nothing more.
 */
export async function verifyOutsideToken(
  token: string,
  outside: OutsideIssuer,
  now: Date,
): Promise<VerifiedToken> {
  const { issuer, audience, keyFor, grantsClaim } = outside;
  refuseForeign(token, issuer);
  const { payload } = await jwtVerify(token, keyFor, {
    algorithms: ALGORITHMS,
    requiredClaims: ["sub", "exp", grantsClaim],
    currentDate: now,
    issuer,
    audience,
  });
  const { sub, exp = 0 } = payload;
  const principal = { name: readSubject(sub), grants: readTokenGrants(payload[grantsClaim]) };
  return { principal, goodUntil: Math.min(exp, (now.getTime() + KEYS_MS) / 1000) };
}

/** Refuses what cannot be a token of this issuer before its keys are asked for. */
function refuseForeign(token: string, issuer: string): void {
  const { alg = "", kid } = decodeProtectedHeader(token);
  const { iss } = decodeJwt(token);
  if (iss === issuer && ALGORITHMS.includes(alg) && typeof kid === "string" && kid !== "") return;
  throw new Error("the token is not of this issuer");
}
