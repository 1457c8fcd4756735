import { describe, expect, it } from "vitest";
import { verifyAccessToken } from "../../src/auth/access-tokens.ts";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { verifyRefreshToken } from "../../src/auth/refresh-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { LoginService } from "../../src/login/service.ts";
import type { Rotation, SessionStore } from "../../src/store/session-store.ts";
import { testScope } from "../support/scope.ts";

const NOW = 1_700_000_000_000;
const SECONDS = NOW / 1_000;
const ISSUER = "http://localhost";
const scope = testScope(NOW);
const signingKeys = await readSigningKeys("s".repeat(32));

const keyOf = async (name: string, byte: number) => {
  const secret = makeApiKey(new Uint8Array(32).fill(byte));
  const digest = await apiKeyDigest(secret);
  const rest = { grants: ["view@default"], expiresAt: null, revokedAt: null, lastUsed: null };
  return { secret, holder: { digest, name, ...rest } };
};
const [alice, bob] = [await keyOf("alice", 1), await keyOf("bob", 2)];

/** A login over sessions in memory, whose rotations have the given outcome. */
function aLogin(rotated?: Rotation, unconfirmedSeconds: number | null = null) {
  const opened: { id: string; expiresAt: number }[] = [];
  const closed: string[] = [];
  const sessions: SessionStore = {
    open: async (session) => void opened.push(session),
    close: async (id) => void closed.push(id),
    prune: async () => 0,
    rotate: async () => rotated ?? { outcome: "rotated", key: alice.holder },
  };
  const holders = [alice.holder, bob.holder];
  const login = new LoginService(
    {
      signingKeys,
      ring: {
        find: async (digest) => {
          const holder = holders.find((each) => each.digest === digest);
          return holder === undefined ? null : { holder, unconfirmedSeconds };
        },
        noteUse: () => undefined,
      },
      outside: null,
      failures: new FailureLimit(async () => true),
    },
    sessions,
  );
  return { login, opened, closed };
}

describe("a login", () => {
  it.each([
    ["alice", alice.secret, "alice"],
    ["bob", alice.secret, "Unauthorized"],
    ["", alice.secret, "Unauthorized"],
    ["alice", "sak_x", "Unauthorized"],
  ])("as %s with the key of alice or none is %s", async (user, password, outcome) => {
    const { login } = aLogin();
    const request = new Request(`${ISSUER}/auth`);
    const answer = login.check({ user, password }, request, scope).then(
      ({ name }) => name,
      (error: Error) => error.message,
    );
    expect(await answer).toBe(outcome);
  });

  it("with a key that no store can confirm is 503 under the key's own name, and refused under another", async () => {
    const { login } = aLogin(undefined, 600);
    const check = (user: string) =>
      login.check({ user, password: alice.secret }, new Request(`${ISSUER}/auth`), scope);
    await expect(check("alice")).rejects.toMatchObject({ kind: "unavailable" });
    await expect(check("bob")).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  it("gives an access token for five minutes and a session for twelve hours", async () => {
    const { login, opened } = aLogin();
    const { accessToken, expiresAt, refreshToken } = await login.open(alice.holder, ISSUER, NOW);
    expect(expiresAt).toBe(SECONDS + 300);
    expect((await verifyAccessToken(accessToken, signingKeys, new Date(NOW))).goodUntil).toBe(SECONDS + 300);
    expect(opened.map((session) => session.expiresAt)).toEqual([NOW + 12 * 3_600_000]);
    const last = new Date(NOW + 12 * 3_600_000 - 1_000);
    expect(await verifyRefreshToken(refreshToken, signingKeys, last)).toMatchObject({ subject: "alice" });
    const after = new Date(NOW + 12 * 3_600_000);
    await expect(verifyRefreshToken(refreshToken, signingKeys, after)).rejects.toThrow("exp");
  });
});

describe("a refresh", () => {
  it("takes the access token of its own principal, expired or not, and no other", async () => {
    const { login } = aLogin();
    const [own, other] = await Promise.all([alice, bob].map(({ holder }) => login.open(holder, ISSUER, NOW)));
    if (own === undefined || other === undefined) throw new Error("no tokens");
    const later = { ...scope, now: NOW + 3_600_000 };
    expect((await login.refresh(own.accessToken, own.refreshToken, ISSUER, later)).expiresAt).toBe(
      SECONDS + 3_900,
    );
    const refused = { kind: "unauthenticated", message: "Request unauthorized" };
    for (const [access, refresh] of [
      [other.accessToken, own.refreshToken],
      [own.refreshToken, own.refreshToken],
      [own.accessToken, own.accessToken],
      [null, own.refreshToken],
    ] as const) {
      await expect(login.refresh(access, refresh, ISSUER, scope)).rejects.toMatchObject(refused);
      await expect(login.logout(access, refresh, scope)).rejects.toMatchObject(refused);
    }
  });

  it.each([
    ["reused", "invalidArgument"],
    ["unknown", "unauthenticated"],
    ["key-ended", "unauthenticated"],
  ] as const)("that was %s is %s", async (outcome, kind) => {
    const { login } = aLogin({ outcome });
    const { accessToken, refreshToken } = await login.open(alice.holder, ISSUER, NOW);
    await expect(login.refresh(accessToken, refreshToken, ISSUER, scope)).rejects.toMatchObject({ kind });
  });

  it("is over once its session was logged out", async () => {
    const { login, opened, closed } = aLogin();
    const { accessToken, refreshToken } = await login.open(alice.holder, ISSUER, NOW);
    await login.logout(accessToken, refreshToken, scope);
    expect(closed).toEqual(opened.map(({ id }) => id));
  });
});
