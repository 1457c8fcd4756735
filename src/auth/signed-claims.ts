import { jwtVerify, SignJWT, type JWTPayload, type JWTVerifyGetKey } from "jose";
import type { SigningKey } from "./signing-keys.ts";

const ALGORITHM = "HS256";

/** Keeps a refresh token from passing for an access token and the other way round (RFC 8725 §3.11). */
export type TokenType = "JWT" | "refresh+jwt";

/** Signs the claims of a token; `exp` and `iat` are Unix seconds. */
export async function signClaims(typ: TokenType, claims: JWTPayload, signer: SigningKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ, kid: signer.kid }).sign(signer.key);
}

/** The claims of a token of ours: HS256 and nothing else, a `kid` of the ring, not expired. Throws otherwise. */
export async function verifyClaims(
  typ: TokenType,
  token: string,
  keys: readonly SigningKey[],
  now: Date,
  requiredClaims: string[],
): Promise<JWTPayload> {
  const keyFor: JWTVerifyGetKey = ({ kid }) => {
    const found = keys.find((key) => key.kid === kid);
    if (found === undefined) throw new Error("no secret has this kid");
    return found.key;
  };
  const rules = { algorithms: [ALGORITHM], typ, currentDate: now, requiredClaims };
  return (await jwtVerify(token, keyFor, rules)).payload;
}
