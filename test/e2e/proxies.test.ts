// Networks as companies have them: a proxy between commands and servers, and certificates of an own authority.
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runAssets } from "../../scripts/assets/run.ts";
import { webOf } from "../../scripts/command/web.ts";
import { examine } from "../../scripts/deploy/doctor.ts";
import { rotate } from "../../scripts/deploy/rotate.ts";
import { runKeys } from "../../scripts/keys/run.ts";
import { startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { runHere, runScript } from "../support/command.ts";
import { pretendWorker, runDeploy, worldOf } from "../support/deploying.ts";
import { installed } from "../support/installed.ts";
import { anAsset } from "../support/fixtures.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let folder: string;
let file: string;
let proxy: Server;
/** The hosts that the proxy was asked for, and where it connects to instead; it refuses all others. */
const through: string[] = [];
const routes = new Map<string, number>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-assets-proxies-"));
  file = join(folder, "set.json");
  await writeFile(file, JSON.stringify([anAsset("a", {}, "")]));
  proxy = createServer().on("connect", ({ url = "" }, socket) => {
    through.push(url);
    const port = routes.get(url);
    if (port === undefined) return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    // The client may be gone first.
    for (const end of [socket, onward] satisfies Duplex[]) end.on("error", () => onward.destroy());
    return undefined;
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  through.length = 0;
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const proxyUrl = () => `http://127.0.0.1:${portOf(proxy)}`;

describe("a command goes through the proxy of the environment", () => {
  const DEPLOYMENT = "http://edge.invalid";
  const CREDENTIAL = { SENSU_API_URL: DEPLOYMENT, SENSU_TOKEN: "t" };
  let cloudflare: StandIn;
  beforeAll(async () => {
    cloudflare = await startStandIn();
    pretendWorker(cloudflare);
    expect((await runDeploy(cloudflare)).error).toBe("");
  });
  afterAll(() => cloudflare.close());

  it.each([
    ["dump"],
    ["plan", "FILE"],
    ["apply", "FILE", "--yes"],
    ["diff", "a"],
    ["history", "a"],
    ["rollback", "a", "--to", "1"],
  ])("assets %s", async (...args) => {
    const given = args.map((each) => (each === "FILE" ? file : each));
    const ran = await runHere(runAssets, given, { ...CREDENTIAL, http_proxy: proxyUrl() });
    expect([ran.code, new Set(through)]).toEqual([1, new Set(["edge.invalid:80"])]);
  });

  it("assets plan of a URL", async () => {
    const url = "https://files.invalid/set.yaml";
    const ran = await runHere(runAssets, ["plan", url], { ...CREDENTIAL, https_proxy: proxyUrl() });
    expect([ran.code, through]).toEqual([1, ["files.invalid:443"]]);
  });

  it.each([
    ["list"],
    ["get", "ci"],
    ["create", "ci", "--grants", "view@*"],
    ["rotate", "ci"],
    ["revoke", "ci"],
  ])("keys %s", async (...args) => {
    const ran = await runHere(runKeys, args, { ...CREDENTIAL, http_proxy: proxyUrl() });
    expect([ran.code, new Set(through)]).toEqual([1, new Set(["edge.invalid:80"])]);
  });

  const atCloudflare = () => ({
    CLOUDFLARE_API_BASE_URL: "http://api.invalid/client/v4",
    http_proxy: proxyUrl(),
  });

  it("deploy, and its smoke test", async () => {
    const { error } = await runDeploy(cloudflare, { dryRun: true }, { environment: atCloudflare() });
    expect([error, new Set(through)]).toEqual([expect.any(String), new Set(["api.invalid:80"])]);
    through.length = 0;
    const environment = { http_proxy: proxyUrl() };
    const smoked = await runDeploy(cloudflare, { url: DEPLOYMENT }, { environment });
    expect(smoked.error).toMatch(/^smoke test failed/);
    expect(new Set(through)).toEqual(new Set(["edge.invalid:80"]));
  });

  it("doctor", async () => {
    const world = worldOf(cloudflare, () => {}, { environment: atCloudflare() });
    await examine({ url: DEPLOYMENT }, world);
    expect(new Set(through)).toEqual(new Set(["api.invalid:80", "edge.invalid:80"]));
  });

  it("rotate-secret", async () => {
    const world = worldOf(cloudflare, () => {}, { environment: atCloudflare() });
    await expect(rotate({ phase: "begin", yes: false }, world)).rejects.toThrow("no answer");
    expect(new Set(through)).toEqual(new Set(["api.invalid:80"]));
  });

  it("and no other script sends requests by other means", async () => {
    const names = await readdir("scripts", { recursive: true });
    // Of benchmarks and of the tests of clients, which talk to servers that they start on this machine; and what only listens.
    const own =
      /^(?:bench\/|test-clients\.ts$|started-server\.ts$|start\/(?:archives|start)\.ts$|command\/web\.ts$)/;
    const scripts = names.filter((name) => name.endsWith(".ts") && !own.test(name));
    expect(scripts.length).toBeGreaterThan(50);
    for (const name of scripts) {
      const text = await readFile(join("scripts", name), "utf8");
      expect([name, text]).toEqual([
        name,
        expect.not.stringMatching(/(?<![.\w])fetch\(|from "(?:undici|node:https?|node:http2)"/),
      ]);
    }
  });
});

it.each(["direct.invalid", "*", ".invalid"])(
  "hosts of no_proxy=%s are reached without it",
  async (no_proxy) => {
    const web = webOf({ http_proxy: proxyUrl(), no_proxy });
    await expect(web("http://direct.invalid/")).rejects.toThrow("fetch failed");
    expect(through).toEqual([]);
  },
);

describe.runIf(installed("openssl"))("a URL as FILE", () => {
  let worker: RunningWorker;
  let server: Server;
  let certificate: string;
  beforeAll(async () => {
    worker = await startWorker();
    certificate = join(folder, "cert.pem");
    const key = join(folder, "key.pem");
    const request =
      "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=files.invalid -addext subjectAltName=DNS:files.invalid";
    execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", certificate], {
      stdio: "ignore",
    });
    const definitions = await readFile(file);
    server = createTlsServer(
      { key: await readFile(key), cert: await readFile(certificate) },
      (_, response) => void response.end(definitions),
    );
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    routes.set("files.invalid:443", portOf(server));
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await worker.close();
  });

  it("is read over TLS through a proxy, from a server whose certificate NODE_EXTRA_CA_CERTS makes good", async () => {
    const plan = (environment: Record<string, string>) =>
      runScript(["scripts/assets.ts", "plan", "https://files.invalid/set.json"], {
        SENSU_API_URL: worker.url,
        SENSU_TOKEN: worker.token,
        https_proxy: proxyUrl(),
        ...environment,
      });
    expect(await plan({})).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^https:\/\/files\.invalid\/set\.json cannot be read: .*certificate/),
    });
    expect(await plan({ NODE_EXTRA_CA_CERTS: certificate })).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^\+ create a\n/),
    });
    expect(new Set(through)).toEqual(new Set(["files.invalid:443"]));
  });
});
