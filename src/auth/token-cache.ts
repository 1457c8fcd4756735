import { printGrant } from "./grants.ts";
import type { Principal } from "./principal.ts";

/** What remembered tokens may take up; an isolate has 128 MB for everything. */
const MAX_TOKENS = 5_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** What a token and each of its grants take in V8's heap besides their text, measured. */
const TOKEN_BYTES = 300;
const GRANT_BYTES = 160;

interface Token {
  readonly principal: Principal;
  readonly goodUntilMs: number;
  readonly bytes: number;
}

/**
 * Principals of access tokens that have been verified, until they expire: an agent asks with the same token many times,
 * and its signature is as good the second time. Bounded by number and bytes; the token remembered first is forgotten
 * first. API keys are not remembered here; they can be revoked.
 */
export class RememberedTokens {
  readonly #tokens = new Map<string, Token>();
  #bytes = 0;

  /** About what the tokens take up. */
  get bytes(): number {
    return this.#bytes;
  }

  /** By the whole `Authorization` header; null for one that is not known to be good now (milliseconds). */
  principalOf(authorization: string, now: number): Principal | null {
    const known = this.#tokens.get(authorization);
    return known !== undefined && known.goodUntilMs > now ? known.principal : null;
  }

  /** Caches the principal of a header. An entry larger than the whole cache is not kept. */
  remember(authorization: string, principal: Principal, goodUntilMs: number): void {
    const bytes = bytesOf(authorization, principal);
    this.#forget(authorization);
    this.#tokens.set(authorization, { principal, goodUntilMs, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_TOKENS && this.#bytes <= MAX_BYTES) return;
      this.#forget(oldest);
    }
  }

  #forget(authorization: string): void {
    this.#bytes -= this.#tokens.get(authorization)?.bytes ?? 0;
    this.#tokens.delete(authorization);
  }
}

/** Headers and the claims of tokens are Latin-1 but for the subject, which may take two bytes a character. */
function bytesOf(authorization: string, { name, grants }: Principal): number {
  const texts = grants.reduce((sum, grant) => sum + GRANT_BYTES + printGrant(grant).length, 0);
  return TOKEN_BYTES + authorization.length + 2 * name.length + texts;
}
