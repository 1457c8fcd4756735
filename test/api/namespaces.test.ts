import { beforeEach, describe, expect, it } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { api, freshStorage, tokenFor } from "../support/worker.ts";

const NAMESPACES = "/api/core/v2/namespaces";
const admin = await tokenFor(["admin@*"]);

beforeEach(freshStorage);

async function create(name: string): Promise<Response> {
  return api("POST", NAMESPACES, { token: admin, body: { name } });
}

describe("namespaces", () => {
  it("start with default, and have no metadata", async () => {
    expect(await (await api("GET", NAMESPACES, { token: admin })).text()).toBe('[{"name":"default"}]');
    expect(await (await api("GET", `${NAMESPACES}/default`, { token: admin })).text()).toBe(
      '{"name":"default"}',
    );
  });

  it("are created once: 201, then 409", async () => {
    const created = await create("team-a");
    expect(created.status).toBe(201);
    expect(created.headers.get("Location")).toBe(`${NAMESPACES}/team-a`);
    expect(await created.text()).toBe("");
    const again = await create("team-a");
    expect(again.status).toBe(409);
    expect(await again.json()).toEqual({ message: "resource already exists", code: 3 });
  });

  it("are put as often as one likes", async () => {
    for (const body of [{ name: "ctl" }, {}]) {
      const put = await api("PUT", `${NAMESPACES}/ctl`, { token: admin, body });
      expect(put.status).toBe(201);
    }
    const other = await api("PUT", `${NAMESPACES}/ctl`, { token: admin, body: { name: "other" } });
    expect(await other.json()).toEqual({
      message: "the name of the resource (other) does not match the name of the URI (ctl)",
      code: 1,
    });
  });

  it.each([
    ["", "namespace name cannot be empty"],
    ["a b", "namespace name cannot contain spaces or special characters"],
    ["a/b", "namespace name cannot contain spaces or special characters"],
    ["x".repeat(129), "namespace name cannot be longer than 128 characters"],
    ["constructor", "the name constructor is reserved and cannot be stored"],
  ])("cannot be named %j", async (name, problem) => {
    const created = await create(name);
    expect(created.status).toBe(400);
    expect(await created.json()).toEqual({ message: `resource is invalid: ${problem}`, code: 1 });
  });

  it.each([
    ["[]", "json: cannot unmarshal array into Go value of type v2.Namespace"],
    ['{"name":1}', "json: cannot unmarshal number into Go struct field Namespace.name of type string"],
    ["x", "invalid character 'x' looking for beginning of value"],
  ])("are not made from %s", async (body, message) => {
    const created = await api("POST", NAMESPACES, { token: admin, body });
    expect(created.status).toBe(400);
    expect(await created.json()).toEqual({ message, code: 1 });
  });

  it.each<[string, unknown, string]>([
    ["an asset", anAsset("one"), '"url"'],
    ["a wrapped asset", { type: "Asset", spec: anAsset("one") }, '"type"'],
    ["metadata alone", { metadata: { name: "ctl" } }, '"metadata"'],
    ["an unknown member beside a name that is null", { name: null, x: 1 }, '"x"'],
    ["a member with a long name", { ["x".repeat(1_000)]: 1 }, `"${"x".repeat(50)}"`],
  ])("are not made from %s, which has no name", async (_, body, member) => {
    const message = `the body is not a namespace: it has ${member} but no name; send {"name":"..."}`;
    for (const [method, path] of [
      ["PUT", `${NAMESPACES}/ctl`],
      ["POST", NAMESPACES],
    ] as const) {
      const refused = await api(method, path, { token: admin, body });
      expect([method, refused.status]).toEqual([method, 400]);
      expect(await refused.json()).toEqual({ message, code: 1 });
    }
    expect(await (await api("GET", NAMESPACES, { token: admin })).text()).toBe('[{"name":"default"}]');
  });

  it.each([{ name: "ctl", metadata: {} }, { NAME: "ctl", url: "x" }, { name: null }, {}])(
    "are put from %j: unknown members are ignored beside the right name",
    async (body) => {
      expect((await api("PUT", `${NAMESPACES}/ctl`, { token: admin, body })).status).toBe(201);
    },
  );

  it("are listed in byte order and pages, as far as the caller may see them", async () => {
    for (const name of ["b", "B", "a-1", "a"]) await create(name);
    const all = await api("GET", NAMESPACES, { token: admin });
    const names = (await all.json<{ name: string }[]>()).map(({ name }) => name);
    expect(names).toEqual(["B", "a", "a-1", "b", "default"]);
    const first = await api("GET", `${NAMESPACES}?limit=2`, { token: admin });
    expect(first.headers.get("Sensu-Continue")).toBe("YQA");
    const rest = await api("GET", `${NAMESPACES}?limit=5&continue=YQA`, { token: admin });
    expect(rest.headers.get("Sensu-Continue")).toBeNull();
    expect(await rest.json()).toHaveLength(3);
    const few = await api("GET", NAMESPACES, { token: await tokenFor(["view@a", "edit@b/x*"]) });
    expect(await few.text()).toBe('[{"name":"a"},{"name":"b"}]');
    const none = await api("GET", NAMESPACES, { token: await tokenFor([]) });
    expect([none.status, await none.text()]).toEqual([200, "[]"]);
  });

  it("are deleted when empty, refused while assets remain, and 404 when absent", async () => {
    await create("team-a");
    const path = `${NAMESPACES}/team-a`;
    await api("PUT", `${path}/assets/one`, { token: admin, body: anAsset("one", {}, "team-a") });
    const refused = await api("DELETE", path, { token: admin });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ message: "resource is invalid: namespace is not empty", code: 1 });
    await api("DELETE", `${path}/assets/one`, { token: admin });
    expect((await api("DELETE", path, { token: admin })).status).toBe(204);
    expect((await api("DELETE", path, { token: admin })).status).toBe(404);
    expect((await api("GET", path, { token: admin })).status).toBe(404);
    const put = await api("PUT", `${path}/assets/one`, { token: admin, body: anAsset("one", {}, "team-a") });
    expect(put.status).toBe(404);
  });

  it("record who made and who deleted them", async () => {
    const { env } = await import("cloudflare:workers");
    await create("team-a");
    await api("DELETE", `${NAMESPACES}/team-a`, { token: admin });
    await api("DELETE", `${NAMESPACES}/team-a`, { token: admin });
    const { results } = await env.DB.prepare(
      "SELECT kind, name, action, principal FROM revisions ORDER BY seq",
    ).all();
    expect(results).toEqual([
      { kind: "namespace", name: "team-a", action: "create", principal: "tester" },
      { kind: "namespace", name: "team-a", action: "delete", principal: "tester" },
    ]);
  });

  it("are managed by an admin of that namespace, and of no other", async () => {
    const local = await tokenFor(["admin@team-a"]);
    expect((await api("PUT", `${NAMESPACES}/team-a`, { token: local, body: {} })).status).toBe(201);
    expect((await api("PUT", `${NAMESPACES}/team-b`, { token: local, body: {} })).status).toBe(403);
    expect((await api("POST", NAMESPACES, { token: local, body: { name: "team-a" } })).status).toBe(403);
  });
});
