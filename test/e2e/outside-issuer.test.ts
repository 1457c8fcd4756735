import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";

const ASSETS = "/api/core/v2/namespaces/default/assets";
const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
const published = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "known", alg: "ES256" }] });

const MODES: Record<string, (response: ServerResponse) => void> = {
  works: (response) => void response.end(published),
  slow: (response) => void setTimeout(() => response.end(published), 300),
  hangs: () => undefined,
  stalls: (response) => void response.write(published.slice(0, 20)),
  breaks: (response) => void response.destroy(),
};

/** A real issuer beside the real bundle, both reached by HTTP. */
describe("the real bundle beside an outside issuer", () => {
  let mode = "works";
  let fetches = 0;
  const issuer = createServer((_request, response) => {
    fetches += 1;
    MODES[mode]?.(response);
  });
  let worker: RunningWorker;
  let iss: string;

  beforeEach(async () => {
    mode = "works";
    fetches = 0;
    issuer.listen(0, "127.0.0.1");
    await once(issuer, "listening");
    iss = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    worker = await startWorker({ vars: { OIDC_ISSUER: iss, OIDC_AUDIENCE: "assets" } });
  });
  afterEach(async () => {
    await worker.close();
    issuer.closeAllConnections();
    issuer.close();
  });

  const tokenOf = (kid: string, claims = {}) =>
    new SignJWT({ iss, aud: "assets", sub: "robot", grants: ["view@default"], ...claims })
      .setProtectedHeader({ alg: "ES256", kid })
      .setExpirationTime("1h")
      .sign(privateKey);
  const statusOf = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await worker.send("GET", ASSETS, { headers })).status;
  };

  it("answers all that come while the keys are fetched for the first time, by one fetch", async () => {
    mode = "slow";
    const tokens = await Promise.all(Array.from({ length: 12 }, (_, index) => tokenOf("known", { index })));
    expect(new Set(await Promise.all(tokens.map(statusOf)))).toEqual(new Set([200]));
    expect(fetches).toBe(1);
    expect(await statusOf(await tokenOf("unknown"))).toBe(401);
  });

  it("goes on when the client whose request fetches the keys leaves", async () => {
    mode = "hangs";
    const headers = { Authorization: `Bearer ${await tokenOf("known")}` };
    const leaving = new AbortController();
    const left = fetch(worker.url + ASSETS, { headers, signal: leaving.signal });
    await expect.poll(() => fetches).toBe(1);
    const waiting = statusOf(await tokenOf("known", { second: true }));
    leaving.abort();
    await expect(left).rejects.toThrow("abort");
    mode = "works";
    expect([200, 503]).toContain(await waiting);
    await expect
      .poll(async () => statusOf(await tokenOf("known", { third: true })), { timeout: 10_000 })
      .toBe(200);
  });

  it.each(["hangs", "stalls", "breaks"])(
    "is 503 every time for any kid while the issuer %s, and 200 when it works again",
    async (fault) => {
      mode = fault;
      for (const kid of ["known", "unknown", "known"]) expect(await statusOf(await tokenOf(kid))).toBe(503);
      mode = "works";
      const token = await tokenOf("known");
      await expect.poll(() => statusOf(token), { timeout: 10_000 }).toBe(200);
    },
  );

  it("fetches nothing for tokens that cannot be the issuer's", async () => {
    const [head = "", body = ""] = (await tokenOf("known")).split(".");
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const foreign = [
      await tokenOf("known", { iss: "https://evil.example.com" }),
      await tokenOf("known", { iss: [iss] }),
      await tokenOf("known", { iss: undefined }),
      `${encoded({ alg: "none", kid: "known" })}.${body}.`,
      `${encoded({ alg: "HS256", kid: "known" })}.${body}.c2ln`,
      `${encoded({ alg: "ES256" })}.${body}.c2ln`,
      `${head}.bm90IEpTT04.c2ln`,
      `bm90IEpTT04.${body}.c2ln`,
    ];
    for (const token of foreign) expect(await statusOf(token)).toBe(401);
    expect(fetches).toBe(0);
  });
});
