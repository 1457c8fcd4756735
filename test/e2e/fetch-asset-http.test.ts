// What scripts/fetch-asset.sh asks, of whom, and what it gives away; with curl and with GNU's wget.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  BASE_TOOLS,
  fileServer,
  listening,
  openToAll,
  runWith,
  SCRIPT,
  startFetchWorld,
  tarOf,
  toolFolder,
  type Asked,
  type FetchWorld,
  type Served,
  type Tools,
} from "../support/fetch-asset.ts";
import { installed } from "../support/installed.ts";

const ARCHIVE = gzipSync(tarOf([{ name: "bin/tool", text: "#!/bin/sh\n" }]));
const SECRET = { "X-Secret": 'a "quoted" \\ secret', "X-Empty": "" };

let world: FetchWorld;
let other: Awaited<ReturnType<typeof listening>>;
const elsewhere = new Map<string, Served>([["/archive", { body: ARCHIVE }]]);
const askedElsewhere: Asked[] = [];
beforeAll(async () => {
  world = await startFetchWorld();
  other = await listening(fileServer(elsewhere, askedElsewhere));
});
afterAll(async () => {
  other.close();
  await world.close();
});
beforeEach(() => {
  world.asked.length = 0;
  askedElsewhere.length = 0;
  world.questions.length = 0;
});

const own = (...names: string[]): Tools => Object.fromEntries(names.map((name) => [name, true]));
const COMMON = own(...BASE_TOOLS, "tar", "gzip", "sha512sum", "getconf");
// Notes its arguments, as every user of the machine can see them.
const spied = (program: string) => `echo "$*" >>"$SPY"; exec ${installed(program)} "$@"`;
const CLIENTS: Record<string, Tools> = {
  curl: { ...COMMON, curl: spied("curl") },
  "GNU wget": { ...COMMON, wget: spied("wget") },
};

interface Run {
  readonly tools?: Tools;
  readonly options?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cache?: string;
}

function fetchAsset(
  name: string,
  { tools = { ...COMMON, curl: true }, options = [], env = {}, cache }: Run = {},
) {
  return runWith(["/bin/sh", SCRIPT, "-c", cache ?? world.cache(), ...options, name], {
    PATH: toolFolder(world.folder, tools) ?? "",
    SENSU_API_URL: `${world.api}/http`,
    SENSU_TOKEN: world.token,
    ...env,
  });
}

let assets = 0;
/** Puts an asset whose archive is at this URL. */
async function put(url: string, headers: Record<string, string> = {}): Promise<string> {
  const name = `http-${assets++}`;
  const { sha512 } = world.serve("/archive", ARCHIVE);
  await world.put(name, { url, sha512, headers });
  return name;
}

describe.each(Object.entries(CLIENTS))("fetch-asset.sh with %s", (client, tools) => {
  const redirect = (path: string, location: string) =>
    world.served.set(path, { status: 302, headers: { Location: location } });

  it("sends a build's headers to the first origin only, and follows each kind of redirect", async () => {
    redirect("/a/start?x=1", "next?y=2");
    redirect("/a/next?y=2", "/a/third");
    redirect("/a/third", `${other.url}/back#part`);
    elsewhere.set("/back", { status: 307, headers: { Location: "//" + other.url.slice(7) + "/archive" } });
    const name = await put(`${world.files}/a/start?x=1`, SECRET);
    expect(await fetchAsset(name, { tools, env: { SPY: "/dev/null" } })).toMatchObject({ code: 0 });
    expect(world.asked.map(({ url, headers }) => [url, headers["x-secret"], headers["x-empty"]])).toEqual(
      ["/a/start?x=1", "/a/next?y=2", "/a/third"].map((url) => [url, SECRET["X-Secret"], ""]),
    );
    expect(askedElsewhere.map(({ url, headers }) => [url, headers["x-secret"]])).toEqual([
      ["/back", undefined],
      ["/archive", undefined],
    ]);
  });

  it("follows five redirects and not six", async () => {
    for (let hop = 1; hop <= 6; hop++) redirect(`/hop${hop}`, hop === 1 ? "/archive" : `/hop${hop - 1}`);
    const five = await put(`${world.files}/hop5`);
    expect(await fetchAsset(five, { tools, env: { SPY: "/dev/null" } })).toMatchObject({ code: 0 });
    const six = await put(`${world.files}/hop6`);
    const { code, err } = await fetchAsset(six, { tools, env: { SPY: "/dev/null" } });
    expect([code, err]).toEqual([5, expect.stringContaining("/hop6 redirects more than 5 times")]);
  });

  it("shows neither the token nor a header nor a URL's query among its arguments", async () => {
    const spy = join(world.folder, `spy-${client}`);
    world.served.set("/archive?signature=private", { body: ARCHIVE });
    const name = await put(`${world.files}/archive?signature=private`, SECRET);
    const { code, err } = await fetchAsset(name, { tools, env: { SPY: spy } });
    expect([code, err]).toEqual([0, expect.not.stringContaining("private")]);
    const seen = readFileSync(spy, "utf8");
    expect(seen.split("\n")).toHaveLength(client === "curl" ? 3 : 5);
    for (const secret of [world.token, "secret", "private"]) expect(seen).not.toContain(secret);
  });

  it("takes a URL as it is written, brackets and all", async () => {
    const path = "/archive-[1-3]-{a,b}";
    world.served.set(path, { body: ARCHIVE });
    const name = await put(`${world.files}${path}`);
    expect(await fetchAsset(name, { tools, env: { SPY: "/dev/null" } })).toMatchObject({ code: 0 });
    expect(world.asked.map(({ url }) => decodeURIComponent(url))).toEqual([path]);
  });

  it.runIf(installed("openssl"))(
    "trusts a CA of the environment, and never goes from https to http",
    async () => {
      const [key, cert] = [join(world.folder, "key.pem"), join(world.folder, "cert.pem")];
      const request =
        "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1";
      execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
      const pages = new Map<string, Served>([
        ["/archive", { body: ARCHIVE }],
        ["/down", { status: 302, headers: { Location: `${other.url}/archive` } }],
      ]);
      const server = createTlsServer(
        { key: readFileSync(key), cert: readFileSync(cert) },
        fileServer(pages, []),
      );
      await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
      const secure = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const name = await put(`${secure}/archive`);
      const downgraded = await put(`${secure}/down`);
      const env = { SPY: "/dev/null" };
      expect(await fetchAsset(name, { tools, env })).toMatchObject({
        code: 5,
        err: expect.stringMatching(/certificate/i),
      });
      for (const variable of ["CURL_CA_BUNDLE", "SSL_CERT_FILE"]) {
        expect(await fetchAsset(name, { tools, env: { ...env, [variable]: cert } })).toMatchObject({
          code: 0,
        });
      }
      expect(await fetchAsset(downgraded, { tools, env: { ...env, CURL_CA_BUNDLE: cert } })).toMatchObject({
        code: 5,
        err: expect.stringContaining("redirects from https to http"),
      });
      expect(askedElsewhere).toEqual([]);
      server.close();
      server.closeAllConnections();
    },
  );
});

describe("fetch-asset.sh", () => {
  it.runIf(installed("busybox"))(
    "does not give a build's headers, nor the key after a redirect, to busybox's wget",
    async () => {
      const tools: Tools = { ...COMMON, wget: "busybox" };
      const name = await put(`${world.files}/archive`, SECRET);
      expect(await fetchAsset(name, { tools })).toMatchObject({
        code: 1,
        err: expect.stringContaining(
          "the build has headers, which this wget would send wherever it is redirected",
        ),
      });
      expect(world.asked).toEqual([]);
      elsewhere.set("/moved/version", { status: 301, headers: { Location: `${other.url}/archive` } });
      const moved = await fetchAsset(name, { tools, env: { SENSU_API_URL: `${other.url}/moved` } });
      expect(moved).toMatchObject({ code: 1, err: expect.stringContaining("would pass the key on") });
      expect(askedElsewhere.map(({ headers }) => headers["authorization"])).toEqual([undefined, undefined]);
    },
  );

  it("keeps two assets apart, and those of two namespaces and servers, while the server is down", async () => {
    const cache = world.cache();
    const second = gzipSync(tarOf([{ name: "bin/second", text: "2" }]));
    await world.put("apart/a", world.serve("/apart-a", ARCHIVE));
    await world.put("apart/b", world.serve("/apart-b", second));
    const env = { SENSU_API_URL: `${world.api}/apart` };
    const [a, b] = [await fetchAsset("apart/a", { cache, env }), await fetchAsset("apart/b", { cache, env })];
    world.down.add("apart");
    expect((await fetchAsset("apart/a", { cache, env })).out).toBe(a.out);
    expect((await fetchAsset("apart/b", { cache, env })).out).toBe(b.out);
    expect(a.out).not.toBe(b.out);
    expect(await fetchAsset("apart/c", { cache, env })).toMatchObject({ code: 2, out: "" });
    expect(await fetchAsset("apart/a", { cache, env, options: ["-n", "else"] })).toMatchObject({
      code: 2,
      out: "",
    });
    const elsewhereDown = { SENSU_API_URL: "http://127.0.0.1:9" };
    expect(await fetchAsset("apart/a", { cache, env: elsewhereDown })).toMatchObject({ code: 2, out: "" });
  });

  it("prints a prefix for PATH with -p, and nothing after a failure", async () => {
    const [name, cache] = [await put(`${world.files}/archive`), world.cache()];
    const { sha512 } = world.serve("/archive", ARCHIVE);
    const got = await fetchAsset(name, { options: ["-p", "-q"], cache });
    expect(got).toEqual({ code: 0, out: `${join(cache, sha512)}/bin:`, err: "" });
    expect(await fetchAsset("none", { options: ["-p"] })).toMatchObject({ code: 3, out: "" });
    const colon = { options: ["-p"], cache: join(world.folder, "a:b") };
    expect(await fetchAsset(name, colon)).toMatchObject({
      code: 1,
      err: expect.stringContaining("holds a colon"),
    });
  });

  it.each([
    ["x86_64", "32", "386", ""],
    ["x86_64", "64", "amd64", ""],
    ["aarch64", "32", "arm", "7"],
    ["armv6l", "32", "arm", "6"],
    ["armv8l", "32", "arm", "7"],
  ])("asks on a %s kernel with %s-bit programs for %s %s", async (machine, bits, arch, armVersion) => {
    const tools = {
      ...COMMON,
      curl: true,
      uname: `case $1 in -m) echo ${machine} ;; *) echo Linux ;; esac`,
      getconf: `[ "$*" = LONG_BIT ] && echo ${bits}`,
    };
    await fetchAsset("none", { tools });
    const query = new URL(world.questions.at(-1)?.url ?? "", world.api).searchParams;
    expect([query.get("arch"), query.get("arm_version") ?? ""]).toEqual([arch, armVersion]);
  });

  it("says that Windows is not supported", async () => {
    const tools = { ...COMMON, curl: true, uname: "echo MINGW64_NT-10.0" };
    expect(await fetchAsset("none", { tools })).toMatchObject({
      code: 1,
      err: expect.stringContaining("Windows is not supported"),
    });
  });

  it("refuses a cache that others could have filled, and asks for one when there is no home", async () => {
    const open = openToAll(world.folder);
    expect(await fetchAsset("none", { cache: open })).toMatchObject({
      code: 1,
      err: expect.stringContaining(`others can replace the cache folder ${open}`),
    });
    const stranger = { ...COMMON, curl: true, id: "echo 4242" };
    expect(await fetchAsset("none", { tools: stranger })).toMatchObject({
      code: 1,
      err: expect.stringContaining("belongs to somebody else"),
    });
    // Without HOME it is the home of the account, which here there is none of.
    const tools = { ...COMMON, curl: true, id: "echo no-such-account" };
    expect(await fetchAsset("none", { tools, options: ["-c", ""] })).toMatchObject({
      code: 1,
      err: expect.stringContaining("HOME is not set; say with -c where archives are kept"),
    });
    expect(readdirSync(open)).toEqual([]);
  });

  it.each([
    [["-t", "0"], "-t 0: use seconds"],
    [["--max-bytes", "1k"], "--max-bytes 1k: use a whole number"],
    [["--max-bytes="], "use a whole number"],
    [["--all"], "fetch-asset.sh [-n NAMESPACE]"],
  ])("refuses the options %j", async (options, message) => {
    expect(await fetchAsset("none", { options })).toMatchObject({
      code: 1,
      err: expect.stringContaining(message),
    });
  });
});
