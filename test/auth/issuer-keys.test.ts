import { exportJWK, generateKeyPair, type FlattenedJWSInput, type JWTHeaderParameters } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { issuerKeys } from "../../src/auth/issuer-keys.ts";

const { publicKey } = await generateKeyPair("ES256", { extractable: true });
const published = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "known", alg: "ES256" }] });
const ok = async () => new Response(published);
const UNAVAILABLE = { kind: "unavailable", headers: { "Retry-After": "5" } };

let now = 0;
beforeEach(() => {
  now = 1_800_000_000_000;
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** An issuer that answers as it is set, its fetches counted. */
function issuer() {
  const state = { fetches: 0, answer: ok };
  const find = issuerKeys(new URL("https://login.example.com/jwks"), async () => {
    state.fetches += 1;
    return state.answer();
  });
  const keyOf = (kid: string) => {
    const header: JWTHeaderParameters = { alg: "ES256", kid };
    const token: FlattenedJWSInput = { payload: "", signature: "", protected: "" };
    return Promise.resolve(find(header, token));
  };
  return { state, keyOf };
}

const FAULTS: readonly [string, () => Promise<Response>][] = [
  ["cannot be reached", async () => Promise.reject(new TypeError("Network connection lost."))],
  ["answers 500", async () => new Response(published, { status: 500 })],
  ["answers 404", async () => new Response(published, { status: 404 })],
  ["redirects", async () => new Response(null, { status: 302, headers: { Location: "https://x.example" } })],
  ["answers with no JSON", async () => new Response("<html>")],
  ["answers with nothing", async () => new Response("")],
  ["answers with JSON that is no key set", async () => new Response('{"keys":7}')],
  ["does not answer in time", async () => Promise.reject(new DOMException("timed out", "TimeoutError"))],
];

describe("the keys of an issuer", () => {
  it("are fetched once and used for ten minutes", async () => {
    const { state, keyOf } = issuer();
    for (let times = 0; times < 5; times += 1) expect(await keyOf("known")).toMatchObject({ type: "public" });
    now += 599_000;
    await keyOf("known");
    expect(state.fetches).toBe(1);
    now += 2_000;
    await keyOf("known");
    expect(state.fetches).toBe(2);
  });

  it.each(FAULTS)("are unavailable every time while the issuer %s, for any kid", async (_, fault) => {
    const { state, keyOf } = issuer();
    state.answer = fault;
    for (const kid of ["known", "unknown", "known", "unknown"]) {
      await expect(keyOf(kid)).rejects.toMatchObject(UNAVAILABLE);
      now += 700;
    }
  });

  it.each(FAULTS)("are not used for longer than ten minutes when the issuer then %s", async (_, fault) => {
    const { state, keyOf } = issuer();
    await keyOf("known");
    state.answer = fault;
    now += 60_000;
    await expect(keyOf("unknown")).rejects.toMatchObject(UNAVAILABLE);
    await expect(keyOf("unknown")).rejects.toMatchObject(UNAVAILABLE);
    expect(await keyOf("known")).toMatchObject({ type: "public" });
    for (now += 541_000; now < 1_800_000_000_000 + 3_600_000; now += 600_000) {
      await expect(keyOf("known")).rejects.toMatchObject(UNAVAILABLE);
    }
    state.answer = ok;
    expect(await keyOf("known")).toMatchObject({ type: "public" });
  });

  it("are fetched again for an unknown kid, at most every ten seconds, however many ask", async () => {
    const { state, keyOf } = issuer();
    for (let second = 0; second < 60; second += 1, now += 1_000) {
      for (let times = 0; times < 3; times += 1) {
        await expect(keyOf(`garbage-${second}-${times}`)).rejects.toMatchObject({
          code: "ERR_JWKS_NO_MATCHING_KEY",
        });
      }
    }
    expect(state.fetches).toBe(6);
  });

  it("are asked for at most once a second while the issuer fails, however many ask", async () => {
    const { state, keyOf } = issuer();
    state.answer = async () => new Response("no", { status: 503 });
    for (let tenth = 0; tenth < 50; tenth += 1, now += 100) {
      const asked = Array.from({ length: 4 }, (_, index) => keyOf(`garbage-${tenth}-${index}`));
      for (const each of asked) await expect(each).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(state.fetches).toBe(5);
  });

  it("are fetched once for all that ask at once", async () => {
    // By this jose knows a Worker, where it does not share a fetch between requests; in Node it would.
    vi.stubGlobal("WebSocketPair", {});
    const { state, keyOf } = issuer();
    state.answer = async () => {
      await new Promise((done) => setTimeout(done, 120));
      return ok();
    };
    const asked = Array.from({ length: 20 }, () => keyOf("known"));
    for (const key of await Promise.all(asked)) expect(key).toMatchObject({ type: "public" });
    expect(state.fetches).toBe(1);
  });
});
