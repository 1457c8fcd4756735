import { ApiError } from "../errors.ts";
import { verifyAccessToken } from "./access-tokens.ts";
import type { Principal } from "./principal.ts";
import type { SigningKey } from "./signing-keys.ts";

/** Turns the credential of a request into a principal, or throws `unauthenticated`. */
export type Authenticate = (request: Request, now: number) => Promise<Principal>;

/** Accepts `Authorization: Bearer <access token>`; scheme names are case-sensitive, as Sensu's are (contract §4.3). */
export function authenticator(keys: readonly SigningKey[]): Authenticate {
  return async (request, now) => {
    const credential = request.headers.get("Authorization") ?? "";
    if (!credential.startsWith("Bearer ")) throw unauthenticated("bad credentials");
    try {
      const verified = await verifyAccessToken(credential.slice("Bearer ".length), keys, new Date(now));
      return verified.principal;
    } catch (cause) {
      throw unauthenticated("invalid credentials", cause);
    }
  };
}

/** One wording for every credential that fails, so that an answer tells nothing about why it did. */
export function unauthenticated(
  message: "bad credentials" | "invalid credentials",
  cause?: unknown,
): ApiError {
  return new ApiError("unauthenticated", message, {
    cause,
    headers: { "WWW-Authenticate": 'Bearer realm="sensu"' },
  });
}
