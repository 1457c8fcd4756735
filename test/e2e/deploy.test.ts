import { afterEach, beforeEach, expect, it } from "vitest";
import { deploy, type DeployOptions } from "../../scripts/deploy/deploy.ts";
import {
  API_TOKEN,
  passOn,
  startStandIn,
  type Script,
  type StandIn,
} from "../support/cloudflare-stand-in.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
let cloudflare: StandIn;
beforeEach(async () => {
  worker = await startWorker({ migrated: false });
  const { database } = worker;
  cloudflare = await startStandIn(() => async (statements) => {
    const results = await database.batch<object>(statements.map((sql) => database.prepare(sql)));
    return results.map((one) => one.results);
  });
  cloudflare.worker = (request, response) => passOn(worker.url, request, response);
});
afterEach(async () => {
  await cloudflare.close();
  await worker.close();
});

async function run(options: Partial<DeployOptions> = {}) {
  const said: string[] = [];
  let slept = 0;
  const world = {
    environment: {
      PATH: process.env["PATH"],
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
    },
    say: (line: string) => void said.push(line),
    terminal: true,
    clock: () => Date.now() + slept,
    sleep: async (ms: number) => {
      slept += ms;
    },
  };
  try {
    await deploy(
      {
        dryRun: false,
        showKey: false,
        newKey: false,
        keyName: "admin",
        url: cloudflare.workerUrl,
        ...options,
      },
      world,
    );
    return { said, error: "" };
  } catch (error) {
    return { said, error: String(error) };
  }
}

/** What is sent with the code; the code itself, which has every text of the Worker, is another part. */
function sentBeside(script: Script): string {
  return JSON.stringify(script.metadata);
}

it("deploys to an empty account: migrated, with its cron and secret, answering, with a first admin key", async () => {
  const { said, error } = await run();
  expect(error).toBe("");
  const key = /shown this once: (sak_\w{49})$/m.exec(said.join("\n"))?.[1] ?? "";

  const script = cloudflare.scripts.get("edge-assets");
  if (script === undefined) throw new Error("nothing was uploaded");
  const { bindings, compatibility_date, observability, annotations, assets } = script.metadata;
  const secret = script.secrets.get("TOKEN_SECRET") ?? "";
  expect(bindings).toEqual([
    { type: "secret_text", name: "TOKEN_SECRET", text: secret },
    { type: "kv_namespace", name: "CACHE", namespace_id: cloudflare.namespaces.get("edge-assets-cache") },
    { type: "d1", name: "DB", id: cloudflare.databases.get("edge-assets")?.id },
    { type: "ratelimit", name: "AUTH_FAILURES", namespace_id: "1001", simple: { limit: 300, period: 60 } },
    { type: "assets", name: "DOCUMENTS" },
  ]);
  expect(compatibility_date).toBe("2026-10-01");
  expect(observability).toEqual({ enabled: true, head_sampling_rate: 0.05 });
  expect(assets?.config["run_worker_first"]).toBe(true);
  expect(annotations?.["workers/tag"]).toMatch(/^[0-9a-f]{16}$/);
  expect(script.crons).toEqual(["* * * * *"]);
  expect(script.workersDev).toBe(true);

  // A secret is a secret: in its binding, and nowhere else that was sent or said.
  expect(secret).toMatch(/^[\w-]{64}$/);
  expect(sentBeside(script).split(secret)).toHaveLength(2);
  expect(script.uploaded.split(secret)).toHaveLength(2);
  expect(said.join("\n")).not.toContain(secret);
  expect(said.join("\n").split(key)).toHaveLength(2);

  // The key is a key like any other: it opens, is listed, is in the audit, and can be revoked.
  const headers = { Authorization: `Key ${key}` };
  const listed = await worker.send("GET", "/api/edge/v1/keys", { headers });
  expect(await listed.json()).toMatchObject([
    { name: "admin", grants: ["admin@*"], created_by: "deploy", expires_at: null, status: "live" },
  ]);
  const audit = await worker.send("GET", "/api/edge/v1/audit", { headers });
  expect(await audit.json()).toMatchObject([
    { kind: "key", action: "create", who: "deploy", reason: "made by npm run deploy" },
  ]);
  expect((await worker.send("DELETE", "/api/edge/v1/keys/admin", { headers })).status).toBe(204);
});

it("changes nothing the second time, and says so", async () => {
  await run();
  cloudflare.takeCalls();
  const { said, error } = await run();
  expect(error).toBe("");
  expect(
    cloudflare.takeCalls().filter((call) => !call.startsWith("GET") && !call.endsWith("/query")),
  ).toEqual([]);
  expect(said).toEqual(
    expect.arrayContaining([
      "database    edge-assets exists",
      "namespace   edge-assets-cache exists",
      "migrations  all applied",
      "secret      TOKEN_SECRET is set",
      expect.stringMatching(/^upload      release [0-9a-f]{16} is running: unchanged$/),
      "admin key   admin: exists",
    ]),
  );
});
