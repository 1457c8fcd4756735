import { signAccessToken, subjectOfAccessToken } from "../auth/access-tokens.ts";
import { hasKeyForm } from "../auth/api-keys.ts";
import { challenge } from "../auth/challenge.ts";
import { unauthenticated, type CredentialSources } from "../auth/authenticate.ts";
import { checkApiKey, keyUnconfirmed, type KeyHolder } from "../auth/key-credentials.ts";
import { signRefreshToken, verifyRefreshToken, type RefreshClaims } from "../auth/refresh-tokens.ts";
import { invalid } from "../errors.ts";
import type { SigningKey } from "../auth/signing-keys.ts";
import type { Scope } from "../scope.ts";
import type { SessionStore } from "../store/session-store.ts";
import type { BasicCredential } from "./basic.ts";

/** What Sensu's clients are given at login. `expiresAt` is the access token's, in Unix seconds. */
export interface Tokens {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly refreshToken: string;
}

/** Seconds: Sensu 6's own lifetimes (contract §4.2). */
const ACCESS_SECONDS = 300;
const REFRESH_SECONDS = 12 * 3_600;

const BASIC_CHALLENGE = challenge({ scheme: "Basic" });
/** Of a request that does not hold a key. */
export const SEND_KEY = challenge({
  scheme: "Basic",
  description:
    "send Authorization: Basic with the name of an API key as the user and the key, sak_..., as the password",
});
/** The challenge to a request that should continue or end a session and carries no access token. */
const SEND_ACCESS_TOKEN = challenge({
  scheme: "Bearer",
  description: "send Authorization: Bearer with the access token of the session, expired or not",
});

/** Sensu's login over API keys: the user is a key's name, the password the key (contract §4.1). */
export class LoginService {
  readonly #sources: CredentialSources;
  readonly #sessions: SessionStore;

  constructor(sources: CredentialSources, sessions: SessionStore) {
    this.#sources = sources;
    this.#sessions = sessions;
  }

  /** Checks a name and key; every failure reads the same. Throws `unavailable` when no store can say whether the key is live. */
  async check(credential: BasicCredential | null, request: Request, scope: Scope): Promise<KeyHolder> {
    const { failures, ring } = this.#sources;
    const holder = await failures.limit(request, scope.now, async (beforeLookup) => {
      if (credential === null) return null;
      const found = await checkApiKey(credential.password, ring, scope, beforeLookup);
      if (found?.holder.name !== credential.user) return null;
      if (found.unconfirmedSeconds !== null) throw keyUnconfirmed();
      return found.holder;
    });
    if (holder !== null) return holder;
    const hasKey = credential !== null && hasKeyForm(credential.password);
    throw unauthenticated("Unauthorized", hasKey ? BASIC_CHALLENGE : SEND_KEY);
  }

  /** Opens a session for a key. `issuer` is the URL this server is reached by, where clients send the refresh. */
  async open(key: KeyHolder, issuer: string, now: number): Promise<Tokens> {
    const signer = this.#signer();
    const claims = { subject: key.name, sessionId: crypto.randomUUID(), tokenId: crypto.randomUUID() };
    const { sessionId: id, tokenId: refreshId } = claims;
    await this.#sessions.open({
      id,
      refreshId,
      keyDigest: key.digest,
      expiresAt: now + REFRESH_SECONDS * 1000,
    });
    return this.#issue(key, claims, issuer, now, signer);
  }

  /**
   * Continues a session: both tokens are new, and the old refresh token is no longer valid; its reuse ends the session.
   * When the database fails, the old one is still valid.
   */
  async refresh(access: string | null, refresh: string, issuer: string, scope: Scope): Promise<Tokens> {
    const signer = this.#signer();
    const claims = await this.#claims(access, refresh, scope);
    const next = { ...claims, tokenId: crypto.randomUUID() };
    const expiresAt = scope.now + REFRESH_SECONDS * 1000;
    const rotate = () =>
      this.#sessions.rotate(
        claims.sessionId,
        claims.tokenId,
        { refreshId: next.tokenId, expiresAt },
        scope.now,
      );
    // A failure may have lost the answer to a rotation that was made; repeated, it is answered and not made again.
    const rotated = await rotate().catch(() => rotate());
    if (rotated.outcome === "reused") throw invalid("invalid access token");
    if (rotated.outcome !== "rotated") throw unauthenticated("Unauthorized");
    return this.#issue(rotated.key, next, issuer, scope.now, signer);
  }

  /** Ends a session. Its access token lives out its few minutes, as Sensu's does. */
  async logout(access: string | null, refresh: string, scope: Scope): Promise<void> {
    const { sessionId } = await this.#claims(access, refresh, scope);
    await this.#sessions.close(sessionId);
  }

  /** The subject of an access token, expired or not; any other text is `Request unauthorized`. */
  async subjectOf(access: string | null): Promise<string> {
    const { signingKeys } = this.#sources;
    try {
      return await subjectOfAccessToken(access ?? "", signingKeys);
    } catch {
      throw unauthenticated("Request unauthorized", access === "" ? SEND_ACCESS_TOKEN : undefined);
    }
  }

  /** The secret that signs, read before anything is written. */
  #signer(): SigningKey {
    const [signer] = this.#sources.signingKeys;
    if (signer === undefined) throw new Error("no secret signs tokens");
    return signer;
  }

  async #claims(access: string | null, refresh: string, scope: Scope): Promise<RefreshClaims> {
    const subject = await this.subjectOf(access);
    const claims = await verifyRefreshToken(refresh, this.#sources.signingKeys, new Date(scope.now)).catch(
      () => null,
    );
    if (claims?.subject !== subject) throw unauthenticated("Request unauthorized");
    return claims;
  }

  async #issue(
    key: Pick<KeyHolder, "name" | "grants">,
    refresh: RefreshClaims,
    issuer: string,
    now: number,
    signer: SigningKey,
  ): Promise<Tokens> {
    const issuedAt = Math.floor(now / 1000);
    const expiresAt = issuedAt + ACCESS_SECONDS;
    const { name: subject, grants } = key;
    const tokenId = crypto.randomUUID();
    return {
      accessToken: await signAccessToken({ issuer, subject, grants, issuedAt, expiresAt, tokenId }, signer),
      expiresAt,
      refreshToken: await signRefreshToken(refresh, issuedAt + REFRESH_SECONDS, signer),
    };
  }
}
