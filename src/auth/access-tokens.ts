import type { Principal } from "./principal.ts";
import { signClaims, verifyClaims } from "./signed-claims.ts";
import type { SigningKey } from "./signing-keys.ts";
import { readSubject, readTokenGrants } from "./token-claims.ts";

/** What goes into an access token of ours. Times are Unix seconds. */
export interface AccessClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly grants: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly tokenId: string;
}

/** A verified token: who it stands for, and until when (Unix seconds) it need not be verified again. */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly goodUntil: number;
}

/** Signs an access token with the first secret of the ring. */
export async function signAccessToken(claims: AccessClaims, signer: SigningKey): Promise<string> {
  const { grants, issuer: iss, subject: sub, issuedAt: iat, expiresAt: exp, tokenId: jti } = claims;
  return signClaims("JWT", { grants, iss, sub, iat, exp, jti }, signer);
}

/**
 * Verifies an access token of ours: its signature, that it has not expired, that it has a subject and grants.
 * Throws when any of it fails; the client must not learn which (RFC 8725 §3).
 */
export async function verifyAccessToken(
  token: string,
  keys: readonly SigningKey[],
  now: Date,
): Promise<VerifiedToken> {
  const required = ["iss", "sub", "exp", "jti", "grants"];
  const { sub, exp = 0, grants } = await verifyClaims("JWT", token, keys, now, required);
  return { principal: { name: readSubject(sub), grants: readTokenGrants(grants) }, goodUntil: exp };
}

/** The subject of a well-signed access token of ours, expired or not: what a refresh starts from. Throws otherwise. */
export async function subjectOfAccessToken(token: string, keys: readonly SigningKey[]): Promise<string> {
  // Nothing has expired at the start of time.
  return (await verifyAccessToken(token, keys, new Date(0))).principal.name;
}
