import { jwtVerify, SignJWT } from "jose";
import { parseGrant, type Grant } from "./grants.ts";
import type { Principal } from "./principal.ts";
import { keyOf, type SigningKey } from "./signing-keys.ts";

/** What goes into an access token of ours. Times are Unix seconds. */
export interface AccessClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly grants: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly tokenId: string;
}

/** A verified token: who it stands for and until when (Unix seconds). */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly expiresAt: number;
}

const ALGORITHM = "HS256";

/** Signs an access token with the first secret of the ring. */
export async function signAccessToken(claims: AccessClaims, signer: SigningKey): Promise<string> {
  return new SignJWT({ grants: [...claims.grants] })
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: signer.kid })
    .setIssuer(claims.issuer)
    .setSubject(claims.subject)
    .setIssuedAt(claims.issuedAt)
    .setExpirationTime(claims.expiresAt)
    .setJti(claims.tokenId)
    .sign(signer.key);
}

/**
 * Verifies an access token of ours: HS256 and nothing else, a `kid` of the ring, not expired, a subject and grants.
 * Throws when any of it fails; the caller must not tell the client which (RFC 8725 §3).
 */
export async function verifyAccessToken(
  token: string,
  keys: readonly SigningKey[],
  now: Date,
): Promise<VerifiedToken> {
  const { payload } = await jwtVerify(token, (header) => keyOf(keys, header.kid), {
    algorithms: [ALGORITHM],
    typ: "JWT",
    currentDate: now,
    requiredClaims: ["iss", "sub", "exp", "jti", "grants"],
  });
  const name = payload.sub ?? "";
  if (name === "") throw new Error("the token has no subject");
  return { principal: { name, grants: readGrants(payload["grants"]) }, expiresAt: payload.exp ?? 0 };
}

/** The subject of a well-signed access token of ours, expired or not: what a refresh starts from. Throws otherwise. */
export async function subjectOfAccessToken(token: string, keys: readonly SigningKey[]): Promise<string> {
  // Nothing has expired at the start of time.
  return (await verifyAccessToken(token, keys, new Date(0))).principal.name;
}

/** The grants of a claim: an array of grant strings, each of which must be one. */
export function readGrants(claim: unknown): Grant[] {
  if (!Array.isArray(claim)) throw new Error("the grants are not an array");
  return claim.map((text: unknown) => {
    const grant = typeof text === "string" ? parseGrant(text) : null;
    if (grant === null) throw new Error("a grant is not of the form role@namespace");
    return grant;
  });
}
