import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  passOn,
  startStandIn,
  type Fault,
  type Script,
  type StandIn,
} from "../support/cloudflare-stand-in.ts";
import { pretendWorker, runDeploy } from "../support/deploying.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

/** What is sent with the code; the code itself, which has every text of the Worker, is another part. */
function sentBeside(script: Script): string {
  return JSON.stringify(script.metadata);
}

describe("with the real Worker behind the address", () => {
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

  it("deploys to an empty account: migrated, with its cron and secret, answering, with a first admin key", async () => {
    const { said, error } = await runDeploy(cloudflare);
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
    await runDeploy(cloudflare);
    cloudflare.takeCalls();
    const { said, error } = await runDeploy(cloudflare);
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
});

describe("with something small behind the address", () => {
  const opened: StandIn[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  async function emptyAccount(): Promise<StandIn> {
    const cloudflare = await startStandIn();
    opened.push(cloudflare);
    pretendWorker(cloudflare);
    return cloudflare;
  }

  /** What there is at an account, named as the report of a deployment names it. */
  async function foundAt({ databases, namespaces, scripts }: StandIn): Promise<string[]> {
    const found: string[] = [];
    const [database] = databases.values();
    if (database !== undefined) found.push("database: edge-assets made");
    if (namespaces.size > 0) found.push("namespace: edge-assets-cache made");
    const rows = async (sql: string) => (await database?.run([sql]).catch(() => []))?.[0]?.length ?? 0;
    if ((await rows("SELECT * FROM d1_migrations")) > 0) found.push("migrations: ");
    if (scripts.size > 0) found.push("upload: ");
    if ((await rows("SELECT * FROM api_keys")) > 0) found.push("admin key: admin made");
    return found;
  }

  /** Calls without which a deployment can do: a way back for data that nobody has yet, and a look that wrangler takes. */
  const NOT_NEEDED = [
    "GET /accounts/:account/d1/database/:database/time_travel/bookmark",
    "GET /accounts/:account/workers/scripts/:script/settings",
  ];

  /** The calls of a deployment to an empty account, in their order. */
  async function everyCall(): Promise<string[]> {
    const cloudflare = await emptyAccount();
    expect((await runDeploy(cloudflare)).error).toBe("");
    return cloudflare.takeCalls();
  }

  async function failing(call: number, fault: Fault, states: Set<string>): Promise<string> {
    const cloudflare = await emptyAccount();
    cloudflare.fail(call, fault);
    const { said, error } = await runDeploy(cloudflare);
    const found = await foundAt(cloudflare);
    if (error !== "") {
      const [, done = ""] = /Done so far:\n([\s\S]*)What to do:\n {2}\S/.exec(error) ?? [];
      expect(error).toMatch(/^[a-z ]+ failed: \S/);
      expect([call, ...found.filter((one) => !done.includes(one))]).toEqual([call]);
      if (found.length === 0) expect(done).toMatch(/nothing was changed|perhaps/);
      expect(error).not.toMatch(/sak_/);
    }
    // What is left behind is the same for many calls: one second run for each such state.
    const script = cloudflare.scripts.get("edge-assets");
    const state = JSON.stringify([found, script?.crons, script?.workersDev]);
    if (!states.has(state)) {
      states.add(state);
      cloudflare.heal();
      const again = await runDeploy(cloudflare);
      expect([call, again.error]).toEqual([call, ""]);
      expect(await foundAt(cloudflare)).toHaveLength(5);
      expect(cloudflare.databases.size + cloudflare.namespaces.size + cloudflare.scripts.size).toBe(3);
      const now = cloudflare.scripts.get("edge-assets");
      expect([now?.crons, now?.workersDev, now?.secrets.size]).toEqual([["* * * * *"], true, 1]);
      // Whoever deployed has seen the key, in one run or the other.
      expect([...said, ...again.said].join("\n")).toMatch(/shown this once: sak_/);
    }
    return error;
  }

  it("tells, whichever call is refused, what was done; and a second run completes it", async () => {
    const calls = await everyCall();
    const states = new Set<string>();
    for (const [index, call] of calls.entries()) {
      const error = await failing(index + 1, 400, states);
      expect([call, error === ""]).toEqual([call, NOT_NEEDED.includes(call)]);
    }
    expect(states.size).toBeGreaterThan(5);
  }, 300_000);

  it("is completed by a second run, whichever change is made though its answer is lost", async () => {
    const states = new Set<string>();
    const changes = (await everyCall()).map((call, index) => ({ call, number: index + 1 }));
    for (const { call, number } of changes.filter((one) => !one.call.startsWith("GET"))) {
      await failing(number, "lost", states);
      expect(call).not.toBe("");
    }
  }, 300_000);
});
