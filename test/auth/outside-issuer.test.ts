import { createLocalJWKSet, errors, exportJWK, generateKeyPair, SignJWT, type JWTVerifyGetKey } from "jose";
import { describe, expect, it } from "vitest";
import { authenticator, type CredentialSources } from "../../src/auth/authenticate.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { readConfig } from "../../src/config.ts";
import { ApiError } from "../../src/errors.ts";
import { testScope } from "../support/scope.ts";

const ISSUER = "https://login.example.com";
const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";
const NOW = Date.now();
const scope = testScope(NOW);

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
  failures: new FailureLimit(async () => true),
};

const CLAIMS = {
  iss: ISSUER,
  aud: "assets",
  sub: "robot",
  exp: Math.floor(NOW / 1000) + 60,
  sensu_grants: ["view@default"],
};

async function tokenOf(claims: object, alg = "RS256"): Promise<string> {
  const pair = pairs[alg];
  if (pair === undefined) throw new Error(alg);
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid: alg }).sign(pair.privateKey);
}

function ask(token: string, from = sources) {
  const request = new Request("http://localhost/", { headers: { Authorization: `Bearer ${token}` } });
  return authenticator(from).authenticate(request, scope);
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
    ["for no audience", { ...CLAIMS, aud: [] }],
    ["for an audience that is a list in a list", { ...CLAIMS, aud: [["assets"]] }],
    ["without an issuer", { ...CLAIMS, iss: undefined }],
    ["without an expiry", { ...CLAIMS, exp: undefined }],
    ["that holds only later", { ...CLAIMS, nbf: Math.floor(NOW / 1000) + 60 }],
    ["with an empty subject", { ...CLAIMS, sub: "" }],
    ["without a subject", { ...CLAIMS, sub: undefined }],
    ["whose subject is a number", { ...CLAIMS, sub: 7 }],
    ["whose subject is null", { ...CLAIMS, sub: null }],
    ["without grants", { ...CLAIMS, sensu_grants: undefined }],
    ["with a grant that is none", { ...CLAIMS, sensu_grants: ["root"] }],
  ])("%s is refused", async (_, claims) => {
    await expect(ask(await tokenOf(claims))).rejects.toMatchObject({
      kind: "unauthenticated",
      message: "invalid credentials",
    });
  });

  it("expires by the clock of the request", async () => {
    const request = async (now: number) =>
      authenticator(sources).authenticate(
        new Request("http://localhost/", { headers: { Authorization: `Bearer ${await tokenOf(CLAIMS)}` } }),
        { ...scope, now },
      );
    expect(await request(NOW + 58_000)).toMatchObject({ name: "robot" });
    await expect(request(NOW + 61_000)).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  it("for several audiences is taken when we are one", async () => {
    const token = await tokenOf({ ...CLAIMS, aud: ["mail", "assets"] });
    expect(await ask(token)).toMatchObject({ name: "robot" });
  });

  it.each([
    ["without a kid", { alg: "RS256" }],
    ["with an empty kid", { alg: "RS256", kid: "" }],
    ["of an algorithm that is not pinned", { alg: "PS256", kid: "RS256" }],
    ["of another issuer", { alg: "RS256", kid: "RS256" }, { ...CLAIMS, iss: "https://evil.example.com" }],
  ])("%s is refused, and no keys are asked for", async (_, header, claims = CLAIMS) => {
    const { privateKey } = await generateKeyPair(header.alg);
    const token = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    const keyFor: JWTVerifyGetKey = () => {
      throw new ApiError("unavailable", "the keys were asked for");
    };
    const outside = sources.outside === null ? null : { ...sources.outside, keyFor };
    await expect(ask(token, { ...sources, outside })).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  it("is verified again after ten minutes, so a withdrawn key verifies nothing more", async () => {
    const token = await tokenOf({ ...CLAIMS, exp: Math.floor(NOW / 1000) + 86_400 });
    let withdrawn = false;
    const keyFor: JWTVerifyGetKey = async (header, input) => {
      if (withdrawn) throw new errors.JWKSNoMatchingKey();
      return createLocalJWKSet({ keys })(header, input);
    };
    const outside = sources.outside === null ? null : { ...sources.outside, keyFor };
    const { authenticate, stillValid } = authenticator({ ...sources, outside });
    const request = new Request("http://localhost/", { headers: { Authorization: `Bearer ${token}` } });
    await authenticate(request, scope);
    withdrawn = true;
    expect(await stillValid(request, { ...scope, now: NOW + 599_000 })).toBe(true);
    expect(await stillValid(request, { ...scope, now: NOW + 600_000 })).toBe(false);
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

  it("cannot take a kid of our own ring, also where its issuer has a key of that kid", async () => {
    const kid = sources.signingKeys[0]?.kid ?? "";
    const rsa = pairs["RS256"];
    if (rsa === undefined) throw new Error("no key");
    const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg: "RS256", kid }).sign(rsa.privateKey);
    await expect(ask(forged)).rejects.toMatchObject({ kind: "unauthenticated" });
    const ofThatKid = { ...(await exportJWK(rsa.publicKey)), kid, alg: "RS256" };
    const keyFor = createLocalJWKSet({ keys: [ofThatKid] });
    const outside = sources.outside === null ? null : { ...sources.outside, keyFor };
    await expect(ask(forged, { ...sources, outside })).rejects.toMatchObject({ kind: "unauthenticated" });
    await expect(ask(forged, { ...sources, signingKeys: [], outside })).resolves.toMatchObject({
      name: "robot",
    });
  });

  it("is 503, not 401, when the issuer's keys cannot be fetched", async () => {
    const { outside } = await readConfig({
      TOKEN_SECRET: SECRET,
      OIDC_ISSUER: "http://127.0.0.1:9",
      OIDC_AUDIENCE: "assets",
      OIDC_GRANTS_CLAIM: "sensu_grants",
    });
    const token = await tokenOf({ ...CLAIMS, iss: "http://127.0.0.1:9" });
    await expect(ask(token, { ...sources, outside })).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("the configuration", () => {
  it.each([
    [{}, "TOKEN_SECRET is missing"],
    [{ TOKEN_SECRET: "short" }, "less than 32"],
    [{ TOKEN_SECRET: SECRET, OIDC_ISSUER: ISSUER }, "OIDC_AUDIENCE"],
    [{ TOKEN_SECRET: SECRET, LINT: "loud" }, "LINT"],
    [{ TOKEN_SECRET: SECRET, HISTORY_DAYS: "many" }, "HISTORY_DAYS"],
    [{ TOKEN_SECRET: SECRET, OIDC_ISSUER: "nonsense", OIDC_AUDIENCE: "a" }, "use a URL"],
  ])("%j has an error with what to mend", async (settings, text) => {
    const config = await readConfig(settings);
    expect(config.errors.map(({ message }) => message)).toEqual([expect.stringContaining(text)]);
  });

  it.each(["25", "-1", "1.5", "1h", "off"])(
    "OUTAGE_KEY_HOURS %j is off, and an error with what to mend",
    async (hours) => {
      const config = await readConfig({ TOKEN_SECRET: SECRET, OUTAGE_KEY_HOURS: hours });
      expect(config.outageKeyMs).toBe(0);
      expect(config.errors.map(({ message }) => message)).toEqual([
        `OUTAGE_KEY_HOURS is "${hours}": use a number of hours from 0 to 24, or leave it out for 24`,
      ]);
    },
  );

  it.each([
    [undefined, 24],
    ["", 24],
    ["24", 24],
    ["6", 6],
    ["0", 0],
  ])("OUTAGE_KEY_HOURS %j lets keys read for %i hours without D1", async (setting, hours) => {
    const settings = {
      TOKEN_SECRET: SECRET,
      ...(setting === undefined ? {} : { OUTAGE_KEY_HOURS: setting }),
    };
    expect((await readConfig(settings)).outageKeyMs).toBe(hours * 3_600_000);
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
