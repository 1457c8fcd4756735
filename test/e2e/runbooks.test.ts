// Every command of the runbooks, run as it is written: against the real Worker, and against a stand-in of Cloudflare. Those
// that deploy, examine and rotate have tests of their own, and are run here too when RUNBOOKS=all.
import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { QUIET_SWITCHES } from "../../scripts/local.ts";
import { ACCOUNT } from "../support/cloudflare-account.ts";
import { API_TOKEN, startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { pretendWorker, runDeploy } from "../support/deploying.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";
import { commands } from "../support/runbooks.ts";

const ASSETS = "/api/core/v2/namespaces/default/assets";
const ASSET = { url: "https://assets.example.com/a.tar.gz", sha512: "0f".repeat(64) };

/** What the stand-in cannot do: a login in a browser and a stream. Their options are looked up in wrangler's help. */
const HELP_ONLY = /^npx wrangler (?:login|tail)\b/;
/** Only begins a command: what follows is the caller's. */
const PARTS = new Set(["npm run token"]);
const ALL = process.env["RUNBOOKS"] === "all";
const ELSEWHERE = /^npm run (?:deploy|doctor|epoch|rotate-secret)\b/;

let worker: RunningWorker;
let cloudflare: StandIn;
let issuer: Server;
let folder: string;
let values: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-assets-test-"));
  [worker, cloudflare] = await Promise.all([startWorker(), startStandIn()]);
  pretendWorker(cloudflare);
  issuer = createServer((_request, response) => response.end('{"keys":[]}')).listen(0, "127.0.0.1");
  if (ALL) expect((await runDeploy(cloudflare)).error).toBe("");
  else haveDeployed(cloudflare);
  await writeFile(join(folder, "assets.yaml"), JSON.stringify([{ ...ASSET, metadata: { name: "applied" } }]));
});

afterAll(async () => {
  issuer.close();
  await Promise.all([worker.close(), cloudflare.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** As far as wrangler looks at what runs: one version, and one database. */
function haveDeployed({ scripts, databases }: StandIn): void {
  const id = "0c1d2e3f-0000-4000-8000-000000000000";
  databases.set("edge-assets", { id: "0a1b2c3d-0000-4000-8000-000000000000", run: async () => [] });
  scripts.set("edge-assets", {
    metadata: { main_module: "index.js", bindings: [], compatibility_date: "2026-10-01" },
    secrets: new Map(),
    versions: [{ id, annotations: {}, bindings: [] }],
    deployed: [id],
    crons: [],
    workersDev: true,
    uploaded: "",
  });
}

/** A live key and an asset with two revisions, whose names stand in the commands. */
beforeEach(async () => {
  const name = `key-${Date.now()}`;
  const body = JSON.stringify({ name, grants: ["view@default"] });
  expect((await worker.send("POST", "/api/edge/v1/keys", { body })).status).toBe(201);
  for (const url of [ASSET.url, `${ASSET.url}?2`])
    await worker.send("PUT", `${ASSETS}/tool`, { body: JSON.stringify({ ...ASSET, url }) });
  const revisions = await worker.send("GET", "/api/edge/v1/namespaces/default/assets/tool/revisions");
  const [, first] = (await revisions.json()) as { seq: number }[];
  const script = cloudflare.scripts.get("edge-assets");
  values = {
    NAME: name,
    ASSET: "tool",
    SEQ: String(first?.seq),
    ID: cloudflare.databases.get("edge-assets")?.id ?? "",
    BOOKMARK: "00000001-00000002-00004f8a-ab",
    VERSION_ID: script?.versions[0]?.id ?? "",
    "assets.yaml": join(folder, "assets.yaml"),
  };
});

/** The command with what its reader has to fill in. */
function filled(command: string): string {
  const names = Object.keys(values).map((name) => name.replace(".", "\\."));
  const pattern = new RegExp(`(?<![\\w$])(?:${names.join("|")})(?!\\w)`, "g");
  return command.replaceAll(pattern, (name) => values[name] ?? name);
}

function shell(command: string): Promise<{ code: number; printed: string }> {
  const { port } = issuer.address() as AddressInfo;
  const env = {
    ...process.env,
    ...QUIET_SWITCHES,
    CI: "true",
    NO_COLOR: "1",
    CLOUDFLARE_API_TOKEN: API_TOKEN,
    CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    SENSU_API_URL: worker.url,
    SENSU_TOKEN: worker.token,
    OIDC_ISSUER: `http://127.0.0.1:${port}`,
    // wrangler takes a second to be compiled: once, instead of at every start.
    NODE_COMPILE_CACHE: join(folder, "compiled"),
  };
  return new Promise((done) => {
    const { stdin } = execFile("sh", ["-c", command], { env }, (error, out, err) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, printed: out + err });
    });
    // What a command reads at a terminal, as `wrangler secret put`: none may wait for it.
    stdin?.end("a-value-that-is-typed-at-the-terminal\n");
  });
}

const helps = new Map<string, ReturnType<typeof shell>>();

/** What a command of wrangler says of itself; it is started once. */
function helpOf(start: string): ReturnType<typeof shell> {
  const help = helps.get(start) ?? shell(`${start} --help`);
  helps.set(start, help);
  return help;
}

/** Where the deployed Worker is, for the commands that ask it; the stand-in has no workers.dev. */
function withAddress(command: string): string {
  if (!/^npm run (?:doctor|deploy)\b/.test(command)) return command;
  return `${command}${command.includes(" -- ") ? "" : " --"} --url ${cloudflare.workerUrl}`;
}

const chosen = commands().filter((command) => !PARTS.has(command) && (ALL || !ELSEWHERE.test(command)));

it.each(chosen)("%s", { timeout: 240_000 }, async (command) => {
  if (HELP_ONLY.test(command)) {
    const [start = "", option = ""] = command.split(/(?= --\w)/);
    const { code, printed } = await helpOf(start);
    expect([code, printed]).toEqual([0, expect.stringContaining(option.trim().split(" ")[0] ?? "")]);
    return;
  }
  const { code, printed } = await shell(withAddress(filled(command)));
  expect([code, printed]).toEqual([0, expect.anything()]);
  // curl ends well whatever the Worker answers.
  expect(printed).not.toMatch(/"code":\d/);
});
