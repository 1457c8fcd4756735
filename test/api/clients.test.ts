import { beforeEach, describe, expect, it } from "vitest";
import { SHA512 } from "../support/fixtures.ts";
import { api, ASSETS, aNamespace, freshStorage, tokenFor } from "../support/worker.ts";

// The requests of clients that cannot be run here, in the order their sources make them (contract §5.4, §5.6).

interface Metadata {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
}
interface Served {
  url: string;
  builds: { url: string }[] | null;
  filters: string[] | null;
  headers: Record<string, string> | null;
  metadata: Metadata;
}

const root = await tokenFor(["admin@*"], { name: "root" });
const NAMES = ["check-cpu", "sensu/check-cpu", "a/b/c", "Team:Check.v1", "assets/assets"];

beforeEach(freshStorage);

async function keyFor(name: string, grants: string[]): Promise<string> {
  const made = await api("POST", "/api/edge/v1/keys", { token: root, body: { name, grants } });
  return (await made.json<{ key: string }>()).key;
}

async function loggedIn(user: string, key: string): Promise<string> {
  const login = await api("GET", "/auth", { headers: { Authorization: `Basic ${btoa(`${user}:${key}`)}` } });
  expect(login.status).toBe(200);
  return (await login.json<{ access_token: string }>()).access_token;
}

describe("Terraform's provider", () => {
  it.each(NAMES)("creates, reads, updates and deletes %s", async (name) => {
    await aNamespace("ops");
    const token = await loggedIn("terraform", await keyFor("terraform", ["edit@ops"]));
    const headers = { "User-Agent": "go-resty/2.7.0", "Content-Type": "application/json" };
    const send = (method: string, path: string, body?: unknown) =>
      api(method, path, { token, headers, body });
    const collection = "/api/core/v2/namespaces/ops/assets";
    const item = ({ namespace, name: own }: Metadata) =>
      `/api/core/v2/namespaces/${namespace}/assets/${encodeURIComponent(own)}`;
    const read = async (metadata: Metadata) => {
      const answer = await send("GET", item(metadata));
      expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, "application/json"]);
      return answer.json<Served>();
    };
    const resource = {
      url: "https://e/one",
      sha512: SHA512,
      filters: ["entity.system.os == 'linux'"],
      builds: null,
      metadata: { name, namespace: "ops" },
      headers: { "X-One": "1" },
    };

    expect((await send("POST", collection, resource)).status).toBeLessThan(400);
    const created = await read(resource.metadata);
    expect(created).toMatchObject(resource);

    expect((await send("PUT", item(created.metadata), { ...created, url: "https://e/two" })).status).toBe(
      201,
    );
    expect(await read(created.metadata)).toMatchObject({ ...resource, url: "https://e/two" });

    const { metadata } = await read(created.metadata);
    expect((await send("DELETE", item(metadata))).status).toBe(204);
    const gone = await send("GET", item(metadata));
    expect([gone.status, await gone.json()]).toEqual([404, { message: "not found", code: 2 }]);
  });
});

describe("Puppet's module", () => {
  /**
   * Sends as the module does: nothing percent-encoded; by Basic, which API routes refuse, until a 401 makes it log in and
   * try once more.
   */
  function puppet(key: string) {
    let authorization = `Basic ${btoa(`admin:${key}`)}`;
    let logins = 0;
    const once = (method: string, path: string, body?: unknown) => {
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const headers = { Accept: "application/json", "Content-Type": type, Authorization: authorization };
      return api(method, path, { headers, body });
    };
    return {
      logins: () => logins,
      async send(method: string, path: string, body?: unknown) {
        const answer = await once(method, path, body);
        if (answer.status !== 401) return answer;
        logins += 1;
        authorization = `Bearer ${await loggedIn("admin", key)}`;
        return once(method, path, body);
      },
    };
  }

  it("finds the server alive by /version", async () => {
    expect((await api("GET", "/version")).status).toBe(200);
  });

  it.each(NAMES)("manages %s by its raw name, after one new login", async (name) => {
    await aNamespace("ops");
    const client = puppet(await keyFor("admin", ["admin@*"]));
    const collection = "/api/core/v2/namespaces/ops/assets";
    const item = `${collection}/${name}`;
    const builds = [{ url: "https://e/one", sha512: SHA512, filters: [], headers: {} }];
    const asset = { metadata: { name, namespace: "ops" }, builds };

    expect((await client.send("GET", item)).status).toBe(404);
    expect(client.logins()).toBe(1);
    expect((await client.send("POST", collection, asset)).ok).toBe(true);
    expect((await client.send("PUT", item, { ...asset, builds: [...builds, ...builds] })).ok).toBe(true);
    const patched = await client.send("PATCH", item, { metadata: { labels: { by: "puppet" } } });
    expect(patched.status).toBe(200);

    const namespaces = await (await client.send("GET", "/api/core/v2/namespaces")).json<Metadata[]>();
    expect(namespaces.map((namespace) => namespace.name)).toEqual(["default", "ops"]);
    const listed = await (await client.send("GET", collection)).json<Served[]>();
    expect(listed).toMatchObject([{ metadata: { name, namespace: "ops", labels: { by: "puppet" } } }]);
    expect(listed[0]?.builds).toHaveLength(2);

    expect((await client.send("DELETE", item)).status).toBe(204);
    expect((await client.send("DELETE", item)).status).toBe(404);
    expect(client.logins()).toBe(1);
  });

  it("is refused after one new login when its key grants too little", async () => {
    const client = puppet(await keyFor("admin", ["view@ops"]));
    expect((await client.send("GET", `${ASSETS}/check-cpu`)).status).toBe(403);
    expect(client.logins()).toBe(1);
  });
});

describe("sensuctl dump all", () => {
  const CLUSTER = ["namespaces", "clusterroles", "clusterrolebindings", "users", "apikeys", "tessen"];
  const NAMESPACED = [
    "assets",
    "checks",
    "entities",
    "events",
    "filters",
    "handlers",
    "hooks",
    "mutators",
    "pipelines",
    "roles",
    "rolebindings",
    "silenced",
  ];

  it("gets lists of namespaces and assets, and skips the rest as not found", async () => {
    const paths = [
      ...CLUSTER.map((kind) => `/api/core/v2/${kind}`),
      ...NAMESPACED.map((kind) => `/api/core/v2/namespaces/default/${kind}`),
    ];
    const served: string[] = [];
    for (const path of paths) {
      const answer = await api("GET", `${path}?limit=100`, { token: root });
      const body: unknown = await answer.json();
      if (answer.status === 200) served.push(path);
      else
        expect([path, answer.status, body]).toEqual([
          path,
          404,
          { message: expect.stringContaining("this server has no "), code: 2 },
        ]);
    }
    expect(served).toEqual(["/api/core/v2/namespaces", ASSETS]);
  });
});
