import type { Principal } from "./principal.ts";

/** Tokens remembered at the most; the one remembered first is forgotten first. */
const TOKENS = 5_000;

/**
 * Principals of access tokens that have been verified, until they expire: an agent asks with the same token many times,
 * and its signature is as good the second time. API keys are not remembered here; they can be revoked.
 */
export class RememberedTokens {
  readonly #tokens = new Map<string, { readonly principal: Principal; readonly expiresAtMs: number }>();

  /** By the whole `Authorization` header; null for one that is not known to be good now (milliseconds). */
  principalOf(authorization: string, now: number): Principal | null {
    const known = this.#tokens.get(authorization);
    return known !== undefined && known.expiresAtMs > now ? known.principal : null;
  }

  remember(authorization: string, principal: Principal, expiresAtMs: number): void {
    if (this.#tokens.size >= TOKENS) {
      const [oldest = ""] = this.#tokens.keys();
      this.#tokens.delete(oldest);
    }
    this.#tokens.set(authorization, { principal, expiresAtMs });
  }
}
