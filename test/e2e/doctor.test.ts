import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { examineLocally } from "../../scripts/deploy/doctor-local.ts";
import { examine, type DoctorOptions } from "../../scripts/deploy/doctor.ts";
import type { Finding } from "../../scripts/deploy/findings.ts";
import { secretsFile } from "../../scripts/local.ts";
import type { Script } from "../support/cloudflare-scripts.ts";
import { API_TOKEN, startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { pretendWorker, runDeploy, worldOf, type Around, type Pretended } from "../support/deploying.ts";

let cloudflare: StandIn;
let pretended: Pretended;
let folder: string;
beforeAll(async () => {
  cloudflare = await startStandIn();
  pretended = pretendWorker(cloudflare);
  folder = await mkdtemp(join(tmpdir(), "edge-assets-test-"));
  expect((await runDeploy(cloudflare)).error).toBe("");
});
afterAll(async () => {
  await cloudflare.close();
  await rm(folder, { recursive: true, force: true });
});

function script(): Script {
  const found = cloudflare.scripts.get("edge-assets");
  if (found === undefined) throw new Error("nothing is deployed");
  return found;
}

async function sql(text: string): Promise<void> {
  await cloudflare.databases.get("edge-assets")?.run([text]);
}

/** wrangler.toml with something taken out of it. */
async function configWithout(pattern: RegExp): Promise<string> {
  const text = await readFile("wrangler.toml", "utf8");
  expect(text).toMatch(pattern);
  const file = join(folder, "wrangler.toml");
  await writeFile(file, text.replace(pattern, ""));
  return file;
}

function doctor(options: DoctorOptions = {}, around: Around = {}): Promise<readonly Finding[]> {
  return examine(
    { url: cloudflare.workerUrl, ...options },
    worldOf(cloudflare, () => {}, around),
  );
}

/** What a plant does, how it is taken back, and what the doctor is told. */
interface Plant {
  readonly undo?: () => void | Promise<void>;
  readonly options?: DoctorOptions;
  readonly around?: Around;
}

/** The check that must name it, what it must say, and the fault. */
const FAULTS: readonly [string, RegExp, () => Plant | Promise<Plant>][] = [
  [
    "config",
    /no cron "\* \* \* \* \*"/,
    async () => ({ options: { config: await configWithout(/crons = .*/) } }),
  ],
  [
    "config",
    /no binding AUTH_FAILURES/,
    async () => ({ options: { config: await configWithout(/\[\[ratelimits\]\][^[]*/) } }),
  ],
  ["config", /has no \[env\.moon\]/, () => ({ options: { env: "moon" } })],
  ["config", /cannot be read/, () => ({ options: { config: join(folder, "none.toml") } })],
  [
    "account",
    /does not accept the credential/,
    () => ({ around: { environment: { CLOUDFLARE_API_TOKEN: "x" } } }),
  ],
  [
    "permissions",
    /lacks Workers KV Storage: Edit/,
    () => {
      cloudflare.fault = (route) => (route === "GET /accounts/:account/storage/kv/namespaces" ? 403 : null);
      return { undo: () => void (cloudflare.fault = () => null) };
    },
  ],
  [
    "database",
    /has no edge-assets$/,
    () => {
      const [kept] = cloudflare.databases.values();
      cloudflare.databases.clear();
      return { undo: () => void (kept !== undefined && cloudflare.databases.set("edge-assets", kept)) };
    },
  ],
  [
    "migrations",
    /pending: 0003_plans\.sql/,
    async () => {
      await sql("UPDATE d1_migrations SET name = 'x' WHERE name = '0003_plans.sql'");
      return { undo: () => sql("UPDATE d1_migrations SET name = '0003_plans.sql' WHERE name = 'x'") };
    },
  ],
  [
    "bucket",
    /has R2 and no bucket edge-assets-archives/,
    () => {
      cloudflare.buckets = new Set();
      return { undo: () => void (cloudflare.buckets = new Set(["edge-assets-archives"])) };
    },
  ],
  [
    "config",
    /sets ARCHIVE_LOOPBACK/,
    async () => {
      const file = join(folder, "wrangler.toml");
      const text = await readFile("wrangler.toml", "utf8");
      await writeFile(file, text.replace("[vars]", '[vars]\nARCHIVE_LOOPBACK = "true"'));
      return { options: { config: file } };
    },
  ],
  [
    "namespace",
    /has no edge-assets-cache/,
    () => {
      const kept = cloudflare.namespaces.get("edge-assets-cache") ?? "";
      cloudflare.namespaces.clear();
      return { undo: () => void cloudflare.namespaces.set("edge-assets-cache", kept) };
    },
  ],
  [
    "worker",
    /nothing runs as edge-assets/,
    () => {
      const kept = script();
      cloudflare.scripts.clear();
      return { undo: () => void cloudflare.scripts.set("edge-assets", kept) };
    },
  ],
  [
    "worker",
    /runs release 0123456789abcdef; this folder is [0-9a-f]{16}/,
    () => {
      const annotations = script().versions.at(-1)?.annotations ?? {};
      const kept = annotations["workers/tag"] ?? "";
      annotations["workers/tag"] = "0123456789abcdef";
      return { undo: () => void (annotations["workers/tag"] = kept) };
    },
  ],
  [
    "bindings",
    /without AUTH_FAILURES/,
    () => {
      const bindings = script().versions.at(-1)?.bindings ?? [];
      const at = bindings.findIndex(({ name }) => name === "AUTH_FAILURES");
      const taken = bindings.splice(at, 1);
      return { undo: () => void bindings.push(...taken) };
    },
  ],
  [
    "secret",
    /has no TOKEN_SECRET/,
    () => {
      const kept = script().secrets.get("TOKEN_SECRET") ?? "";
      script().secrets.clear();
      return { undo: () => void script().secrets.set("TOKEN_SECRET", kept) };
    },
  ],
  [
    "cron",
    /not called every minute/,
    () => {
      script().crons = ["0 * * * *"];
      return { undo: () => void (script().crons = ["* * * * *"]) };
    },
  ],
  [
    "address",
    /workers\.dev is off/,
    () => {
      script().workersDev = false;
      return { undo: () => void (script().workersDev = true) };
    },
  ],
  [
    "admin key",
    /no key that is good now/,
    async () => {
      await sql("UPDATE api_keys SET revoked_at = 1");
      return { undo: () => sql("UPDATE api_keys SET revoked_at = NULL") };
    },
  ],
  ["answers", /does not answer/, () => ({ options: { url: "http://127.0.0.1:9" } })],
  [
    "database up",
    /does not answer the Worker/,
    () => {
      pretended.databaseAnswers = false;
      return { undo: () => void (pretended.databaseAnswers = true) };
    },
  ],
  [
    "KV up",
    /does not answer the Worker/,
    () => {
      pretended.kvAnswers = false;
      return { undo: () => void (pretended.kvAnswers = true) };
    },
  ],
  [
    "settings",
    /^LINT is wrong: use strict$/,
    () => {
      pretended.settingsFault = "LINT is wrong: use strict";
      return { undo: () => void (pretended.settingsFault = "") };
    },
  ],
  [
    "cron ran",
    /400 s ago: it does not run/,
    () => {
      pretended.journalAgeSeconds = 400;
      return { undo: () => void (pretended.journalAgeSeconds = 3) };
    },
  ],
  [
    "clock",
    /this machine is \d{4} s behind/,
    () => {
      pretended.aheadMs = 3_600_000;
      return { undo: () => void (pretended.aheadMs = 0) };
    },
  ],
];

describe("of a deployment", () => {
  let undo: Plant["undo"];
  afterEach(() => undo?.());

  it("finds nothing wrong where nothing is", async () => {
    expect((await doctor()).filter(({ state }) => state !== "ok")).toEqual([]);
  });

  it.each(FAULTS)("names a planted fault: %s %s", async (check, said, plant) => {
    const planted = await plant();
    ({ undo } = planted);
    const findings = await doctor(planted.options, planted.around);
    expect(findings).toContainEqual({
      check,
      state: "wrong",
      said: expect.stringMatching(said),
      todo: expect.stringMatching(/\S/),
    });
    // Nothing that is right is called wrong: what follows from the fault cannot be looked at, or does not answer.
    const others = findings.filter((found) => found.state === "wrong" && found.check !== check);
    const follows: Record<string, string[]> = {
      permissions: ["namespace", "worker"],
      database: ["worker"],
      namespace: ["worker"],
      worker: ["answers"],
      address: ["answers"],
    };
    expect((follows[check] ?? []).concat(...(check === "config" ? ["worker"] : []))).toEqual(
      expect.arrayContaining(others.map((found) => found.check)),
    );
  });

  it("without a login lists every check, and says which need one", async () => {
    const all = await doctor();
    const around = { environment: { CLOUDFLARE_API_TOKEN: "x" } };
    const findings = await doctor({}, around);
    const checks = (found: readonly Finding[]) => found.map(({ check }) => check).toSorted();
    expect(checks(findings)).toEqual(checks(all));
    const unknown = findings.filter(({ state }) => state === "unknown");
    expect(new Set(unknown.map(({ said }) => said))).toEqual(new Set(["needs a login"]));
    expect(unknown).toHaveLength(11);
    const without = await doctor({ url: undefined }, around);
    expect(checks(without)).toEqual(checks(all));
    expect(without).toContainEqual({
      check: "url",
      state: "unknown",
      said: "needs a login, or to be given: -- --url https://assets.example.com",
      todo: "",
    });
  });

  it("prints a table and exits with 1 when something is wrong", async () => {
    pretended.journalAgeSeconds = 400;
    undo = () => void (pretended.journalAgeSeconds = 3);
    const env = {
      ...process.env,
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
    };
    const ran = await new Promise<{ code: number; out: string }>((done) => {
      const args = ["scripts/doctor.ts", "--url", cloudflare.workerUrl];
      execFile(process.execPath, args, { env }, (error, out) => {
        done({ code: typeof error?.code === "number" ? error.code : 0, out });
      });
    });
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^config +ok +edge-assets, compatibility date 2026-10-01\n/);
    expect(ran.out).toMatch(/\ncron ran +WRONG +400 s ago[^\n]*\n +-> see the Worker's past cron events/);
  });
});

describe("of npm start", () => {
  const local = (state: string) =>
    examineLocally(
      { state, url: cloudflare.workerUrl },
      worldOf(cloudflare, () => {}),
    );

  it("names a secret that others can read, and migrations that are pending", async () => {
    const state = await mkdtemp(join(folder, "state-"));
    expect((await local(state)).filter((found) => found.state !== "ok")).toMatchObject([
      { check: "secret", said: expect.stringContaining("there is no"), todo: "npm start makes it" },
      { check: "migrations", said: expect.stringContaining("pending: 0001_assets.sql") },
    ]);
    await chmod(await secretsFile(state), 0o644);
    expect(await local(state)).toContainEqual(
      expect.objectContaining({
        check: "secret",
        state: "wrong",
        said: expect.stringContaining("read by others"),
      }),
    );
  });
});
