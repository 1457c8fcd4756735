import { beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../src/routes.ts";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const root = await tokenFor(["admin@*"]);
const ASSET = "/api/edge/v1/namespaces/default/assets/none";

beforeAll(async () => {
  await freshStorage();
  await api("PUT", `${ASSETS}/one`, { token: root, body: anAsset("one") });
});

const said = async (method: string, path: string, body?: unknown, token = root) => {
  const answer = await api(method, path, { token, body });
  return [answer.status, (await answer.json<{ message: string }>()).message];
};

const BODIES: Readonly<Record<string, unknown>> = {
  rollback: { seq: 1 },
  resolve: { system: { os: "linux" } },
  rotate: { overlap: 0 },
};
const named = routes.filter(({ path }) => path.startsWith("/api/edge/v1/") && path.includes(":name/"));
const rows = [
  ...named,
  ...routes.filter(({ path }) => path.endsWith("edge/v1/namespaces/:namespace/assets/:name")),
].map(({ method, path }) => [`${method} ${path}`, method, path] as const);

describe("what is missing is named under /api/edge/v1", () => {
  it.each(rows)("%s", async (_, method, path) => {
    const body = method === "GET" ? undefined : BODIES[/\w+$/.exec(path)?.[0] ?? ""];
    const of = (namespace: string, name: string) =>
      said(method, path.replace(":namespace", namespace).replace(":name", name).replace(":seq", "1"), body);
    expect(await of("default", "none")).toEqual([404, "no asset named none in namespace default"]);
    expect(await of("nowhere", "none")).toEqual([404, "no namespace named nowhere"]);
    expect(await of("default", "a%20b")).toEqual([404, "no asset named a b in namespace default"]);
    if (method === "GET")
      expect(await of("no%20where", "none")).toEqual([404, "no namespace named no where"]);
  });

  it.each([
    ["GET", "/api/edge/v1/keys/ci"],
    ["DELETE", "/api/edge/v1/keys/ci"],
    ["POST", "/api/edge/v1/keys/ci/rotate"],
  ])("%s %s", async (method, path) => {
    const body = method === "POST" ? { overlap: 0 } : undefined;
    expect(await said(method, path, body)).toEqual([404, "no key named ci"]);
  });

  it("a namespace, a plan", async () => {
    const set = [anAsset("one", {}, "nowhere")];
    expect(await said("POST", "/api/edge/v1/namespaces/nowhere/plan", set)).toEqual([
      404,
      "the namespace nowhere does not exist",
    ]);
    expect(await said("POST", "/api/edge/v1/namespaces/default/apply?plan=plan-1")).toEqual([
      404,
      "no plan named plan-1 in namespace default, or it is over an hour old; plan again",
    ]);
  });

  it("for those alone who may see it", async () => {
    const narrow = await tokenFor(["view@default/tool-*"]);
    expect(await said("GET", ASSET, undefined, narrow)).toEqual([403, "unauthorized to perform action"]);
    const elsewhere = "/api/edge/v1/namespaces/nowhere/assets/none";
    expect(await said("GET", elsewhere, undefined, narrow)).toEqual([403, "unauthorized to perform action"]);
  });
});

it("core/v2 keeps Sensu's words", async () => {
  for (const path of [
    `${ASSETS}/none`,
    "/api/core/v2/namespaces/nowhere",
    "/api/core/v2/namespaces/nowhere/assets/a",
  ])
    expect(await said("GET", path)).toEqual([404, "not found"]);
});
