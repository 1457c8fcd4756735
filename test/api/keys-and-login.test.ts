import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const KEYS = "/api/edge/v1/keys";
const admin = await tokenFor(["admin@*"], { name: "root" });

interface Minted {
  key: string;
  name: string;
  grants: string[];
  status: string;
  expires_at: number | null;
  last_used: string | null;
}
interface Tokens {
  access_token: string;
  expires_at: number;
  refresh_token: string;
}

beforeEach(freshStorage);

async function makeKey(name: string, grants: string[], expiresAt?: number): Promise<string> {
  const body = { name, grants, ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) };
  const made = await api("POST", KEYS, { token: admin, body });
  expect(made.status).toBe(201);
  return (await made.json<Minted>()).key;
}

const basic = (user: string, password: string) => ({ Authorization: `Basic ${btoa(`${user}:${password}`)}` });
const withKey = (key: string, scheme = "Key") => ({ Authorization: `${scheme} ${key}` });
const list = (headers: Record<string, string>) => api("GET", ASSETS, { headers });

async function session(name = "alice"): Promise<Tokens> {
  const key = await makeKey(name, ["view@default"]);
  return (await api("GET", "/auth", { headers: basic(name, key) })).json<Tokens>();
}

const refresh = (token: string, refresh_token: string) =>
  api("POST", "/auth/token", { token, body: { refresh_token } });

const statusAndText = async (answer: Response) => [
  answer.status,
  (await answer.json<{ message: string }>()).message,
];

describe("API keys", () => {
  it("are made with a checksum, shown once, and stored as a digest", async () => {
    const made = await api("POST", KEYS, { token: admin, body: { name: "ci", grants: ["edit@default"] } });
    const { key, ...rest } = await made.json<Minted>();
    expect(made.status).toBe(201);
    expect(made.headers.get("Location")).toBe(`${KEYS}/ci`);
    expect(key).toMatch(/^sak_[0-9A-Za-z]{49}$/);
    const shown = {
      name: "ci",
      grants: ["edit@default"],
      created_by: "root",
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      expires_at: null,
      last_used: null,
      status: "live",
    };
    expect(rest).toEqual(shown);
    expect(await (await api("GET", `${KEYS}/ci`, { token: admin })).json()).toEqual([shown]);
    expect(await (await api("GET", KEYS, { token: admin })).json()).toEqual([shown]);
    const dump = JSON.stringify([
      (await env.DB.prepare("SELECT * FROM api_keys").all()).results,
      (await env.DB.prepare("SELECT * FROM revisions").all()).results,
    ]);
    expect(dump).not.toContain(key);
    expect(dump).toContain(await apiKeyDigest(key));
  });

  it("open the door as Key and as Bearer, with their grants, and write as their name", async () => {
    const key = await makeKey("ci", ["edit@default"]);
    expect((await list(withKey(key))).status).toBe(200);
    expect((await list(withKey(key, "Bearer"))).status).toBe(200);
    const put = await api("PUT", `${ASSETS}/one`, { headers: withKey(key), body: anAsset("one") });
    expect(put.status).toBe(201);
    const got = await api("GET", `${ASSETS}/one`, { headers: withKey(key) });
    expect(await got.json()).toMatchObject({ metadata: { created_by: "ci" } });
    expect((await api("GET", "/api/core/v2/assets", { headers: withKey(key) })).status).toBe(403);
  });

  it("open the door under every spelling of the scheme, as access tokens do", async () => {
    const key = await makeKey("ci", ["view@default"]);
    await api("PUT", `${ASSETS}/one`, { token: admin, body: anAsset("one") });
    const token = await tokenFor(["view@default"]);
    const spellings = (scheme: string) => [
      scheme,
      scheme.toLowerCase(),
      scheme.toUpperCase(),
      scheme.slice(0, 1).toLowerCase() + scheme.slice(1).toUpperCase(),
    ];
    const good = [
      ...spellings("Key").map((scheme) => withKey(key, scheme)),
      ...spellings("Bearer").flatMap((scheme) => [withKey(key, scheme), withKey(token, scheme)]),
    ];
    const bad = [
      ...spellings("Key").flatMap((scheme) => [withKey("x", scheme), withKey(token, scheme)]),
      ...spellings("Bearer").map((scheme) => withKey("x.y", scheme)),
    ];
    // The paths of the hot path, answered by it once they are in memory, and one that only the slow path answers.
    for (let times = 0; times < 3; times += 1) {
      for (const path of [`${ASSETS}/one`, ASSETS]) {
        for (const headers of good) expect((await api("GET", path, { headers })).status).toBe(200);
        for (const headers of bad) {
          expect(await statusAndText(await api("GET", path, { headers }))).toEqual([
            401,
            "invalid credentials",
          ]);
        }
        for (const scheme of ["Keys", "Bear", "Basic", "Token", "key\tx", ""]) {
          expect(await statusAndText(await api("GET", path, { headers: withKey(token, scheme) }))).toEqual([
            401,
            "bad credentials",
          ]);
        }
      }
    }
  });

  it("that are unknown, expired, revoked or mistyped are refused alike", async () => {
    const expired = await makeKey("old", ["view@default"], Math.floor(Date.now() / 1000) + 1_000);
    await env.DB.prepare("UPDATE api_keys SET expires_at = 1 WHERE name = 'old'").run();
    const revoked = await makeKey("bad", ["view@default"]);
    expect((await api("DELETE", `${KEYS}/bad`, { token: admin })).status).toBe(204);
    const unknown = makeApiKey(new Uint8Array(32).fill(7));
    const mistyped = `${unknown.slice(0, -1)}${unknown.endsWith("0") ? "1" : "0"}`;
    for (const key of [expired, revoked, unknown, mistyped]) {
      const answer = await list(withKey(key));
      expect(answer.status).toBe(401);
      expect(await answer.text()).toBe('{"message":"invalid credentials","code":5}');
    }
  });

  it("are noted as used, by the day", async () => {
    const key = await makeKey("ci", ["view@default"]);
    await list(withKey(key));
    await expect
      .poll(
        async () => (await (await api("GET", `${KEYS}/ci`, { token: admin })).json<Minted[]>())[0]?.last_used,
      )
      .toBe(new Date().toISOString().slice(0, 10));
  });

  it("are rotated with an overlap: both work, the old one expires", async () => {
    const old = await makeKey("ci", ["view@default"]);
    const rotated = await api("POST", `${KEYS}/ci/rotate`, { token: admin, body: { overlap: 3600 } });
    expect(rotated.status).toBe(201);
    const { key } = await rotated.json<Minted>();
    expect((await list(withKey(old))).status).toBe(200);
    expect((await list(withKey(key))).status).toBe(200);
    const keys = await (await api("GET", `${KEYS}/ci`, { token: admin })).json<Minted[]>();
    expect(keys.map(({ expires_at }) => expires_at === null).sort()).toEqual([false, true]);
    const now = await api("POST", `${KEYS}/ci/rotate`, { token: admin, body: { overlap: 0 } });
    expect(now.status).toBe(201);
    expect((await list(withKey(key))).status).toBe(401);
  });

  it("are rotated with an overlap of 0 to 30 days, and shown as what they are", async () => {
    await makeKey("ci", ["view@default"]);
    for (const overlap of [-1, 30 * 86_400 + 1]) {
      const refused = await api("POST", `${KEYS}/ci/rotate`, { token: admin, body: { overlap } });
      expect([refused.status, await refused.json()]).toEqual([
        400,
        { message: "invalid overlap: use 0 to 2592000 seconds", code: 1 },
      ]);
    }
    const longest = { overlap: 30 * 86_400 };
    expect((await api("POST", `${KEYS}/ci/rotate`, { token: admin, body: longest })).status).toBe(201);
    const states = async () => {
      const shown = await (await api("GET", `${KEYS}/ci`, { token: admin })).json<{ status: string }[]>();
      return shown.map(({ status }) => status);
    };
    expect(await states()).toEqual(["live", "live"]);
    await api("DELETE", `${KEYS}/ci`, { token: admin });
    expect(await states()).toEqual(["revoked", "revoked"]);
  });

  it("take a name once while it is live, and again after its revocation", async () => {
    await makeKey("ci", ["view@default"]);
    const again = await api("POST", KEYS, { token: admin, body: { name: "ci", grants: ["view@default"] } });
    expect(again.status).toBe(409);
    expect(await again.json()).toEqual({ message: "the key ci is live; rotate or revoke it", code: 3 });
    await api("DELETE", `${KEYS}/ci`, { token: admin });
    await makeKey("ci", ["view@default"]);
  });

  it("hand out no more than their maker holds, and of others nothing is seen", async () => {
    const local = await tokenFor(["admin@team-a"]);
    const over = ["view@default", "view@*", "admin@*", "edit@team-b/x"];
    for (const grant of over) {
      const refused = await api("POST", KEYS, {
        token: local,
        body: { name: "k", grants: ["view@team-a", grant] },
      });
      expect([grant, refused.status]).toEqual([grant, 403]);
    }
    const made = await api("POST", KEYS, {
      token: local,
      body: { name: "k", grants: ["admin@team-a", "edit@team-a/sensu/*"] },
    });
    expect(made.status).toBe(201);
    await makeKey("roots", ["admin@*"]);
    const seen = await (await api("GET", KEYS, { token: local })).json<Minted[]>();
    expect(seen.map(({ name }) => name)).toEqual(["k"]);
    for (const [method, path] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/rotate"],
    ] as const) {
      expect((await api(method, `${KEYS}/roots${path}`, { token: local })).status).toBe(404);
    }
  });

  it.each([
    [
      { name: "a b", grants: ["view@default"] },
      "a key's name may hold up to 128 letters, digits and _ . - : @",
    ],
    // Such a name never reaches a path, so the key could not be revoked.
    [
      { name: "..", grants: ["view@default"] },
      "a key's name may hold up to 128 letters, digits and _ . - : @",
    ],
    [{ name: "k", grants: [] }, "grants cannot be empty; give at least one, such as view@default"],
    [
      { name: "k", grants: ["view"] },
      '"view" is not a grant: use view, edit or admin, @, and a namespace or *, as in view@default',
    ],
    [{ name: "k", grants: ["view@default"], expires_at: 5 }, "expires_at lies in the past"],
    [
      { name: "k", grants: ["view@default"], expires_at: "2020-01-01T00:00:00Z" },
      "expires_at lies in the past",
    ],
    [{ grants: ["view@default"] }, "name is missing"],
    [{ name: 5 }, "name is of type number; it must be a string"],
    [{ name: "k", grant: ["view@default"] }, "grants is missing"],
    [
      { name: "k", grants: ["view@default"], expires: "2100-01-01T00:00:00Z" },
      'unknown member "expires"; did you mean expires_at?',
    ],
    [[], "the body is of type array; it must be an object"],
  ])("are not made from %j", async (body, message) => {
    const refused = await api("POST", KEYS, { token: admin, body });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ message, code: 1 });
  });

  it("that are not there are 404", async () => {
    for (const [method, path] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/rotate"],
    ] as const) {
      expect((await api(method, `${KEYS}/none${path}`, { token: admin })).status).toBe(404);
    }
  });
});

describe("login", () => {
  it("gives Sensu's tokens for a key's name and the key, and they open the door", async () => {
    const key = await makeKey("alice", ["edit@default"]);
    const answer = await api("GET", "/auth", { headers: basic("alice", key) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const text = await answer.text();
    expect(text.endsWith("}\n")).toBe(true);
    const { access_token: token, expires_at: expiry } = JSON.parse(text) as Tokens;
    expect(expiry).toBeGreaterThan(Date.now() / 1000);
    expect((await api("PUT", `${ASSETS}/one`, { token, body: anAsset("one") })).status).toBe(201);
    expect(await (await api("GET", `${ASSETS}/one`, { token })).json()).toMatchObject({
      metadata: { created_by: "alice" },
    });
  });

  it("is checked by /auth/test: 200 with an empty body", async () => {
    const key = await makeKey("alice", ["view@default"]);
    const answer = await api("GET", "/auth/test", { headers: basic("alice", key) });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  it("is refused in one wording for whatever is wrong", async () => {
    const key = await makeKey("alice", ["view@default"]);
    const wrong = [
      basic("bob", key),
      basic("alice", "nope"),
      basic("alice", ""),
      { Authorization: "Basic %%%" },
    ];
    for (const path of ["/auth", "/auth/test"]) {
      for (const headers of wrong) {
        const answer = await api("GET", path, { headers });
        expect(answer.status).toBe(401);
        const asked = answer.headers.get("WWW-Authenticate");
        if (headers === wrong[0]) expect(asked).toBe('Basic realm="sensu"');
        else
          expect(asked).toMatch(/^Basic realm="sensu", error_description="send Authorization: Basic with /);
        expect(await answer.text()).toBe('{"message":"Unauthorized","code":5}');
      }
      for (const headers of [{}, withKey(key), withKey(key, "Bearer"), { Authorization: "Basic" }]) {
        const answer = await api("GET", path, { headers });
        expect(answer.status).toBe(401);
        expect(await answer.text()).toBe('{"message":"Request unauthorized","code":5}');
      }
    }
  });

  it("takes every spelling of the scheme Basic, and of Bearer to go on", async () => {
    const key = await makeKey("alice", ["view@default"]);
    const credential = btoa(`alice:${key}`);
    for (const basicScheme of ["Basic", "basic", "BASIC", "bAsIc"]) {
      const headers = { Authorization: `${basicScheme} ${credential}` };
      expect((await api("GET", "/auth/test", { headers })).status).toBe(200);
      const { access_token, refresh_token } = await (await api("GET", "/auth", { headers })).json<Tokens>();
      for (const path of ["/auth/token", "/auth/logout"]) {
        expect(await statusAndText(await api("POST", path, { headers, body: {} }))).toEqual([
          400,
          "invalid access token",
        ]);
      }
      const bearer = { Authorization: `${basicScheme === "basic" ? "bearer" : "BEARER"} ${access_token}` };
      const answer = await api("POST", "/auth/token", { headers: bearer, body: { refresh_token } });
      expect(answer.status).toBe(200);
    }
  });

  it("is continued by a refresh token, once; its reuse ends the session", async () => {
    const first = await session();
    const answer = await refresh(first.access_token, first.refresh_token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    const second = await answer.json<Tokens>();
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await api("GET", ASSETS, { token: second.access_token })).status).toBe(200);
    const reused = await refresh(first.access_token, first.refresh_token);
    expect(reused.status).toBe(400);
    expect(await reused.json()).toEqual({ message: "invalid access token", code: 1 });
    const ended = await refresh(second.access_token, second.refresh_token);
    expect(ended.status).toBe(401);
    expect(await ended.json()).toEqual({ message: "Unauthorized", code: 5 });
  });

  it("is continued by an access token that has expired, as sensuctl does", async () => {
    const { refresh_token } = await session();
    const expired = await tokenFor(["view@default"], { name: "alice", ttl: -100 });
    expect((await refresh(expired, refresh_token)).status).toBe(200);
  });

  it.each(["api_keys", "sessions"])(
    "goes on with the same refresh token after the database failed at %s",
    async (table) => {
      const first = await session();
      const key = await makeKey("bob", ["view@default"]);
      await env.DB.prepare(`ALTER TABLE ${table} RENAME TO away`).run();
      for (let times = 0; times < 3; times += 1) {
        const failed = await refresh(first.access_token, first.refresh_token);
        expect(failed.status).toBe(503);
        expect(failed.headers.get("Retry-After")).toBe("5");
      }
      await env.DB.prepare(`ALTER TABLE away RENAME TO ${table}`).run();
      const answer = await refresh(first.access_token, first.refresh_token);
      expect(answer.status).toBe(200);
      const second = await answer.json<Tokens>();
      expect((await refresh(second.access_token, second.refresh_token)).status).toBe(200);
      expect((await api("GET", "/auth", { headers: basic("bob", key) })).status).toBe(200);
    },
  );

  it("of two refreshes at once one wins, and the other ends the session", async () => {
    const { access_token: token, refresh_token } = await session();
    const answers = await Promise.all([refresh(token, refresh_token), refresh(token, refresh_token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const { results } = await env.DB.prepare("SELECT id FROM sessions").all();
    expect(results).toEqual([]);
  });

  it("ends with its key when that expires", async () => {
    const tokens = await session();
    await env.DB.prepare("UPDATE api_keys SET expires_at = 1").run();
    const answer = await refresh(tokens.access_token, tokens.refresh_token);
    expect([answer.status, await answer.json()]).toEqual([401, { message: "Unauthorized", code: 5 }]);
    const { results } = await env.DB.prepare("SELECT id FROM sessions").all();
    expect(results).toEqual([]);
  });

  it("ends with its key", async () => {
    const tokens = await session();
    await api("DELETE", `${KEYS}/alice`, { token: admin });
    const answer = await refresh(tokens.access_token, tokens.refresh_token);
    expect([answer.status, await answer.json()]).toEqual([401, { message: "Unauthorized", code: 5 }]);
  });

  it("ends by logout", async () => {
    const { access_token: token, refresh_token } = await session();
    const answer = await api("POST", "/auth/logout", { token, body: { refresh_token } });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect((await refresh(token, refresh_token)).status).toBe(401);
  });

  it.each(["/auth/token", "/auth/logout"])(
    "answers %s in Sensu's order of checks (T152-T157)",
    async (path) => {
      const { access_token: token, refresh_token } = await session();
      const other = await session("bob");
      const unauthorized = [401, "Request unauthorized"];
      expect(await statusAndText(await api("POST", path, {}))).toEqual(unauthorized);
      expect(await statusAndText(await api("POST", path, { token: "x.y.z" }))).toEqual(unauthorized);
      expect(await statusAndText(await api("POST", path, { headers: basic("alice", "x") }))).toEqual([
        400,
        "invalid access token",
      ]);
      expect(await statusAndText(await api("POST", path, { token }))).toEqual([400, "EOF"]);
      expect(await statusAndText(await api("POST", path, { token, body: "x" }))).toEqual([
        400,
        "invalid character 'x' looking for beginning of value",
      ]);
      expect(await statusAndText(await api("POST", path, { token, body: {} }))).toEqual(unauthorized);
      expect(await statusAndText(await api("POST", path, { token, body: { refresh_token: token } }))).toEqual(
        unauthorized,
      );
      expect(
        await statusAndText(await api("POST", path, { token, body: { refresh_token: other.refresh_token } })),
      ).toEqual(unauthorized);
      expect((await api("GET", ASSETS, { token: refresh_token })).status).toBe(401);
    },
  );
});

describe("failed credentials", () => {
  it("are answered 429 with Retry-After once a client has had too many, and a good one still works", async () => {
    const headers = { "CF-Connecting-IP": "198.51.100.7" };
    const token = await tokenFor(["view@default"], { ttl: -5 });
    let answer = await api("GET", ASSETS, { token, headers });
    expect(answer.status).toBe(401);
    // More than twice the limit: a minute may end meanwhile, and the count with it.
    for (let tries = 0; answer.status === 401 && tries < 700; tries += 1)
      answer = await api("GET", ASSETS, { token, headers });
    expect(answer.status).toBe(429);
    expect(answer.headers.get("Retry-After")).toBe("60");
    expect(await answer.json()).toEqual({ message: "too many failed credentials; wait a minute", code: 9 });
    const login = await api("GET", "/auth", { headers: { ...headers, ...basic("a", "b") } });
    expect(login.status).toBe(429);
    const good = await api("GET", ASSETS, { token: await tokenFor(["view@default"]), headers });
    expect(good.status).toBe(200);
  });
});
