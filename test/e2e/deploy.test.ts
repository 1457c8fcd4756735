import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Script } from "../support/cloudflare-scripts.ts";
import { passOn, startStandIn, type Fault, type StandIn } from "../support/cloudflare-stand-in.ts";
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
    const logs = await mkdtemp(join(tmpdir(), "edge-assets-test-"));
    const environment = { WRANGLER_LOG_PATH: logs, WRANGLER_LOG: "debug" };
    const { said, error } = await runDeploy(cloudflare, {}, { environment, realWrangler: true });
    expect(error).toBe("");
    expect(said.join("\n")).toMatch(/the journal is \d+ s old$/m);
    const key = /shown this once: (sak_\w{49})$/m.exec(said.join("\n"))?.[1] ?? "";

    const script = cloudflare.scripts.get("edge-assets");
    if (script === undefined) throw new Error("nothing was uploaded");
    const { bindings, compatibility_date, observability, annotations, assets } = script.metadata;
    const secret = script.secrets.get("TOKEN_SECRET") ?? "";
    expect(bindings).toEqual([
      { type: "plain_text", name: "WORKER_NAME", text: "edge-assets" },
      { type: "plain_text", name: "OUTAGE_KEY_HOURS", text: "24" },
      { type: "secret_text", name: "TOKEN_SECRET", text: secret },
      { type: "kv_namespace", name: "CACHE", namespace_id: cloudflare.namespaces.get("edge-assets-cache") },
      { type: "r2_bucket", name: "ARCHIVES", bucket_name: "edge-assets-archives" },
      { type: "d1", name: "DB", id: cloudflare.databases.get("edge-assets")?.id },
      { type: "ratelimit", name: "AUTH_FAILURES", namespace_id: "1001", simple: { limit: 300, period: 60 } },
      { type: "assets", name: "DOCUMENTS" },
    ]);
    expect(compatibility_date).toBe("2026-10-01");
    expect(observability).toEqual({
      enabled: true,
      head_sampling_rate: 1,
      logs: { enabled: true, invocation_logs: false },
    });
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
    const logged = await Promise.all((await readdir(logs)).map((file) => readFile(join(logs, file), "utf8")));
    expect(logged.join("\n")).toContain("/workers/scripts/edge-assets");
    expect(logged.join("\n")).not.toContain(secret);
    await rm(logs, { recursive: true });

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
    expect(cloudflare.takeCalls().filter((call) => !/^GET|: SELECT/.test(call))).toEqual([]);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^database {4}edge-assets exists \([0-9a-f-]{36}\)$/),
        "namespace   edge-assets-cache exists",
        "bucket      edge-assets-archives exists",
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
  async function foundAt({ databases, namespaces, buckets, scripts }: StandIn): Promise<string[]> {
    const found: string[] = [];
    const [database] = databases.values();
    if (database !== undefined) found.push("database: edge-assets made");
    if (namespaces.size > 0) found.push("namespace: edge-assets-cache made");
    if (buckets?.size === 1) found.push("bucket: edge-assets-archives made");
    const rows = async (sql: string) => (await database?.run([sql]).catch(() => []))?.[0]?.length ?? 0;
    if ((await rows("SELECT * FROM d1_migrations")) > 0) found.push("migrations: ");
    if (scripts.size > 0) found.push("upload: ");
    if ((await rows("SELECT * FROM api_keys")) > 0) found.push("admin key: admin made");
    return found;
  }

  /** Calls without which a deployment can do: a way back, and what wrangler only looks at or warns of. */
  const NOT_NEEDED = new Set([
    "GET /accounts/:account/d1/database/:database/time_travel/bookmark",
    "GET /accounts/:account/workers/scripts/:script/settings",
    "PATCH /accounts/:account/workers/scripts/:script/script-settings",
  ]);

  /**
   * Deploys again and again; each time the first call that has not gone wrong yet goes wrong, until none is left. So
   * every run but the first is also the second one after a failure, and the last one completes the work.
   */
  async function failEach(fault: Fault, concerns: (route: string) => boolean) {
    const cloudflare = await emptyAccount();
    const tried = new Set<string>();
    const said: string[] = [];
    for (;;) {
      let failed: string | null = null;
      cloudflare.fault = (route) => {
        if (NOT_NEEDED.has(route)) return 400;
        if (failed === null && concerns(route) && !tried.has(route)) failed = route;
        return route === failed ? fault : null;
      };
      const before = await foundAt(cloudflare);
      const ran = await runDeploy(cloudflare);
      said.push(...ran.said);
      if (failed === null) return { cloudflare, tried: [...tried], said, error: ran.error };
      tried.add(failed);
      const made = (await foundAt(cloudflare)).filter((one) => !before.includes(one));
      expectReport(failed, ran.error, made);
    }
  }

  /** An error must tell what its run has made, unless nobody can tell; then it says so. */
  function expectReport(failed: string, error: string, made: readonly string[]): void {
    // Of a key it is looked up whether it was stored, when the answer was lost.
    if (failed.endsWith("INSERT INTO api_keys") && error === "") return;
    const [, done = ""] = /Done so far:\n([\s\S]*)What to do:\n {2}\S/.exec(error) ?? [];
    expect([failed, error]).toEqual([failed, expect.stringMatching(/^[a-z ]+ failed: \S/)]);
    const untold = made.filter((one) => !done.includes(one));
    if (/may have been done|perhaps/.test(error)) expect(untold.length).toBeLessThan(2);
    else expect([failed, untold]).toEqual([failed, []]);
    expect(error).not.toMatch(/sak_/);
  }

  async function expectComplete(cloudflare: StandIn): Promise<void> {
    expect(await foundAt(cloudflare)).toHaveLength(6);
    expect([cloudflare.databases.size, cloudflare.namespaces.size, cloudflare.scripts.size]).toEqual([
      1, 1, 1,
    ]);
    const script = cloudflare.scripts.get("edge-assets");
    expect([script?.crons, script?.workersDev, script?.secrets.size]).toEqual([["* * * * *"], true, 1]);
  }

  it("keeps no copies where the account has no R2, says what to enable, and binds a bucket once it has", async () => {
    const cloudflare = await emptyAccount();
    cloudflare.buckets = null;
    const { said, error } = await runDeploy(cloudflare);
    expect(error).toBe("");
    expect(said.join("\n")).toMatch(
      /^bucket {6}none: the account has not enabled R2; .*enable R2 in the dashboard/m,
    );
    const names = () =>
      cloudflare.scripts
        .get("edge-assets")
        ?.versions.at(-1)
        ?.bindings.map(({ name }) => name);
    expect(names()).not.toContain("ARCHIVES");
    cloudflare.buckets = new Set();
    const second = await runDeploy(cloudflare);
    expect([second.error, second.said]).toEqual([
      "",
      expect.arrayContaining(["bucket      edge-assets-archives made"]),
    ]);
    expect(names()).toContain("ARCHIVES");
    // Copies that are served are not given up because a credential is another.
    cloudflare.fault = (route) => (route.startsWith("GET /accounts/:account/r2") ? 403 : null);
    const third = await runDeploy(cloudflare);
    expect(third.error).toMatch(/serves copies of archives from a bucket.*Workers R2 Storage: Edit/);
  });

  it("tells, whichever call is refused, what was done; and the next run goes on from there", async () => {
    const { cloudflare, tried, said, error } = await failEach(400, () => true);
    expect(error).toBe("");
    await expectComplete(cloudflare);
    expect(said.join("\n")).toMatch(/shown this once: sak_/);
    // Both ways by which a Worker is uploaded: the first time, and when it exists.
    expect(tried.length).toBeGreaterThan(25);
    expect(tried).toEqual(
      expect.arrayContaining([
        "POST /accounts/:account/d1/database",
        "POST /accounts/:account/storage/kv/namespaces",
        "POST /accounts/:account/d1/database/:database/query: INSERT INTO api_keys",
        "PUT /accounts/:account/workers/scripts/:script",
        "POST /accounts/:account/workers/scripts/:script/versions",
        "POST /accounts/:account/workers/scripts/:script/deployments",
        "PUT /accounts/:account/workers/scripts/:script/schedules",
      ]),
    );
  }, 400_000);

  it("goes on too after a change that was made though its answer was lost", async () => {
    const { cloudflare, tried, said, error } = await failEach("lost", (route) =>
      /^(?!GET|.*: SELECT)/.test(route),
    );
    expect(error).toBe("");
    await expectComplete(cloudflare);
    expect(said.join("\n")).toMatch(/shown this once: sak_/);
    expect(tried.length).toBeGreaterThan(8);
  }, 400_000);

  it("mends what was changed at Cloudflare since: the cron, the code", async () => {
    const cloudflare = await emptyAccount();
    await runDeploy(cloudflare);
    const script = cloudflare.scripts.get("edge-assets");
    const before = script?.versions.length ?? 0;
    if (script !== undefined) script.crons = [];
    expect((await runDeploy(cloudflare)).said.join("\n")).toMatch(/^upload .* uploaded as version/m);
    expect(script?.crons).toEqual(["* * * * *"]);
    // What is edited in the dashboard is a version without a tag.
    delete script?.versions.at(-1)?.annotations["workers/tag"];
    const said = (await runDeploy(cloudflare)).said.join("\n");
    expect(said).toMatch(/^running .*, release unknown$/m);
    expect(said).toMatch(/^upload .* uploaded as version/m);
    expect(script?.versions).toHaveLength(before + 2);
  });

  it("shows a key of which nobody can say whether it is stored: there is no second chance", async () => {
    const cloudflare = await emptyAccount();
    cloudflare.fault = (route) => (/: (?:INSERT INTO api_keys|SELECT 1 FROM)$/.test(route) ? "lost" : null);
    const { said, error } = await runDeploy(cloudflare);
    expect(said.join("\n")).toMatch(/admin, perhaps stored, shown this once: sak_\w{49}$/);
    expect(error).toMatch(/^admin key failed: .*it may have been done all the same/);
    cloudflare.fault = () => null;
    expect((await runDeploy(cloudflare)).said).toContain("admin key   admin: exists");
  });
});
