import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import type { Route } from "../../src/http/route.ts";
import worker from "../../src/index.ts";
import { routes } from "../../src/routes.ts";
import { refuseUndescribed } from "../support/described.ts";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, ORIGIN, storedRows, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const agent = await tokenFor(["view@default"]);
const rows = routes.map((row) => [`${row.method} ${row.path}`, row] as const);
const takesBody = ([, { operation }]: readonly [string, Route<never>]) => operation.body !== null;

function pathOf({ path }: Route<never>): string {
  return path.replace(":namespace", "default").replaceAll(/:\w+\+?/g, "nothing");
}

beforeAll(freshStorage);

/** Sends a handshake as it would come in; a service binding would make a GET of it, whatever its method. */
async function shakeHands(method: string, path: string, token: string | null, upgrade: string) {
  const headers = new Headers({ Upgrade: upgrade, Connection: "Upgrade" });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  const context = createExecutionContext();
  const response = await worker.fetch(new Request(ORIGIN + path, { method, headers }), env, context);
  await refuseUndescribed(method, path, response);
  return response;
}

describe("a WebSocket handshake", () => {
  it.each(rows)("to %s is 426, with or without a credential", async (_, row) => {
    for (const [method, token, upgrade] of [
      [row.method, null, "websocket"],
      [row.method, admin, "WebSocket"],
      [row.method, "garbage", "h2c, websocket/13"],
      ...(row.method === "GET" ? ([["HEAD", admin, "websocket"]] as const) : []),
    ] as const) {
      const response = await shakeHands(method, pathOf(row), token, upgrade);
      const text = await response.text();
      expect([method, response.status, response.headers.get("Upgrade")]).toEqual([method, 426, "HTTP/1.1"]);
      if (method !== "HEAD")
        expect(JSON.parse(text)).toEqual({ code: 1, message: expect.stringContaining("text/event-stream") });
    }
  });

  it.each([`${ASSETS}/one`, "/api/edge/v1/namespaces/default/assets/one/resolve?os=linux"])(
    "to %s is 426 although memory has the answer",
    async (path) => {
      await api("PUT", `${ASSETS}/one`, { token: admin, body: anAsset("one") });
      for (let count = 0; count < 3; count += 1) await (await api("GET", path, { token: agent })).text();
      const hot = await api("GET", path, { token: agent });
      expect(hot.headers.get("X-Cache")).toBe("MEMORY");
      const response = await shakeHands("GET", path, agent, "websocket");
      expect(response.status).toBe(426);
      await response.body?.cancel();
    },
  );

  it.each(["h2c", "HTTP/2.0", "TLS/1.0", "websockets", "not-websocket"])(
    "is not what Upgrade: %s offers: the request is answered",
    async (upgrade) => {
      const response = await shakeHands("GET", "/version", null, upgrade);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    },
  );
});

describe("a body with a Content-Encoding", () => {
  it.each(rows.filter(takesBody))("to %s is 415 and changes nothing", async (_, row) => {
    const before = await storedRows();
    const gzip = new Uint8Array([0x1f, 0x8b, 8]);
    for (const encoding of ["gzip", "br", "x-gzip", "GZIP", "identity, gzip", "odd"]) {
      const response = await api(row.method, pathOf(row), {
        token: admin,
        headers: { "Content-Encoding": encoding },
        body: gzip,
      });
      expect([encoding, response.status]).toEqual([encoding, 415]);
      expect(response.headers.get("Accept-Encoding")).toBe("identity");
      expect(await response.json()).toEqual({
        message: "a compressed body is not accepted; send it without Content-Encoding",
        code: 1,
      });
    }
    expect(await storedRows()).toBe(before);
  });

  it.each(["identity", "Identity", ""])("of %j is read as it is", async (encoding) => {
    const headers = { "Content-Encoding": encoding };
    const response = await api("PUT", `${ASSETS}/two`, { token: admin, headers, body: anAsset("two") });
    expect(response.status).toBe(201);
  });
});
