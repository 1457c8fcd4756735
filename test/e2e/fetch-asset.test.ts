import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
let files: Server;
let base = "";
let folder = "";
let cache = "";
const served = new Map<string, { status: number; body: Buffer }>();
const asked: { url: string; headers: IncomingHttpHeaders }[] = [];

beforeAll(async () => {
  worker = await startWorker();
  folder = mkdtempSync(join(tmpdir(), "fetch-asset-"));
  files = createServer((request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    const { status, body } = served.get(request.url ?? "") ?? {
      status: 404,
      body: Buffer.from("<html>no</html>"),
    };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((ready) => files.listen(0, "127.0.0.1", ready));
  const address = files.address();
  base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(async () => {
  await worker.close();
  files.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked.length = 0;
  cache = mkdtempSync(join(folder, "cache-"));
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

function sh(command: string, args: string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((done) => {
    execFile(command, args, { env: { ...process.env, ...env } }, (error, out, err) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

const fetchAsset = (name: string, env: Record<string, string> = {}) =>
  sh("sh", ["scripts/fetch-asset.sh", "-c", cache, name], {
    SENSU_API_URL: worker.url,
    SENSU_TOKEN: worker.token,
    ...env,
  });

/** A tar archive with one file, served at this path; gives its digest. */
async function anArchive(path: string, member = "bin/tool", text = "#!/bin/sh\n"): Promise<string> {
  const source = mkdtempSync(join(folder, "source-"));
  writeFileSync(join(source, "file"), text);
  const archive = join(source, "archive.tar.gz");
  const made = await sh("tar", ["-czPf", archive, "-C", source, `--transform=s|^file$|${member}|`, "file"]);
  expect(made.err).toBe("");
  const body = readFileSync(archive);
  served.set(path, { status: 200, body });
  return createHash("sha512").update(body).digest("hex");
}

async function put(name: string, build: Record<string, unknown>): Promise<void> {
  const path = `/api/core/v2/namespaces/default/assets/${encodeURIComponent(name)}`;
  const answer = await worker.send("PUT", path, { body: JSON.stringify({ builds: [build] }) });
  expect([await answer.text(), answer.status]).toEqual(["", 201]);
}

/** What is left in the cache, working folders and remembered answers aside. */
const kept = () => readdirSync(cache).filter((entry) => !entry.startsWith(".resolved"));

describe("fetch-asset.sh", () => {
  it("fetches the archive for this machine with the build's headers, verifies and unpacks it, and prints where", async () => {
    const sha512 = await anArchive("/tool.tar.gz");
    const headers = { "X-Hops": "one, two", "X-Quote": `it's $(touch ${folder}/pwned) "q"` };
    await put("sensu/tool", {
      url: `${base}/tool.tar.gz`,
      sha512: sha512.toUpperCase(),
      filters: ["entity.system.os == 'linux'"],
      headers,
    });
    const { code, out, err } = await fetchAsset("sensu/tool");
    expect([code, out]).toEqual([0, `${join(cache, sha512)}\n`]);
    expect(err).toContain("fetching");
    expect(readFileSync(join(cache, sha512, "bin/tool"), "utf8")).toBe("#!/bin/sh\n");
    expect(asked[0]?.headers).toMatchObject({ "x-hops": "one, two", "x-quote": headers["X-Quote"] });
    expect(asked[0]?.headers["authorization"]).toBeUndefined();
    expect(existsSync(join(folder, "pwned"))).toBe(false);
  });

  it("costs one 304 and no download the second time", async () => {
    const sha512 = await anArchive("/twice.tar.gz");
    await put("twice", { url: `${base}/twice.tar.gz`, sha512 });
    const first = await fetchAsset("twice");
    const second = await fetchAsset("twice");
    expect([second.code, second.out]).toEqual([0, first.out]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [
      "a wrong digest",
      6,
      /the sha512 of .* is [0-9a-f]{128}, and should be/,
      async () => ({
        url: `${base}/wrong`,
        sha512: (await anArchive("/wrong")).replace(/^./, (first) => (first === "0" ? "1" : "0")),
      }),
    ],
    [
      "a page in place of the archive",
      5,
      /answered 404/,
      async () => ({ url: `${base}/missing`, sha512: "0".repeat(128) }),
    ],
    [
      "a page with status 200",
      7,
      /is no tar archive/,
      async () => {
        const body = Buffer.from("<html></html>");
        served.set("/page", { status: 200, body });
        return { url: `${base}/page`, sha512: createHash("sha512").update(body).digest("hex") };
      },
    ],
    [
      "an archive that leads out of its folder",
      7,
      /leads out of its folder/,
      async () => ({ url: `${base}/evil`, sha512: await anArchive("/evil", "../evil") }),
    ],
    [
      "an absolute member",
      7,
      /leads out of its folder/,
      async () => ({ url: `${base}/root`, sha512: await anArchive("/root", "/tmp/evil") }),
    ],
    [
      "a token without a fact",
      4,
      /do not fill: \.labels\.region/,
      async () => ({ url: `${base}/{{ .labels.region }}`, sha512: "0".repeat(128) }),
    ],
    [
      "no build for this machine",
      3,
      /no build of bad matches this machine: build 0: entity\.system\.os == 'plan9' is false/,
      async () => ({ url: `${base}/x`, sha512: "0".repeat(128), filters: ["entity.system.os == 'plan9'"] }),
    ],
  ])("refuses %s, says why, and leaves nothing behind", async (_, status, message, build) => {
    await put("bad", await build());
    const { code, out, err } = await fetchAsset("bad");
    expect([code, out]).toEqual([status, ""]);
    expect(err).toMatch(message);
    expect(kept()).toEqual([]);
  });

  it("says what is not there, what is not allowed, and what is not a name", async () => {
    expect(await fetchAsset("none")).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("no asset named none in namespace default"),
    });
    expect(await fetchAsset("none", { SENSU_TOKEN: "wrong" })).toMatchObject({
      code: 2,
      err: expect.stringContaining("401: invalid credentials"),
    });
    expect(await fetchAsset("none", { SENSU_TOKEN: "" })).toMatchObject({
      code: 1,
      err: expect.stringContaining("set SENSU_API_KEY"),
    });
    expect(await fetchAsset("$(id)")).toMatchObject({
      code: 1,
      err: expect.stringContaining("is no asset name"),
    });
  });

  it("fails while the server is down and nothing was fetched before", async () => {
    await put("down", { url: `${base}/down.tar.gz`, sha512: await anArchive("/down.tar.gz") });
    expect(await fetchAsset("down", { SENSU_API_URL: "http://127.0.0.1:9" })).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("fetch-asset: down: http://127.0.0.1:9 does not answer: curl: (7)"),
    });
  });

  it("leaves one whole copy when many run at once", async () => {
    const sha512 = await anArchive("/many.tar.gz");
    await put("many", { url: `${base}/many.tar.gz`, sha512 });
    const runs = await Promise.all(Array.from({ length: 5 }, () => fetchAsset("many")));
    expect(runs.map(({ code, out }) => [code, out])).toEqual(runs.map(() => [0, `${join(cache, sha512)}\n`]));
    expect(kept()).toEqual([sha512]);
    expect(readdirSync(join(cache, sha512))).toEqual(["bin"]);
  });
});
