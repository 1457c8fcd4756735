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

  /** The tag of an older release. */
  const OLD = "0123456789abcdef";

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
    const script = scripts.get("edge-assets");
    const runs = script?.versions.find(({ id }) => id === script.deployed.at(-1));
    if (runs !== undefined && runs.annotations["workers/tag"] !== OLD) found.push("upload: ");
    if ((await rows("SELECT * FROM api_keys")) > 0) found.push("admin key: admin made");
    return found;
  }

  /** Calls without which a deployment can do: a way back, and what wrangler only looks at or warns of. */
  const NOT_NEEDED = new Set([
    "GET /accounts/:account/d1/database/:database/time_travel/bookmark",
    "GET /accounts/:account/workers/scripts/:script/settings",
    "PATCH /accounts/:account/workers/scripts/:script/script-settings",
  ]);

  /** An account where an older release runs. */
  async function oldRelease(): Promise<StandIn> {
    const cloudflare = await emptyAccount();
    expect((await runDeploy(cloudflare)).error).toBe("");
    const script = cloudflare.scripts.get("edge-assets");
    for (const version of script?.versions ?? []) version.annotations["workers/tag"] = OLD;
    cloudflare.takeCalls();
    return cloudflare;
  }

  /** The calls of a deployment, numbered from 1. */
  async function callsOf(situation: () => Promise<StandIn>): Promise<{ call: string; number: number }[]> {
    const cloudflare = await situation();
    expect((await runDeploy(cloudflare)).error).toBe("");
    return cloudflare.takeCalls().map((call, index) => ({ call, number: index + 1 }));
  }

  /** Lets one call go wrong, then none; the error of the first run, and everything that was said. */
  async function failing(cloudflare: StandIn, number: number, fault: Fault, seen: Set<string>) {
    const before = await foundAt(cloudflare);
    cloudflare.fail(number, fault);
    const { said, error } = await runDeploy(cloudflare);
    const found = await foundAt(cloudflare);
    if (error !== "") {
      const [, done = ""] = /Done so far:\n([\s\S]*)What to do:\n {2}\S/.exec(error) ?? [];
      expect(error).toMatch(/^[a-z ]+ failed: \S/);
      expect(error).not.toMatch(/sak_/);
      const untold = found.filter((one) => !before.includes(one) && !done.includes(one));
      // Of a call whose answer was lost nobody can tell; then that is said.
      if (!/may have been done|perhaps/.test(error)) expect(untold).toEqual([]);
      expect(untold.length).toBeLessThan(2);
    }
    // What is left behind is the same for many calls: one second run for each such state.
    const script = cloudflare.scripts.get("edge-assets");
    const state = JSON.stringify([found, script?.crons, script?.workersDev, script?.deployed.length]);
    if (seen.has(state)) return { error, said };
    seen.add(state);
    cloudflare.heal();
    const again = await runDeploy(cloudflare);
    expect([number, again.error]).toEqual([number, ""]);
    expect(await foundAt(cloudflare)).toHaveLength(5);
    expect([cloudflare.databases.size, cloudflare.namespaces.size, cloudflare.scripts.size]).toEqual([
      1, 1, 1,
    ]);
    const now = cloudflare.scripts.get("edge-assets");
    expect([now?.crons, now?.workersDev, now?.secrets.size]).toEqual([["* * * * *"], true, 1]);
    return { error, said: [...said, ...again.said] };
  }

  it("tells, whichever call is refused, what was done; and a second run completes it", async () => {
    const seen = new Set<string>();
    for (const { call, number } of await callsOf(emptyAccount)) {
      const { error } = await failing(await emptyAccount(), number, 400, seen);
      expect([call, error === ""]).toEqual([call, NOT_NEEDED.has(call)]);
    }
    expect(seen.size).toBeGreaterThan(5);
  }, 400_000);

  it("does so too where an older release runs, and says how to go back to it", async () => {
    const first = new Set((await callsOf(emptyAccount)).map(({ call }) => call));
    const others = (await callsOf(oldRelease)).filter(({ call }) => !first.has(call));
    expect(others.map(({ call }) => call)).toContain(
      "POST /accounts/:account/workers/scripts/:script/versions",
    );
    for (const { call, number } of others) {
      const cloudflare = await oldRelease();
      const before = cloudflare.scripts.get("edge-assets")?.deployed.at(-1) ?? "";
      const { error } = await failing(cloudflare, number, 400, new Set());
      expect([call, error === ""]).toEqual([call, NOT_NEEDED.has(call)]);
      if (/version \S+ is uploaded/.test(error)) {
        expect(error).toContain(`npx wrangler rollback ${before} --name edge-assets`);
      }
      expect(cloudflare.scripts.get("edge-assets")?.deployed.at(-1)).not.toBe(before);
    }
  }, 400_000);

  it("is completed by a second run, whichever change is made though its answer is lost", async () => {
    const seen = new Set<string>();
    const calls = await callsOf(emptyAccount);
    const changes = calls.filter(
      // Of the queries the last one, which stores the key; those of migrations are wrangler's.
      ({ call }, index) =>
        !call.startsWith("GET") && calls.findLastIndex((one) => one.call === call) === index,
    );
    expect(changes.length).toBeGreaterThan(5);
    for (const { number } of changes) {
      const { said } = await failing(await emptyAccount(), number, "lost", seen);
      // Whoever deployed has seen the key, if it can be stored.
      if (said.join("\n").includes("admin: exists")) expect(said.join("\n")).toMatch(/shown this once: sak_/);
    }
  }, 400_000);
});
