import { CompactSign, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { verifyAccessToken } from "../../src/auth/access-tokens.ts";
import { authenticator } from "../../src/auth/authenticate.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { signRefreshToken, verifyRefreshToken } from "../../src/auth/refresh-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { testScope } from "../support/scope.ts";

const keys = await readSigningKeys(`${"s".repeat(32)},${"o".repeat(32)}`);
const [signer, older] = keys;
const [stranger] = await readSigningKeys("x".repeat(32));
if (signer === undefined || older === undefined || stranger === undefined) throw new Error("no secret");

const SECONDS = 1_800_000_000;
const now = new Date(SECONDS * 1000);
const HEADER = { alg: "HS256", typ: "JWT", kid: signer.kid };
const CLAIMS = {
  grants: ["view@default"],
  iss: "http://localhost",
  sub: "alice",
  exp: SECONDS + 60,
  jti: "one",
};
const LONG = `view@${"n".repeat(100)}/${"a".repeat(250)}`;

/** A token with these claims and header members in place of the usual ones; undefined leaves one out. */
async function tokenOf(claims: object = {}, header: object = {}, key = signer): Promise<string> {
  return signed(JSON.stringify({ ...CLAIMS, ...claims }), header, key);
}

async function signed(payload: string, header: object = {}, key = signer): Promise<string> {
  const whole: object = { ...HEADER, ...header };
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader(JSON.parse(JSON.stringify(whole)) as typeof HEADER)
    .sign(key?.key ?? new Uint8Array());
}

/** Whether the authenticator takes a token; any failure but `unauthenticated` fails the test. */
async function isTaken(token: string): Promise<boolean> {
  const { authenticate } = authenticator({
    signingKeys: keys,
    ring: { find: async () => null, noteUse: () => undefined },
    outside: null,
    failures: new FailureLimit(async () => true),
  });
  const request = new Request("http://localhost/", { headers: { Authorization: `Bearer ${token}` } });
  try {
    await authenticate(request, testScope(now.getTime()));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ kind: "unauthenticated", message: "invalid credentials" });
    return false;
  }
}

describe("an access token", () => {
  it.each<[string, object, object?]>([
    ["as it is signed", {}],
    ["of an older secret", {}, { kid: older.kid }],
    ["whose type is written otherwise", {}, { typ: "application/jwt" }],
    ["that holds since now", { nbf: SECONDS }],
    ["with further claims", { iat: SECONDS + 600, aud: ["a", "b"], extra: null }],
    ["with a subject of 255 characters", { sub: "é".repeat(255) }],
    ["with 50 grants", { grants: Array.from({ length: 50 }, () => "view@default") }],
    ["without any grant", { grants: [] }],
  ])("%s is taken", async (_, claims, header = {}) => {
    const key = "kid" in header ? older : signer;
    expect(await isTaken(await tokenOf(claims, header, key))).toBe(true);
  });

  it.each<[string, object]>([
    ["without an issuer", { iss: undefined }],
    ["without a token id", { jti: undefined }],
    ["without an expiry", { exp: undefined }],
    ["whose expiry is a text", { exp: String(SECONDS + 60) }],
    ["whose expiry is null", { exp: null }],
    ["that expires now", { exp: SECONDS }],
    ["that holds only later", { nbf: SECONDS + 1 }],
    ["whose nbf is a text", { nbf: "0" }],
    ["whose iat is a text", { iat: "0" }],
    ["without a subject", { sub: undefined }],
    ["whose subject is null", { sub: null }],
    ["whose subject is a number", { sub: 7 }],
    ["whose subject is a list", { sub: ["alice"] }],
    ["whose subject is empty", { sub: "" }],
    ["whose subject has 256 characters", { sub: "a".repeat(256) }],
    ["whose subject has a line end", { sub: "alice\nbob" }],
    ["whose subject has a NUL", { sub: "alice\0" }],
    ["whose subject has a C1 control", { sub: "alice\u0085" }],
    ["without grants", { grants: undefined }],
    ["whose grants are a text", { grants: "view@default" }],
    ["whose grants are an object", { grants: { 0: "view@default", length: 1 } }],
    ["with a grant that is a number", { grants: [7] }],
    ["with a grant that is a list", { grants: [["view@default"]] }],
    ["with a grant that is none", { grants: ["root"] }],
    ["with five stars in a glob", { grants: ["view@default/*a*b*c*d*"] }],
    ["with 51 grants", { grants: Array.from({ length: 51 }, () => "view@default") }],
    ["with grants of more than 16,384 characters", { grants: Array.from({ length: 50 }, () => LONG) }],
  ])("%s is refused", async (_, claims) => {
    expect(await isTaken(await tokenOf(claims))).toBe(false);
  });

  it.each<[string, object]>([
    ["of a refresh token's type", { typ: "refresh+jwt" }],
    ["of another type", { typ: "text/jwt" }],
    ["whose type is a number", { typ: 7 }],
    ["whose type is null", { typ: null }],
    ["whose type is empty", { typ: "" }],
    ["without a type", { typ: undefined }],
    ["without a kid", { kid: undefined }],
    ["of an unknown kid", { kid: "unknown" }],
    ["of the kid of another secret", { kid: older.kid }],
  ])("%s is refused", async (_, header) => {
    expect(await isTaken(await tokenOf({}, header))).toBe(false);
  });

  it("of another secret is refused under any kid", async () => {
    for (const { kid } of [signer, older, stranger])
      expect(await isTaken(await tokenOf({}, { kid }, stranger))).toBe(false);
  });

  it.each([
    ["null"],
    ["[]"],
    ['"text"'],
    ["7"],
    ["{"],
    [""],
    [JSON.stringify([CLAIMS])],
    [`${JSON.stringify(CLAIMS)}x`],
  ])("with the payload %s is refused", async (payload) => {
    expect(await isTaken(await signed(payload))).toBe(false);
  });

  it("of no algorithm, or of another one, is refused", async () => {
    const bytes = new TextEncoder().encode("s".repeat(32));
    expect(await isTaken(new UnsecuredJWT({ ...CLAIMS }).encode())).toBe(false);
    for (const alg of ["HS384", "HS512"]) {
      const token = new SignJWT({ ...CLAIMS }).setProtectedHeader({ ...HEADER, alg });
      expect(await isTaken(await token.sign(bytes))).toBe(false);
    }
    const [, payload, signature] = (await tokenOf()).split(".");
    for (const alg of ["none", "None", "RS256", "hs256", "", 7, null]) {
      const head = btoa(JSON.stringify({ ...HEADER, alg })).replaceAll("=", "");
      expect(await isTaken(`${head}.${payload}.${signature}`)).toBe(false);
      expect(await isTaken(`${head}.${payload}.`)).toBe(false);
    }
  });

  it.each([
    [{ crit: ["exp"], exp: SECONDS + 60 }],
    [{ crit: [] }],
    [{ crit: "b64" }],
    [{ b64: false }],
    [{ b64: false, crit: ["b64"] }],
  ])("with the header members %j is refused", async (members) => {
    const head = btoa(JSON.stringify({ ...HEADER, ...members })).replaceAll("=", "");
    const [, payload] = (await tokenOf()).split(".");
    const signature = await crypto.subtle.sign(
      "HMAC",
      signer.key,
      new TextEncoder().encode(`${head}.${payload}`),
    );
    const text = btoa(String.fromCharCode(...new Uint8Array(signature)));
    const encoded = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    expect(await isTaken(`${head}.${payload}.${encoded}`)).toBe(false);
  });

  it("and a refresh token do not pass for one another", async () => {
    const claims = { subject: "alice", sessionId: "s", tokenId: "t" };
    const refresh = await signRefreshToken(claims, SECONDS + 60, signer);
    expect(await verifyRefreshToken(refresh, keys, now)).toEqual(claims);
    await expect(verifyAccessToken(refresh, keys, now)).rejects.toThrow("typ");
    const access = await tokenOf({ session_id: "s" });
    await expect(verifyRefreshToken(access, keys, now)).rejects.toThrow("typ");
  });
});
