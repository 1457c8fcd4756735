import { beforeAll, describe, expect, it } from "vitest";
import type { Route } from "../../src/context.ts";
import { routes } from "../../src/routes.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

const guarded = routes.filter(({ access }) => access !== "public");
const rows = (list: readonly Route[]) => list.map((row) => [`${row.method} ${row.path}`, row] as const);

/** A path of the row, in namespace `default`; what it names does not exist. */
function pathOf({ path }: Route): string {
  return path.replace(":namespace", "default").replaceAll(/:\w+\+?/g, "nothing");
}

/** Grants that are not enough for the row, each for another reason. */
function tooLittle({ access, path }: Route): string[][] {
  if (access === "admin-anywhere") return [[], ["edit@*"], ["admin@default/some-*"]];
  const weaker: Record<string, string[]> = { view: [], edit: ["view@*"], admin: ["edit@*"] };
  const elsewhere = [`${access}@elsewhere`];
  const narrow = path.includes(":namespace") ? [] : [[`${access}@default`]];
  const otherNames = /:name\+?(\/|$)/.test(path) ? [[`${access}@default/other-*`]] : [];
  return [[], weaker[access] ?? [], elsewhere, ...narrow, ...otherNames];
}

beforeAll(freshStorage);

describe("every row of the route table", () => {
  it.each(rows(guarded))("%s answers 401 to a request without a credential", async (_, row) => {
    const response = await api(row.method, pathOf(row));
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="sensu"');
    expect(response.headers.get("Cache-Control")).toBe("private, no-cache");
    expect(await response.text()).toBe('{"message":"bad credentials","code":5}');
  });

  it.each(rows(guarded))("%s answers one and the same 401 to every bad token", async (_, row) => {
    const bad = [
      "garbage",
      "a.b.c",
      await tokenFor(["admin@*"], { ttl: -10 }),
      await tokenFor(["admin@*"], { secret: "another-secret-that-is-not-in-the-ring-at-all" }),
      await tokenFor(["everything"]),
      unsigned(await tokenFor(["admin@*"])),
      `${await tokenFor(["admin@*"])}x`,
    ];
    for (const token of bad) {
      const response = await api(row.method, pathOf(row), { token });
      expect(response.status).toBe(401);
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
    if (row.path === "/") return;
    const response = await api(row.method, `${pathOf(row)}/`, { token: await tokenFor(["admin@*"]) });
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('{"message":"not found","code":2}');
  });
});

it.each([
  "/nope",
  "/api/core/v2",
  "/api/core/v3/assets",
  "/api/core/v2/assets/one",
  "/api/core/v2/namespaces/default/checks",
])("the unknown path %s is 404 for anyone", async (path) => {
  const response = await api("GET", path);
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('{"message":"not found","code":2}');
});

function unsigned(token: string): string {
  const [, payload] = token.split(".");
  return `${btoa('{"alg":"none","typ":"JWT"}').replaceAll("=", "")}.${payload}.`;
}
