import { decodeProtectedHeader } from "jose";
import { ApiError } from "../errors.ts";
import { verifyAccessToken, type VerifiedToken } from "./access-tokens.ts";
import { checkApiKey, holderPrincipal, type KeyRing, type Moment } from "./key-credentials.ts";
import { verifyOutsideToken, type OutsideIssuer } from "./outside-issuer.ts";
import type { Principal } from "./principal.ts";
import { RememberedTokens } from "./remembered.ts";
import type { SigningKey } from "./signing-keys.ts";

/** What credentials are checked against. */
export interface CredentialSources {
  readonly signingKeys: readonly SigningKey[];
  readonly ring: KeyRing;
  /** Null unless configured. */
  readonly outside: OutsideIssuer | null;
  /** Counts a failed credential of this client; true when it has failed too often. */
  readonly failedTooOften: (request: Request) => Promise<boolean>;
}

/** Turns the credential of a request into a principal, or throws `unauthenticated`. */
export type Authenticate = (request: Request, moment: Moment) => Promise<Principal>;

const SCHEME = /^(?:Bearer|Key) /;
const CREDENTIAL = /^(?:Bearer [\w-]+\.[\w-]+\.[\w-]*$|(?:Bearer|Key) sak_)/;

/**
 * Accepts `Bearer <access token>`, `Bearer sak_...` and `Key sak_...`; scheme names are case-sensitive, as Sensu's are
 * (contract §4.3). What cannot be a credential by its form is refused without a look-up and without being counted.
 */
export function authenticator(sources: CredentialSources, remembered = new RememberedTokens()): Authenticate {
  return async (request, moment) => {
    const header = request.headers.get("Authorization") ?? "";
    const known = remembered.principalOf(header, moment.now);
    if (known !== null) return known;
    const refusal = refusedByForm(header);
    if (refusal !== null) throw refusal;
    const credential = header.slice(header.indexOf(" ") + 1);
    const principal = await principalOf(credential, sources, moment);
    if (principal !== null) {
      const { expiresAt } = principal;
      if (expiresAt !== null) remembered.remember(header, principal.principal, expiresAt * 1000);
      return principal.principal;
    }
    await countFailure(request, sources);
    throw INVALID_CREDENTIALS;
  };
}

/**
 * The answer to a header that no credential looks like, which needs no look-up and is not counted as a failure; null
 * for one that must be checked.
 */
export function refusedByForm(header: string): ApiError | null {
  if (CREDENTIAL.test(header)) return null;
  return SCHEME.test(header) ? INVALID_CREDENTIALS : BAD_CREDENTIALS;
}

/** Counts a failed credential and, when there were too many, answers 429 in place of 401. */
export async function countFailure(
  request: Request,
  { failedTooOften }: Pick<CredentialSources, "failedTooOften">,
): Promise<void> {
  if (!(await failedTooOften(request))) return;
  throw new ApiError("tooManyRequests", "too many failed credentials; wait a minute", {
    headers: { "Retry-After": "60" },
  });
}

/** One wording for every credential that fails, so that an answer tells nothing about why it did. */
export function unauthenticated(message: string, challenge = 'Bearer realm="sensu"'): ApiError {
  return new ApiError("unauthenticated", message, { headers: { "WWW-Authenticate": challenge } });
}

export const BAD_CREDENTIALS = unauthenticated("bad credentials");
export const INVALID_CREDENTIALS = unauthenticated("invalid credentials");

/** Whom a credential stands for, and until when (Unix seconds) that may be remembered; null when for nobody. */
async function principalOf(
  credential: string,
  sources: CredentialSources,
  moment: Moment,
): Promise<{ principal: Principal; expiresAt: number | null } | null> {
  if (credential.startsWith("sak_")) {
    const key = await checkApiKey(credential, sources.ring, moment);
    return key === null ? null : { principal: holderPrincipal(key), expiresAt: null };
  }
  try {
    return await verifyToken(credential, sources, new Date(moment.now));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    return null;
  }
}

/** Which keys may verify a token is decided by its `kid`: ours by the ring, any other by the outside issuer. */
function verifyToken(token: string, sources: CredentialSources, now: Date): Promise<VerifiedToken> {
  const { kid } = decodeProtectedHeader(token);
  const ours = sources.signingKeys.some((key) => key.kid === kid);
  if (ours || sources.outside === null) return verifyAccessToken(token, sources.signingKeys, now);
  return verifyOutsideToken(token, sources.outside, now);
}
