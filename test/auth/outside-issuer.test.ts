import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from "jose";
import { describe, expect, it } from "vitest";
import { authenticator, type CredentialSources } from "../../src/auth/authenticate.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { readConfig } from "../../src/config.ts";

const ISSUER = "https://login.example.com";
const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";
const NOW = Date.now();
const moment = { now: NOW, waitUntil: () => undefined };

const pairs = Object.fromEntries(
  await Promise.all(
    ["RS256", "ES256", "EdDSA"].map(
      async (alg) => [alg, await generateKeyPair(alg, { extractable: true })] as const,
    ),
  ),
);
const keys = await Promise.all(
  Object.entries(pairs).map(async ([alg, { publicKey }]) => ({
    ...(await exportJWK(publicKey)),
    kid: alg,
    alg,
  })),
);

const sources: CredentialSources = {
  signingKeys: await readSigningKeys(SECRET),
  ring: { find: async () => null, noteUse: () => undefined },
  outside: {
    issuer: ISSUER,
    audience: "assets",
    grantsClaim: "sensu_grants",
    keyFor: createLocalJWKSet({ keys }),
  },
  failedTooOften: async () => false,
};

const CLAIMS = {
  iss: ISSUER,
  aud: "assets",
  sub: "robot",
  exp: Math.floor(NOW / 1000) + 60,
  sensu_grants: ["view@default"],
};

async function tokenOf(claims: JWTPayload, alg = "RS256"): Promise<string> {
  const pair = pairs[alg];
  if (pair === undefined) throw new Error(alg);
  return new SignJWT(claims).setProtectedHeader({ alg, kid: alg }).sign(pair.privateKey);
}

function ask(token: string, from = sources) {
  const request = new Request("http://localhost/", { headers: { Authorization: `Bearer ${token}` } });
  return authenticator(from)(request, moment);
}

describe("a token of an outside issuer", () => {
  it.each(["RS256", "ES256", "EdDSA"])(
    "signed with %s is a principal with the grants of the named claim",
    async (alg) => {
      expect(await ask(await tokenOf(CLAIMS, alg))).toEqual({
        name: "robot",
        grants: [{ role: "view", namespace: "default", names: null }],
      });
    },
  );

  it.each([
    ["of another issuer", { ...CLAIMS, iss: "https://evil.example.com" }],
    ["for another audience", { ...CLAIMS, aud: "mail" }],
    ["that has expired", { ...CLAIMS, exp: Math.floor(NOW / 1000) - 60 }],
    ["without a subject", { ...CLAIMS, sub: "" }],
    ["without grants", { ...CLAIMS, sensu_grants: undefined }],
    ["with a grant that is none", { ...CLAIMS, sensu_grants: ["root"] }],
  ])("%s is refused", async (_, claims) => {
    await expect(ask(await tokenOf(claims))).rejects.toMatchObject({
      kind: "unauthenticated",
      message: "invalid credentials",
    });
  });

  it("is refused where no issuer is configured", async () => {
    await expect(ask(await tokenOf(CLAIMS), { ...sources, outside: null })).rejects.toMatchObject({
      kind: "unauthenticated",
    });
  });

  it("signed by HMAC with the public key as its secret is refused", async () => {
    const secret = new TextEncoder().encode(JSON.stringify(keys[0]));
    const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg: "HS256", kid: "RS256" }).sign(secret);
    await expect(ask(forged)).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  it("cannot take a kid of our own ring", async () => {
    const kid = sources.signingKeys[0]?.kid ?? "";
    const rsa = pairs["RS256"];
    if (rsa === undefined) throw new Error("no key");
    const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg: "RS256", kid }).sign(rsa.privateKey);
    await expect(ask(forged)).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  it("is 503, not 401, when the issuer's keys cannot be fetched", async () => {
    const { outside } = await readConfig({
      TOKEN_SECRET: SECRET,
      OIDC_ISSUER: "http://127.0.0.1:9",
      OIDC_AUDIENCE: "assets",
    });
    await expect(ask(await tokenOf(CLAIMS), { ...sources, outside })).rejects.toMatchObject({
      kind: "unavailable",
    });
  });
});

describe("the configuration", () => {
  it.each([
    [{}, "TOKEN_SECRET is missing"],
    [{ TOKEN_SECRET: "short" }, "less than 32"],
    [{ TOKEN_SECRET: SECRET, OIDC_ISSUER: ISSUER }, "OIDC_AUDIENCE"],
    [{ TOKEN_SECRET: SECRET, LINT: "loud" }, "LINT"],
    [{ TOKEN_SECRET: SECRET, HISTORY_DAYS: "many" }, "HISTORY_DAYS"],
    [{ TOKEN_SECRET: SECRET, OIDC_ISSUER: "nonsense", OIDC_AUDIENCE: "a" }, "not a URL"],
  ])("%j fails with what to mend", async (settings, text) => {
    await expect(readConfig(settings)).rejects.toThrow(text);
  });

  it("takes two secrets while one replaces the other", async () => {
    const { signingKeys } = await readConfig({ TOKEN_SECRET: `${"n".repeat(32)}, ${SECRET}` });
    expect(signingKeys).toHaveLength(2);
    expect(signingKeys[1]?.kid).toBe(sources.signingKeys[0]?.kid);
  });

  it("takes secrets of several names, and signs with that of the last", async () => {
    const rotated = { TOKEN_SECRET: SECRET, TOKEN_SECRET_20261125T101500Z: "n".repeat(32) };
    const newer = { TOKEN_SECRET_20261201T080000Z: "o".repeat(32), ...rotated };
    const [last, middle, first] = (await readConfig(newer)).signingKeys;
    expect([last?.kid, middle?.kid]).toEqual([
      (await readConfig({ TOKEN_SECRET: "o".repeat(32) })).signingKeys[0]?.kid,
      (await readConfig(rotated)).signingKeys[0]?.kid,
    ]);
    expect(first?.kid).toBe(sources.signingKeys[0]?.kid);
  });
});
