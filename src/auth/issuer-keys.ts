import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from "jose";
import { unavailable } from "../errors.ts";

/** Milliseconds for which fetched keys are used; after that a token needs them fetched again, or is 503. */
export const KEYS_MS = 600_000;
/** Milliseconds after a fetch in which an unknown `kid` does not cause another: garbage must not, rotation may wait. */
const COOLDOWN_MS = 10_000;
/** Milliseconds after a failure in which none is tried. */
const BACK_OFF_MS = 1_000;
const TIMEOUT_MS = 3_000;
const POLL_MS = 50;

/**
 * Finds the keys that an issuer publishes, by jose's rules. Keys that cannot be had leave open whether a token is good,
 * which is `unavailable` and never a verdict on the token (failing closed).
 */
export function issuerKeys(
  url: URL,
  fetchKeys: FetchImplementation = (address, init) => fetch(address, init),
): JWTVerifyGetKey {
  let failedAt = -Infinity;
  const isBackingOff = () => Date.now() - failedAt < BACK_OFF_MS;
  const fetchOnce = oneAtATime(async (address, init) => {
    if (isBackingOff()) throw new Error(`${address} failed a moment ago`);
    return fetchKeys(address, init);
  });
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: KEYS_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: fetchOnce,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      const known =
        cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys;
      if (known) throw cause;
      if (!isBackingOff()) failedAt = Date.now();
      throw unavailable("the token issuer's keys cannot be read", 5, cause);
    }
  };
}

/**
 * Lets one request fetch at a time, and gives its answer to those that came meanwhile. These look for it again and
 * again instead of awaiting it: the runtime ends the work of a request with the request, and what awaits it would hang.
 */
function oneAtATime(fetchKeys: FetchImplementation): FetchImplementation {
  let busyUntil = 0;
  let answer = { at: -Infinity, body: "" };
  return async (address, init) => {
    const askedAt = Date.now();
    while (Date.now() < busyUntil) await new Promise((done) => setTimeout(done, POLL_MS));
    if (answer.at >= askedAt) return new Response(answer.body);
    busyUntil = Date.now() + TIMEOUT_MS;
    try {
      const response = await fetchKeys(address, init);
      if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
      answer = { at: Date.now(), body: await response.text() };
      return new Response(answer.body);
    } finally {
      busyUntil = 0;
    }
  };
}
