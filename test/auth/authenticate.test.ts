import { describe, expect, it } from "vitest";
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import { authenticator, type CredentialSources } from "../../src/auth/authenticate.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import type { KeyHolder } from "../../src/auth/key-credentials.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { testScope } from "../support/scope.ts";

const NOW = 1_800_000_000_000;
const signingKeys = await readSigningKeys("s".repeat(32));
const [signer] = signingKeys;
if (signer === undefined) throw new Error("no secret");

const key = makeApiKey(new Uint8Array(32).fill(7));
const holder: KeyHolder = {
  digest: await apiKeyDigest(key),
  name: "ci",
  grants: ["view@default"],
  expiresAt: null,
  revokedAt: null,
  lastUsed: null,
};
const token = await signAccessToken(
  {
    issuer: "http://localhost",
    subject: "alice",
    grants: ["view@default"],
    issuedAt: NOW / 1000,
    expiresAt: NOW / 1000 + 60,
    tokenId: "one",
  },
  signer,
);

/** An authenticator that knows one key, and what was asked of its sources. */
function withKey(
  members: Partial<KeyHolder> = {},
  sources: Partial<CredentialSources> = {},
  unconfirmedSeconds: number | null = null,
) {
  const asked = { lookups: 0, uses: 0, failures: 0 };
  const found = { ...holder, ...members };
  const { authenticate, stillValid } = authenticator({
    signingKeys,
    ring: {
      find: async (digest) => {
        asked.lookups += 1;
        return digest === found.digest ? { holder: found, unconfirmedSeconds } : null;
      },
      noteUse: () => void (asked.uses += 1),
    },
    outside: null,
    failures: new FailureLimit(async () => {
      asked.failures += 1;
      return true;
    }),
    ...sources,
  });
  const scope = testScope(NOW);
  const requestOf = (authorization: string) =>
    new Request("http://localhost/", { headers: { Authorization: authorization } });
  const principalOf = (authorization: string) => authenticate(requestOf(authorization), scope);
  const ask = async (authorization: string, now = NOW): Promise<string> =>
    authenticate(requestOf(authorization), { ...scope, now }).then(
      ({ name }) => name,
      (error: Error) => error.message,
    );
  const holdsStill = (authorization: string) => stillValid(requestOf(authorization), scope);
  return { asked, ask, principalOf, holdsStill };
}

describe("an API key", () => {
  it("is its holder, and its use is noted", async () => {
    const { asked, ask } = withKey();
    for (const scheme of ["Bearer", "Key", "bearer", "KEY"]) expect(await ask(`${scheme} ${key}`)).toBe("ci");
    expect(asked).toEqual({ lookups: 4, uses: 4, failures: 0 });
  });

  it.each<[string, Partial<KeyHolder>, string]>([
    ["that is revoked", { revokedAt: NOW - 1 }, "invalid credentials"],
    ["that is revoked from now on", { revokedAt: NOW }, "invalid credentials"],
    ["that has expired", { expiresAt: NOW - 1 }, "invalid credentials"],
    ["that expires now", { expiresAt: NOW }, "invalid credentials"],
    ["that expires next", { expiresAt: NOW + 1 }, "ci"],
  ])("%s is %s", async (_, members, answer) => {
    const { asked, ask } = withKey(members);
    expect(await ask(`Bearer ${key}`)).toBe(answer);
    expect([asked.uses, asked.failures]).toEqual(answer === "ci" ? [1, 0] : [0, 1]);
  });

  it.each(["sak_", `${key}0`, `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`, "sak_/../x"])(
    "that is none by its checksum, %s, is refused and counted without a look-up",
    async (garbage) => {
      const { asked, ask } = withKey();
      expect(await ask(`Bearer ${garbage}`)).toBe("invalid credentials");
      expect(asked).toEqual({ lookups: 0, uses: 0, failures: 1 });
    },
  );
});

describe("an API key that no store can confirm", () => {
  const unconfirmed = (members: Partial<KeyHolder> = {}) => withKey(members, {}, 600);

  it("views what it might view, and no more; its use is not noted", async () => {
    const grants = ["edit@default/sensu/*", "admin@team"];
    const { asked, principalOf } = unconfirmed({ grants });
    expect(await principalOf(`Key ${key}`)).toEqual({
      name: "ci",
      grants: [
        { role: "view", namespace: "default", names: "sensu/*" },
        { role: "view", namespace: "team", names: null },
      ],
      unconfirmedSeconds: 600,
    });
    expect(asked).toEqual({ lookups: 1, uses: 0, failures: 0 });
  });

  it.each<[string, Partial<KeyHolder>]>([
    ["revoked", { revokedAt: NOW - 1 }],
    ["expired", { expiresAt: NOW }],
  ])("is refused when its copy says that it is %s", async (_, members) => {
    expect(await unconfirmed(members).ask(`Key ${key}`)).toBe("invalid credentials");
  });

  it("holds no stream open, as it does once it is confirmed", async () => {
    await expect(unconfirmed().holdsStill(`Key ${key}`)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await withKey().holdsStill(`Key ${key}`)).toBe(true);
    expect(await withKey({ revokedAt: NOW }).holdsStill(`Key ${key}`)).toBe(false);
  });
});

describe("the scheme", () => {
  it.each([
    [`Basic ${key}`, "bad credentials"],
    [`Basic ${token}`, "bad credentials"],
    [key, "bad credentials"],
    ["", "bad credentials"],
    [`Key ${token}`, "invalid credentials"],
    ["Bearer text", "invalid credentials"],
  ])("of %s is refused with no look-up and not counted", async (authorization, message) => {
    const { asked, ask } = withKey();
    expect(await ask(authorization)).toBe(message);
    expect(asked).toEqual({ lookups: 0, uses: 0, failures: 0 });
  });
});

describe("a token of ours", () => {
  const outside = {
    issuer: "https://login.example.com",
    audience: "assets",
    grantsClaim: "grants",
    keyFor: () => {
      throw new Error("the keys were asked for");
    },
  };

  it("is good also where an outside issuer is set, whose keys are not asked for", async () => {
    const { ask } = withKey({}, { outside });
    expect(await ask(`Bearer ${token}`)).toBe("alice");
  });

  it("that was verified once is refused when it has expired", async () => {
    const { asked, ask } = withKey();
    expect([await ask(`Bearer ${token}`), await ask(`Bearer ${token}`, NOW + 59_999)]).toEqual([
      "alice",
      "alice",
    ]);
    expect(await ask(`Bearer ${token}`, NOW + 60_000)).toBe("invalid credentials");
    expect(asked.failures).toBe(1);
  });
});
