import { signClaims, verifyClaims } from "./signed-claims.ts";
import type { SigningKey } from "./signing-keys.ts";

/** A refresh token's claims: whose session it continues, and which of the session's tokens it is. */
export interface RefreshClaims {
  readonly subject: string;
  readonly sessionId: string;
  readonly tokenId: string;
}

const TYPE = "refresh+jwt";

/** Signs a refresh token; `expiresAt` is Unix seconds. */
export async function signRefreshToken(
  claims: RefreshClaims,
  expiresAt: number,
  signer: SigningKey,
): Promise<string> {
  const { subject: sub, sessionId, tokenId: jti } = claims;
  return signClaims(TYPE, { session_id: sessionId, sub, exp: expiresAt, jti }, signer);
}

/** Verifies a refresh token; throws when anything about it is wrong. */
export async function verifyRefreshToken(
  token: string,
  keys: readonly SigningKey[],
  now: Date,
): Promise<RefreshClaims> {
  const required = ["sub", "exp", "jti", "session_id"];
  const { sub = "", jti = "", session_id: sessionId } = await verifyClaims(TYPE, token, keys, now, required);
  return { subject: sub, sessionId: String(sessionId), tokenId: jti };
}
