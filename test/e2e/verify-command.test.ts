import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runAssets } from "../../scripts/assets/run.ts";
import { archiveHost, bytesOf, digestOf, whole, type ArchiveHost } from "../support/archive-host.ts";
import { runHere, type Ran } from "../support/command.ts";
import { startWorker } from "../support/harness.ts";

let host: ArchiveHost;
let other: ArchiveHost;
let folder: string;

beforeAll(async () => {
  host = await archiveHost();
  other = await archiveHost();
});
afterAll(async () => {
  await host.close();
  await other.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "verify-"));
  for (const { seen, served } of [host, other]) {
    seen.length = 0;
    served.clear();
  }
});
afterEach(() => rm(folder, { recursive: true }));

interface Wanted {
  readonly path: string;
  readonly sha512?: string;
  readonly headers?: Record<string, string>;
}

interface Row {
  readonly url: string;
  readonly state: string;
  readonly detail: string;
  readonly cached: boolean;
  readonly users: unknown[];
}

async function verify(wanted: readonly Wanted[], ...more: string[]): Promise<Ran & { rows: Row[] }> {
  const builds = wanted.map(({ path, sha512 = digestOf(bytesOf("a")), headers }) => ({
    url: path.startsWith("/") ? host.origin + path : path,
    sha512,
    ...(headers === undefined ? {} : { headers }),
  }));
  const file = join(folder, "assets.json");
  await writeFile(file, JSON.stringify({ metadata: { name: "many", namespace: "default" }, builds }));
  const ran = await runHere(runAssets, ["verify", file, "--format", "json", ...more], {
    XDG_CACHE_HOME: folder,
  });
  return { ...ran, rows: ran.out === "" ? [] : (JSON.parse(ran.out) as Row[]) };
}

const MISBEHAVING: readonly (readonly [path: string, state: string, detail: RegExp])[] = [
  [
    "/ok/b",
    "wrong_digest",
    /^200, application\/gzip, \d+ bytes: the bytes hash to [\da-f]{128}, and the definition says [\da-f]{128}; they begin as a gzip archive$/,
  ],
  ["/html", "not_an_archive", /it is an HTML page, no archive: a login or an error page/],
  ["/empty", "not_an_archive", /it is nothing, no archive/],
  ["/gone", "gone", /answers 404: there is no such file$/],
  ["/secret", "refused", /answers 403: the headers of the definition do not open it$/],
  ["/broken", "unreachable", /answers 500: an error of its own$/],
  ["/short", "unreachable", /there is no answer, or it broke off/],
  ["/lying-304", "unreachable", /answers 304 to a question without conditions$/],
  [
    "/encoded",
    "wrong_digest",
    /served with Content-Encoding: gzip, so clients that decode that get other bytes$/,
  ],
  ["/loop", "refused", /^it redirects more than 5 times$/],
  ["/to-file", "refused", /redirects to file:\/\/\/etc\/passwd, and file is fetched by nobody/],
  ["/to-data", "refused", /and data is fetched by nobody/],
  ["/to-ftp", "refused", /and ftp is fetched by nobody/],
  ["/to-user", "refused", /a user or password stands in the URL/],
  ["/to-nothing", "refused", /^it redirects to what is no URL/],
];

describe("npm run assets -- verify", () => {
  it.each(MISBEHAVING)("finds of %s that it is %s, and says what was seen", async (path, state, detail) => {
    const { rows, code } = await verify([{ path }]);
    expect(rows).toEqual([
      expect.objectContaining({ state, detail: expect.stringMatching(detail) as string }),
    ]);
    expect(code).toBe(["wrong_digest", "not_an_archive", "gone"].includes(state) ? 2 : 3);
  });

  it("finds archives that are right, with a length and without, behind redirects and with their headers", async () => {
    const { rows, code, err } = await verify([
      { path: "/ok/a" },
      { path: "/chunked", sha512: digestOf(bytesOf("chunked")) },
      { path: `/to/${encodeURIComponent(`${other.origin}/ok/a`)}` },
      { path: "/secret", sha512: digestOf(bytesOf("secret")), headers: { "X-Secret": "s3cret" } },
    ]);
    expect([err, rows.map(({ state, detail }) => [state, detail])]).toEqual([
      "",
      Array.from({ length: 4 }, () => ["ok", "the bytes have the digest of the definition"]),
    ]);
    expect(code).toBe(0);
  });

  it("sends the headers of a definition to no other origin, not even back to the first", async () => {
    const back = `${host.origin}/ok/a`;
    const there = `${other.origin}/to/${encodeURIComponent(back)}`;
    const { rows } = await verify([
      {
        path: `/to/${encodeURIComponent(there)}`,
        headers: { "X-Secret": "s3cret", Authorization: "Bearer x" },
      },
    ]);
    expect(rows).toMatchObject([{ state: "ok" }]);
    const [first, ...rest] = [...host.seen.slice(0, 1), ...other.seen, ...host.seen.slice(1)];
    expect(first?.headers).toMatchObject({ "x-secret": "s3cret", authorization: "Bearer x" });
    expect(rest).toHaveLength(2);
    for (const { headers } of rest) {
      expect(headers["x-secret"]).toBeUndefined();
      expect(headers.authorization).toBeUndefined();
    }
  });

  it("ends an endless archive at the largest size", async () => {
    const { rows, code } = await verify([{ path: "/endless" }], "--max-mb", "1");
    expect(rows).toMatchObject([
      { state: "too_large", detail: expect.stringContaining("does not end within 1000000 bytes") as string },
    ]);
    expect(code).toBe(3);
  });

  it("fetches an archive once however many name it, and asks a host that limits requests no more", async () => {
    const { rows } = await verify([{ path: "/ok/a" }, { path: "/ok/a" }]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.users).toHaveLength(2);
    expect(host.seen).toHaveLength(1);
    const limited = Array.from({ length: 20 }, (_, n) => ({
      path: "/limited",
      sha512: digestOf(bytesOf(String(n))),
    }));
    const { rows: refused } = await verify(limited);
    expect(new Set(refused.map(({ state }) => state))).toEqual(new Set(["unreachable"]));
    expect(host.seen.length).toBeLessThanOrEqual(1 + 3);
  });

  it("does not fetch again what was right within --max-age, and survives a cache that was cut off", async () => {
    await verify([{ path: "/ok/a" }]);
    const file = join(folder, "edge-assets/verified.ndjson");
    expect(await readFile(file, "utf8")).not.toContain("127.0.0.1");
    await writeFile(file, `${await readFile(file, "utf8")}{"key":"cut o`);
    const { rows } = await verify([{ path: "/ok/a" }]);
    expect(rows).toMatchObject([{ state: "ok", cached: true }]);
    expect(host.seen).toHaveLength(1);
    const { rows: fetched } = await verify([{ path: "/ok/a" }], "--max-age", "0s");
    expect(fetched).toMatchObject([{ cached: false }]);
    expect(host.seen).toHaveLength(2);
  });

  it("ends with a table whose worst comes first, with both digests", async () => {
    const file = join(folder, "assets.json");
    const builds = ["/ok/a", "/ok/b"].map((path) => ({
      url: host.origin + path,
      sha512: digestOf(bytesOf("a")),
    }));
    await writeFile(file, JSON.stringify({ metadata: { name: "two" }, builds }));
    const { out, code } = await runHere(runAssets, ["verify", file], { XDG_CACHE_HOME: folder });
    expect(code).toBe(2);
    expect(out).toMatch(/^STATE +ASSETS +ARCHIVE\nwrong digest +default\/two build 1 +http/);
    expect(out).toContain(`  expected  ${digestOf(bytesOf("a"))}\n  seen      ${digestOf(bytesOf("b"))}\n`);
    expect(out).toMatch(/\n2 archives: 1 ok, 1 wrong digest\n$/);
  });

  it("a URL with tokens is not checkable, and no fault", async () => {
    const { rows, code } = await verify([{ path: "https://assets.example.com/{{ .labels.region }}.tar.gz" }]);
    expect(rows).toMatchObject([{ state: "not_checkable" }]);
    expect(code).toBe(0);
  });

  it("hashes the bytes that are sent, whatever they are encoded as", async () => {
    const bytes = bytesOf("plain");
    host.served.set("/odd", (_, response) => {
      response.setHeader("Content-Encoding", "gzip");
      whole(response, bytes);
    });
    const { rows } = await verify([{ path: "/odd", sha512: digestOf(bytes) }]);
    expect(rows).toMatchObject([
      { state: "ok", detail: expect.stringContaining("Content-Encoding: gzip") as string },
    ]);
  });
});

describe("npm run assets -- verify of a deployment", () => {
  it("looks at every namespace, and reports what it found to those who use the archives", async () => {
    const worker = await startWorker({ vars: { ARCHIVE_CHECKS: "0" } });
    try {
      const env = { SENSU_API_URL: worker.url, SENSU_TOKEN: worker.token, XDG_CACHE_HOME: folder };
      await worker.send("POST", "/api/core/v2/namespaces", { body: JSON.stringify({ name: "other" }) });
      const put = async (namespace: string, name: string, path: string, sha512: string) => {
        const body = { url: host.origin + path, sha512, metadata: { name, namespace } };
        const at = `/api/core/v2/namespaces/${namespace}/assets/${name}`;
        expect((await worker.send("PUT", at, { body: JSON.stringify(body) })).status).toBe(201);
      };
      await put("default", "right", "/ok/a", digestOf(bytesOf("a")));
      await put("other", "same", "/ok/a", digestOf(bytesOf("a")));
      await put("other", "wrong", "/ok/b", digestOf(bytesOf("a")));
      const args = ["verify", "--all-namespaces", "--report", "--format", "json"];
      const { code, out, err } = await runHere(runAssets, args, env);
      expect(code).toBe(2);
      const rows = JSON.parse(out) as Row[];
      expect(rows.map(({ state, users }) => [state, users.length])).toEqual([
        ["ok", 2],
        ["wrong_digest", 1],
      ]);
      expect(err).toContain("3 findings reported");
      expect(host.seen).toHaveLength(2);
      const known = async (namespace: string, name: string) => {
        const path = `/api/edge/v1/namespaces/${namespace}/assets/${name}/archives`;
        const { archives } = (await (await worker.send("GET", path)).json()) as { archives: object[] };
        return archives;
      };
      expect(await known("default", "right")).toMatchObject([{ state: "ok", checked_by: "admin" }]);
      expect(await known("other", "wrong")).toMatchObject([
        { state: "wrong_digest", seen_digest: digestOf(bytesOf("b")) },
      ]);
      const one = await runHere(runAssets, ["verify", "--namespace", "default", "--format", "json"], env);
      expect([one.code, (JSON.parse(one.out) as Row[]).map(({ cached }) => cached)]).toEqual([0, [true]]);
    } finally {
      await worker.close();
    }
  });
});
