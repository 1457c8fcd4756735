import { beforeAll, describe, expect, it } from "vitest";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { makeApiKey } from "../../src/auth/api-keys.ts";
import type { Route } from "../../src/http/route.ts";
import { routes } from "../../src/routes.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

const guarded = routes.filter(({ access }) => access !== "public");
const rows = (list: readonly Route<never>[]) =>
  list.map((row) => [`${row.method} ${row.path}`, row] as const);

/** A path of the row, in namespace `default`; what it names does not exist. */
function pathOf({ path }: Route<never>): string {
  return path.replace(":namespace", "default").replaceAll(/:\w+\+?/g, "nothing");
}

/** Grants that are not enough for the row, each for another reason. */
function tooLittle({ access, path }: Route<never>): string[][] {
  if (access === "admin-anywhere") return [[], ["edit@*"], ["admin@default/some-*"]];
  const weaker: Record<string, string[]> = { view: [], edit: ["view@*"], admin: ["edit@*"] };
  const elsewhere = [`${access}@elsewhere`];
  const narrow = path.includes(":namespace") ? [] : [[`${access}@default`]];
  const otherNames = /:name\+?(\/|$)/.test(path) ? [[`${access}@default/other-*`]] : [];
  return [[], weaker[access] ?? [], elsewhere, ...narrow, ...otherNames];
}

beforeAll(async () => {
  await freshStorage();
  deadKeys = makeDeadKeys();
  await deadKeys;
});

describe("every row of the route table", () => {
  it.each(rows(guarded))("%s answers 401 to a request without a credential", async (_, row) => {
    const response = await api(row.method, pathOf(row));
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toMatch(
      /^Bearer realm="sensu", error_description="send Authorization: /,
    );
    expect(response.headers.get("Cache-Control")).toBe("private, no-cache");
    expect(await response.text()).toBe('{"message":"bad credentials","code":5}');
  });

  it.each(rows(guarded))("%s answers one and the same 401 to every bad credential", async (_, row) => {
    for (const [what, authorization, isMalformed = false] of await badCredentials()) {
      const response = await api(row.method, pathOf(row), { headers: { Authorization: authorization } });
      expect([what, response.status]).toEqual([what, 401]);
      // What no credential looks like is known to whoever sent it.
      expect([what, response.headers.get("WWW-Authenticate")]).toEqual([
        what,
        isMalformed
          ? expect.stringMatching(
              /^Bearer realm="sensu", error="invalid_token", error_description="malformed: /,
            )
          : 'Bearer realm="sensu"',
      ]);
      expect(await response.text()).toBe('{"message":"invalid credentials","code":5}');
    }
  });

  it.each(rows(guarded.filter(({ access }) => access !== "authenticated")))(
    "%s answers 403 to too little a grant, before it says what exists",
    async (_, row) => {
      for (const grants of tooLittle(row)) {
        const response = await api(row.method, pathOf(row), {
          token: await tokenFor(grants),
          ...(row.method === "GET" ? {} : { body: "{" }),
        });
        expect([grants, response.status]).toEqual([grants, 403]);
        expect(await response.text()).toBe('{"message":"unauthorized to perform action","code":4}');
      }
    },
  );

  it.each(rows(routes.filter(({ method }) => method === "GET")))(
    "%s answers HEAD like GET, without a body",
    async (_, row) => {
      const token = await tokenFor(["admin@*"]);
      const get = await api("GET", pathOf(row), { token });
      const head = await api("HEAD", pathOf(row), { token });
      expect(head.status).toBe(get.status);
      expect(await head.text()).toBe("");
      for (const name of ["Content-Type", "ETag", "Cache-Control", "Vary"]) {
        expect(head.headers.get(name)).toBe(get.headers.get(name));
      }
    },
  );

  it.each([...new Set(routes.map(({ path }) => path))])(
    "%s answers 405 with Allow to other methods, without a credential",
    async (path) => {
      const methods = routes.filter((row) => row.path === path).map(({ method }) => method as string);
      const allow = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
      const row = routes.find((each) => each.path === path);
      if (row === undefined) throw new Error("no row");
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter(
        (each) => !methods.includes(each),
      )) {
        const response = await api(method, pathOf(row));
        expect(response.status).toBe(405);
        expect(response.headers.get("Allow")).toBe(allow);
        expect(await response.text()).toBe(`{"message":"method not allowed; use ${allow}","code":1}`);
      }
    },
  );

  it.each(rows(routes))("%s answers 404 where a slash trails", async (_, row) => {
    // People type /docs/ into a browser; it is redirected.
    if (row.path === "/" || row.path === "/docs") return;
    const response = await api(row.method, `${pathOf(row)}/`, { token: await tokenFor(["admin@*"]) });
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(
      '{"message":"not found: the path ends with a slash; send it without","code":2}',
    );
  });
});

it.each([
  ["/nope", "not found"],
  ["/api/core/v2/assets/one", "not found"],
  ["/api/core/v2", "not found"],
  ["/api/core/v3/assets", "this server has nothing under /api/core/v3; of Sensu's API"],
  [
    "/api/enterprise/authentication/v2/oidc",
    "this server has nothing under /api/enterprise/authentication; of",
  ],
  [
    "/api/core/v2/namespaces/default/checks",
    "this server has no checks; of Sensu's API it has assets, namespaces",
  ],
  ["/api/core/v2/namespaces/default/events/a/b", "this server has no events; of Sensu's API"],
  ["/api/core/v2/users", "this server has no users; of Sensu's API"],
  [`/api/core/v2/${"x".repeat(200)}`, `this server has no ${"x".repeat(64)}...; of Sensu's API`],
  ["/api/edge/v1/nothing", "no such path; /openapi.json lists what there is"],
])("the unknown path %s is 404 for anyone, and says what there is", async (path, message) => {
  for (const method of ["GET", "PUT"]) {
    const response = await api(method, path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: expect.stringContaining(message), code: 2 });
  }
});

/** Every kind of credential that must not open anything, as an Authorization header. */
async function badCredentials(): Promise<[what: string, authorization: string, isMalformed?: true][]> {
  const good = await tokenFor(["admin@*"]);
  const past = await tokenFor(["admin@*"], { ttl: -10 });
  const elsewhere = await tokenFor(["admin@*"], { secret: "another-secret-that-is-not-in-the-ring-at-all" });
  const { revoked, expired } = await deadKeys;
  return [
    ["garbage", "Bearer garbage", true],
    ["a secret that was cut off", "Key sak_0123456789", true],
    ["three parts of garbage", "Bearer a.b.c"],
    ["an expired token", `Bearer ${past}`],
    ["an unknown kid", `Bearer ${elsewhere}`],
    ["a kid of ours over another secret", `Bearer ${await withKidOf(good)}`],
    ["alg none", `Bearer ${unsigned(good)}`],
    ["a changed signature", `Bearer ${good}x`],
    ["a grant that is none", `Bearer ${await tokenFor(["everything"])}`],
    ["a key with a wrong checksum", "Key sak_0000000000000000000000000000000000000000000000000"],
    ["a key nobody made", `Key ${makeApiKey(new Uint8Array(32).fill(3))}`],
    ["a revoked key", `Key ${revoked}`],
    ["a revoked key as a bearer", `Bearer ${revoked}`],
    ["an expired key", `Key ${expired}`],
    ["a token under the Key scheme", `Key ${good}`, true],
  ];
}

let deadKeys: Promise<{ revoked: string; expired: string }>;

/** Two keys that were made and do not live any more. */
async function makeDeadKeys(): Promise<{ revoked: string; expired: string }> {
  const token = await tokenFor(["admin@*"]);
  const make = async (name: string) => {
    const made = await api("POST", "/api/edge/v1/keys", { token, body: { name, grants: ["admin@*"] } });
    return (await made.json<{ key: string }>()).key;
  };
  const [revoked, expired] = [await make("revoked"), await make("expired")];
  await api("DELETE", "/api/edge/v1/keys/revoked", { token });
  await api("POST", "/api/edge/v1/keys/expired/rotate", { token, body: { overlap: 0 } });
  return { revoked, expired };
}

/** A token that names our kid but was signed by HMAC with something public. */
async function withKidOf(good: string): Promise<string> {
  const { kid } = decodeProtectedHeader(good);
  const secret = new TextEncoder().encode("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n");
  return new SignJWT({ ...decodeJwt(good) })
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: String(kid) })
    .sign(secret);
}

function unsigned(token: string): string {
  const [, payload] = token.split(".");
  return `${btoa('{"alg":"none","typ":"JWT"}').replaceAll("=", "")}.${payload}.`;
}
