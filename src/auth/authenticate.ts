import { decodeProtectedHeader } from "jose";
import { ApiError } from "../errors.ts";
import { hasKeyForm } from "./api-keys.ts";
import { verifyAccessToken, type VerifiedToken } from "./access-tokens.ts";
import { challenge } from "./challenge.ts";
import { authorizationOf, readAuthorization } from "./authorization.ts";
import type { FailureLimit } from "./failure-limit.ts";
import {
  checkApiKey,
  holderPrincipal,
  keyUnconfirmed,
  type BeforeLookup,
  type KeyRing,
} from "./key-credentials.ts";
import { verifyOutsideToken, type OutsideIssuer } from "./outside-issuer.ts";
import type { Principal } from "./principal.ts";
import { RememberedTokens } from "./token-cache.ts";
import type { Scope } from "../scope.ts";
import type { SigningKey } from "./signing-keys.ts";

/** What credentials are checked against. */
export interface CredentialSources {
  /** Throws `unavailable` where the setting is wrong, as `outside` does. */
  readonly signingKeys: readonly SigningKey[];
  readonly ring: KeyRing;
  /** Null unless configured. */
  readonly outside: OutsideIssuer | null;
  readonly failures: FailureLimit;
}

/** Checks the credentials of requests. */
export interface Authenticator {
  /** The principal of a request's credential; throws `unauthenticated`, or `tooManyRequests` past the limit. */
  readonly authenticate: (request: Request, scope: Scope) => Promise<Principal>;
  /**
   * Whether the credential of a request still holds: false once it has expired or was revoked. Counts no failure.
   * Throws `unavailable` when no store can say.
   */
  readonly stillValid: (request: Request, scope: Scope) => Promise<boolean>;
}

/**
 * Accepts `Bearer <access token>`, `Bearer sak_...` and `Key sak_...`. What is malformed
 * is refused without a look-up and is not counted as a failure.
 */
export function authenticator(
  sources: CredentialSources,
  remembered = new RememberedTokens(),
): Authenticator {
  const principalOf = async (
    request: Request,
    scope: Scope,
    beforeLookup?: BeforeLookup,
  ): Promise<Principal | null> => {
    const { credential } = authorizationOf(request);
    if (credential.startsWith("sak_")) {
      const found = await checkApiKey(credential, sources.ring, scope, beforeLookup);
      return found === null ? null : holderPrincipal(found);
    }
    // Under one spelling of the scheme, the usual one, which is all the hot path looks for.
    const usual = `Bearer ${credential}`;
    const known = remembered.principalOf(usual, scope.now);
    if (known !== null) return known;
    const token = await verifiedOrNull(credential, sources, new Date(scope.now));
    if (token === null) return null;
    remembered.remember(usual, token.principal, token.goodUntil * 1000);
    return token.principal;
  };

  return {
    async authenticate(request, scope) {
      const malformed = rejectMalformed(request.headers.get("Authorization") ?? "");
      if (malformed !== null) throw malformed;
      const principal = await sources.failures.limit(request, scope.now, (beforeLookup) =>
        principalOf(request, scope, beforeLookup),
      );
      if (principal !== null) return principal;
      const { credential } = authorizationOf(request);
      const isCutOff = credential.startsWith("sak_") && !hasKeyForm(credential);
      throw isCutOff ? MALFORMED_CREDENTIALS : INVALID_CREDENTIALS;
    },
    async stillValid(request, scope) {
      const principal = await principalOf(request, scope);
      if (principal?.unconfirmedSeconds !== undefined) throw keyUnconfirmed();
      return principal !== null;
    },
  };
}

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * The refusal of a header that has not the form of a credential: it needs no look-up, is not counted as a failure, and
 * says what to send, which reveals nothing. Null for one that must be checked.
 */
export function rejectMalformed(header: string): ApiError | null {
  const { scheme, credential } = readAuthorization(header);
  if (scheme !== "bearer" && scheme !== "key") return BAD_CREDENTIALS;
  if (credential.startsWith("sak_") || (scheme === "bearer" && TOKEN.test(credential))) return null;
  return MALFORMED_CREDENTIALS;
}

/** The one message for every credential that fails, so that an answer does not reveal why. */
export function unauthenticated(message: string, asked = challenge({ scheme: "Bearer" })): ApiError {
  return new ApiError("unauthenticated", message, { headers: { "WWW-Authenticate": asked } });
}

/** Of a request without a credential of a known scheme. */
export const BAD_CREDENTIALS = unauthenticated(
  "bad credentials",
  challenge({
    scheme: "Bearer",
    description:
      "send Authorization: Bearer TOKEN with an access token, or Authorization: Key KEY with an API key",
  }),
);
/** Of a credential that does not hold. */
export const INVALID_CREDENTIALS = unauthenticated("invalid credentials");
/** Of what can be no credential, such as one that was cut off. */
export const MALFORMED_CREDENTIALS = unauthenticated(
  "invalid credentials",
  challenge({
    scheme: "Bearer",
    error: "invalid_token",
    description:
      "malformed: an access token has three parts with dots between them and goes with Bearer; an API key is sak_ and 49 letters and digits",
  }),
);

/** Null for a token that does not hold, whatever the reason. Throws `unavailable` when that cannot be known. */
async function verifiedOrNull(
  token: string,
  sources: CredentialSources,
  now: Date,
): Promise<VerifiedToken | null> {
  try {
    return await verifyToken(token, sources, now);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    return null;
  }
}

/** Which keys may verify a token is decided by its `kid`: ours by the ring, any other by the outside issuer. */
function verifyToken(token: string, sources: CredentialSources, now: Date): Promise<VerifiedToken> {
  const { alg, kid, b64 } = decodeProtectedHeader(token);
  // jose ignores it unless `crit` names it; a JWT must not have it either way (RFC 7797 §7).
  if (b64 === false) throw new Error("the token's payload is not encoded");
  // Only a token of ours is signed so: without our secrets it cannot be checked, but others can.
  if (alg !== "HS256" && sources.outside !== null && !hasKid(sources, kid))
    return verifyOutsideToken(token, sources.outside, now);
  return verifyAccessToken(token, sources.signingKeys, now);
}

/** Whether a secret has this key id; a ring that cannot be read has none. */
function hasKid(sources: CredentialSources, kid: string | undefined): boolean {
  try {
    return sources.signingKeys.some((key) => key.kid === kid);
  } catch {
    return false;
  }
}
