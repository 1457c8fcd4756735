import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { archiveHost, bytesOf, digestOf, type ArchiveHost } from "../support/archive-host.ts";
import { startServer, type StartedServer } from "../../scripts/started-server.ts";

// The Worker as `npm start` serves it, against hosts that do everything that hosts should not. (The harness of other
// suites sends what a Worker fetches through Node, which follows redirects and decodes bodies.)

interface Archive {
  readonly url: string;
  readonly state: string;
  readonly detail: string;
  readonly status: number | null;
  readonly size: number | null;
  readonly seen_digest: string | null;
  readonly begins_as: string | null;
}

let server: StartedServer;
let host: ArchiveHost;
let other: ArchiveHost;

beforeAll(async () => {
  host = await archiveHost();
  other = await archiveHost();
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await host.close();
  await other.close();
});

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const init = { method, headers, redirect: "manual" as const };
  return fetch(server.url + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
}

/** Runs the cron once. */
async function tick(): Promise<void> {
  expect((await fetch(`${server.url}/cdn-cgi/handler/scheduled`)).status).toBe(200);
}

interface Build {
  readonly path: string;
  readonly sha512?: string;
  readonly headers?: Record<string, string>;
}

/** Registers an asset with a build for each path of a host, runs the cron, and returns what was found of each. */
async function check(name: string, builds: readonly Build[], { origin } = host): Promise<Archive[]> {
  const body = {
    metadata: { name },
    builds: builds.map(({ path, sha512 = digestOf(bytesOf("a")), headers }) => ({
      url: path.startsWith("/") ? origin + path : path,
      sha512,
      ...(headers === undefined ? {} : { headers }),
    })),
  };
  const at = `/api/core/v2/namespaces/default/assets/${name}`;
  const put = await send("PUT", at, body);
  expect([put.status, await put.text()]).toEqual([201, ""]);
  await tick();
  const answer = await send("GET", `/api/edge/v1/namespaces/default/assets/${name}/archives`);
  const { archives } = (await answer.json()) as { archives: Archive[] };
  return archives;
}

const unique = (path: string) => createHash("sha512").update(path).digest("hex");

const MISBEHAVING: readonly (readonly [path: string, state: string, detail: RegExp])[] = [
  ["/html", "not_an_archive", /^200, text\/html, 36 bytes: it is an HTML page, no archive: a login or/],
  ["/gone", "gone", /answers 404: there is no such file$/],
  ["/secret", "refused", /answers 403: the headers of the definition do not open it$/],
  ["/broken", "unreachable", /answers 500: an error of its own$/],
  ["/short", "unreachable", /there is no answer, or it broke off/],
  ["/lying-304", "unreachable", /answers 304 to a question without conditions$/],
  ["/encoded", "wrong_digest", /served with Content-Encoding: gzip, so clients that decode that get other/],
  ["/endless", "too_large", /the host does not say how long it is/],
  ["/huge", "too_large", /^it has 9999999999 bytes, and a check here takes 268435456/],
  ["/loop", "refused", /^it redirects more than 5 times$/],
  ["/to-file", "refused", /redirects to file:\/\/\/etc\/passwd, and file is fetched by nobody/],
  ["/to-data", "refused", /and data is fetched by nobody/],
  ["/to-ftp", "refused", /and ftp is fetched by nobody/],
  ["/to-user", "refused", /a user or password stands in the URL/],
  ["/to-nothing", "refused", /^it redirects to what is no URL/],
  ["/to/http%3A%2F%2F10.0.0.1%2Fx", "refused", /10\.0\.0\.1 is reached on a private network alone/],
  ["/to/http%3A%2F%2F169.254.169.254%2Flatest", "refused", /169\.254\.169\.254 is reached on a private/],
  ["/to/https%3A%2F%2Fvault.internal%2Fx", "refused", /vault\.internal is reached on a private network/],
  ["/to/https%3A%2F%2F192.0.2.1%2Fx", "refused", /192\.0\.2\.1 is an address, and only names are asked/],
  ["/to/http%3A%2F%2Fassets.example.net%2Fx", "refused", /only https is asked, and this is http/],
  ["https://user:pass@assets.example.net/x", "not_checkable", /a user or password stands in the URL/],
  ["https://registry.internal/x", "not_checkable", /registry\.internal is reached on a private network/],
  ["https://10.1.2.3/x", "not_checkable", /10\.1\.2\.3 is reached on a private network alone/],
  ["https://assets.example.net/{{ .labels.a }}", "not_checkable", /the URL holds tokens/],
];

it("finds of a host that misbehaves in every way what it did, and says it", async () => {
  host.served.set("/huge", (_, response) => {
    response.writeHead(200, { "Content-Length": "9999999999" }).write("x");
  });
  const builds = MISBEHAVING.map(([path]) => ({ path, sha512: unique(path) }));
  // A host that broke off is left alone for minutes: each path that does has a host of its own.
  const parks = (state: string) => state === "unreachable";
  const calm = MISBEHAVING.flatMap(([, state], index) => (parks(state) ? [] : [index]));
  const found = await check(
    "calm",
    calm.map((index) => builds[index] ?? { path: "" }),
  );
  for (const [place, index] of calm.entries()) {
    const [path, state, detail] = MISBEHAVING[index] ?? ["", "", /^$/];
    expect({ path, ...found[place] }).toMatchObject({
      path,
      state,
      detail: expect.stringMatching(detail) as string,
    });
  }
  for (const [index, [path, state, detail]] of MISBEHAVING.entries()) {
    if (!parks(state)) continue;
    const own = await archiveHost();
    const [archive] = await check(`parks-${index}`, [builds[index] ?? { path: "" }], own);
    await own.close();
    expect({ path, ...archive }).toMatchObject({
      path,
      state,
      detail: expect.stringMatching(detail) as string,
    });
  }
});

it("says of wrong bytes what came, with both digests", async () => {
  const [archive] = await check("wrong", [{ path: "/ok/b", sha512: unique("wrong") }]);
  expect(archive).toMatchObject({
    state: "wrong_digest",
    status: 200,
    size: bytesOf("b").byteLength,
    seen_digest: digestOf(bytesOf("b")),
  });
  expect(archive?.detail).toContain(`the bytes hash to ${digestOf(bytesOf("b"))}`);
});

it("sends the headers of a definition to the origin of its URL alone, not even back to it", async () => {
  host.seen.length = 0;
  other.seen.length = 0;
  const there = `${other.origin}/to/${encodeURIComponent(`${host.origin}/ok/secret-path`)}`;
  const [archive] = await check("leak", [
    {
      path: `/to/${encodeURIComponent(there)}`,
      sha512: digestOf(bytesOf("secret-path")),
      headers: { "X-Secret": "s3cret", Authorization: "Bearer x", Cookie: "a=b" },
    },
  ]);
  expect(archive).toMatchObject({ state: "ok" });
  const [first, ...back] = host.seen;
  expect(first?.headers).toMatchObject({ "x-secret": "s3cret", authorization: "Bearer x", cookie: "a=b" });
  expect([...other.seen, ...back]).toHaveLength(2);
  for (const { headers } of [...other.seen, ...back]) {
    expect([headers["x-secret"], headers.authorization, headers.cookie]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  }
});

it("checks and copies in one request, and serves the copy byte for byte with its digest", async () => {
  host.seen.length = 0;
  const digest = digestOf(bytesOf("copied"));
  const [archive] = await check("copied", [{ path: "/ok/copied", sha512: digest }]);
  expect(archive).toMatchObject({ state: "ok", copied: true });
  expect(host.seen).toHaveLength(1);
  const copy = await send("GET", `/api/edge/v1/archives/sha512/${digest}`);
  expect(copy.status).toBe(200);
  expect(digestOf(new Uint8Array(await copy.arrayBuffer()))).toBe(digest);
  expect(copy.headers.get("Repr-Digest")).toBe(`sha-512=:${Buffer.from(digest, "hex").toString("base64")}:`);
});

it("takes an archive whose length is not said, and one that is encoded as its host sends it", async () => {
  const encoded = bytesOf("encoded-right");
  host.served.set("/encoded-right", (_, response) => {
    response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": encoded.length }).end(encoded);
  });
  const found = await check("odd", [
    { path: "/chunked", sha512: digestOf(bytesOf("chunked")) },
    { path: "/encoded-right", sha512: digestOf(encoded) },
  ]);
  expect(found.map(({ state }) => state)).toEqual(["ok", "ok"]);
});

it("asks a host that limits requests no more, and others meanwhile", async () => {
  const storming = await archiveHost();
  const limited = Array.from({ length: 40 }, (_, n) => ({
    path: "/limited",
    sha512: unique(`limited ${n}`),
  }));
  const calm = { path: `${other.origin}/ok/calm`, sha512: digestOf(bytesOf("calm")) };
  const found = await check("storm", [...limited, calm], storming);
  expect(found.at(-1)).toMatchObject({ state: "ok" });
  // Those that were under way when the first was refused.
  expect(storming.seen.length).toBeLessThanOrEqual(4);
  expect(found.filter(({ state }) => state === "unreachable").length).toBe(storming.seen.length);
  const before = storming.seen.length;
  await tick();
  expect(storming.seen.length).toBe(before);
  await storming.close();
});

it("ends a host that says nothing, and one that stops in the middle, after half a minute of silence", async () => {
  const quiet = await archiveHost();
  const builds = ["/silent", "/stalled"].map((path) => ({ path, sha512: unique(path) }));
  for (const { state, detail } of await check("silence", builds, quiet)) {
    expect(state).toBe("unreachable");
    expect(detail).toContain("nothing came for 30 seconds");
  }
  await quiet.close();
});
