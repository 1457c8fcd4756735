import * as fc from "fast-check";
import { CompactSign, jwtVerify } from "jose";
import { expect, it } from "vitest";
import { verifiedClaims } from "../../src/auth/claims.ts";

const NOW = new Date(1_700_000_000_500);
const SECONDS = 1_700_000_000;
const SECRET = new TextEncoder().encode("s".repeat(32));
const ISSUER = "https://issuer.example.com";

async function signed(header: Record<string, unknown>, payload: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ ...header, alg: "HS256" })
    .sign(SECRET);
}

async function passes(verify: Promise<unknown>): Promise<boolean> {
  return verify.then(
    () => true,
    () => false,
  );
}

const times = fc.constantFrom(SECONDS - 1, SECONDS, SECONDS + 1, 0, -1, 1.5, "1", null, true, []);
const texts = fc.constantFrom(
  ISSUER,
  "assets",
  "mail",
  "",
  7,
  null,
  ["assets"],
  ["mail", "assets"],
  [["assets"]],
  {},
);
const claims = fc.record(
  { iss: texts, aud: texts, sub: texts, exp: times, nbf: times, iat: times, grants: texts },
  { requiredKeys: [] },
);
const header = fc.record(
  {
    typ: fc.constantFrom(
      "JWT",
      "jwt",
      "application/jwt",
      "APPLICATION/JWT",
      "text/jwt",
      "refresh+jwt",
      "",
      7,
      null,
    ),
  },
  { requiredKeys: [] },
);
const expected = fc.record(
  {
    typ: fc.constant("jwt"),
    issuer: fc.constant(ISSUER),
    audience: fc.constant("assets"),
  },
  { requiredKeys: [] },
);
const required = fc.subarray(["iss", "sub", "exp", "grants", "toString"]);

it("tokens pass exactly when jose lets them, whatever they claim and whatever is asked of them", async () => {
  await fc.assert(
    fc.asyncProperty(header, claims, expected, required, async (head, said, asked, names) => {
      const token = await signed(head, JSON.stringify(said));
      const rules = { algorithms: ["HS256"], currentDate: NOW, requiredClaims: names, ...asked };
      const theirs = await passes(jwtVerify(token, () => SECRET, rules));
      const ours = verifiedClaims(token, () => SECRET, {
        algorithms: ["HS256"],
        now: NOW,
        required: names,
        ...asked,
      });
      expect(await passes(ours)).toBe(theirs);
    }),
    { numRuns: 2_000 },
  );
});

it.each(["null", "[]", '"text"', "7", "{", "", '{"exp":"soon"}', '{"nbf":1700000001}', '{"exp":1700000000}'])(
  "a payload of %s is refused",
  async (payload) => {
    const token = await signed({}, payload);
    const rules = { algorithms: ["HS256"], now: NOW, required: [] };
    expect(await passes(jwtVerify(token, () => SECRET, { currentDate: NOW }))).toBe(false);
    expect(await passes(verifiedClaims(token, () => SECRET, rules))).toBe(false);
  },
);

it("a token of another algorithm or key is refused", async () => {
  const token = await signed({}, "{}");
  const other = new TextEncoder().encode("o".repeat(32));
  const rules = { now: NOW, required: [] };
  const ask = (key: Uint8Array, algorithm: string) =>
    passes(verifiedClaims(token, () => key, { ...rules, algorithms: [algorithm] }));
  expect(await ask(SECRET, "HS256")).toBe(true);
  expect(await ask(SECRET, "HS512")).toBe(false);
  expect(await ask(other, "HS256")).toBe(false);
});
