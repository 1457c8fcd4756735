import { jwtVerify, SignJWT } from "jose";
import { keyOf, type SigningKey } from "./signing-keys.ts";

/** A refresh token's claims: whose session it continues, and which of the session's tokens it is. */
export interface RefreshClaims {
  readonly subject: string;
  readonly sessionId: string;
  readonly tokenId: string;
}

const ALGORITHM = "HS256";
/** Keeps a refresh token from passing for an access token and the other way round (RFC 8725 §3.11). */
const TYPE = "refresh+jwt";

/** Signs a refresh token; `expiresAt` is Unix seconds. */
export async function signRefreshToken(
  claims: RefreshClaims,
  expiresAt: number,
  signer: SigningKey,
): Promise<string> {
  return new SignJWT({ session_id: claims.sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: signer.kid })
    .setSubject(claims.subject)
    .setExpirationTime(expiresAt)
    .setJti(claims.tokenId)
    .sign(signer.key);
}

/** Verifies a refresh token; throws when anything about it is wrong. */
export async function verifyRefreshToken(
  token: string,
  keys: readonly SigningKey[],
  now: Date,
): Promise<RefreshClaims> {
  const { payload } = await jwtVerify(token, (header) => keyOf(keys, header.kid), {
    algorithms: [ALGORITHM],
    typ: TYPE,
    currentDate: now,
    requiredClaims: ["sub", "exp", "jti", "session_id"],
  });
  const { sub = "", jti = "" } = payload;
  return { subject: sub, sessionId: String(payload["session_id"]), tokenId: jti };
}
