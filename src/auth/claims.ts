import { compactVerify, type CompactVerifyGetKey, type JWTPayload } from "jose";
import { isObject } from "../object.ts";

/** What a token must say besides being signed. */
export interface Expected {
  readonly algorithms: string[];
  /** Claims that must be there. */
  readonly required: readonly string[];
  readonly now: Date;
  /** The header's media type, `application/` left out. */
  readonly typ?: string;
  readonly issuer?: string;
  readonly audience?: string;
}

/**
 * The claims of a token that is signed by its key and holds now (RFC 7519 §4.1 and §7.2). Throws otherwise. The same
 * tokens pass as with jose's `jwtVerify`, whose rules for ages and durations would be a kilobyte of the bundle.
 */
export async function verifiedClaims(
  token: string,
  keyFor: CompactVerifyGetKey,
  { algorithms, required, now, typ, issuer, audience }: Expected,
): Promise<JWTPayload> {
  const { payload, protectedHeader } = await compactVerify(token, keyFor, { algorithms });
  const claims: JWTPayload = JSON.parse(
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(payload),
  );
  const { iss, aud, iat, nbf, exp } = claims;
  const seconds = Math.floor(now.getTime() / 1000);
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, "");
  const holds =
    isObject(claims) &&
    protectedHeader.b64 !== false &&
    (typ === undefined || type === typ) &&
    required.every((claim) => Object.hasOwn(claims, claim)) &&
    (issuer === undefined || iss === issuer) &&
    (audience === undefined || [aud].flat().includes(audience)) &&
    [iat, nbf, exp].every((time) => time === undefined || typeof time === "number") &&
    (nbf === undefined || nbf <= seconds) &&
    (exp === undefined || exp > seconds);
  if (!holds) throw new Error("the token's claims do not hold");
  return claims;
}
