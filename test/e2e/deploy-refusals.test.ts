// What a deployment asks first, says, and refuses; none of it takes an upload unless it must.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contractions } from "../../scripts/deploy/expand.ts";
import { withSecretsFile } from "../../scripts/deploy/secret.ts";
import { ACCOUNT } from "../support/cloudflare-account.ts";
import { API_TOKEN, startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { pretendWorker, runDeploy } from "../support/deploying.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-assets-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let cloudflare: StandIn;
beforeEach(async () => {
  cloudflare = await startStandIn();
  pretendWorker(cloudflare);
});
afterEach(() => cloudflare.close());

/** Everything that was asked of Cloudflare and is no read. */
function changes(): string[] {
  return cloudflare.takeCalls().filter((call) => !/^GET|: SELECT/.test(call));
}

describe("who deploys where", () => {
  it("says what to do when nobody is logged in", async () => {
    const environment = { CLOUDFLARE_API_TOKEN: undefined, HOME: folder, XDG_CONFIG_HOME: folder };
    const { error } = await runDeploy(cloudflare, {}, { environment });
    expect(error).toMatch(/^account failed: nobody is logged in at Cloudflare\n[\s\S]*wrangler login/);
  });

  it("a dry run without a login lists every step, says which need one, and ends with what to do", async () => {
    const environment = { CLOUDFLARE_API_TOKEN: "x" };
    const withLogin = await runDeploy(cloudflare, { dryRun: true, url: undefined });
    const steps = (said: readonly string[]) => said.slice(1).map((line) => line.slice(0, 12).trim());
    const { said, error } = await runDeploy(cloudflare, { dryRun: true, url: undefined }, { environment });
    expect(steps(said)).toEqual(steps(withLogin.said));
    expect(said.slice(2, -1).every((line) => line.slice(12).startsWith("needs a login: "))).toBe(true);
    expect(said.join("\n")).toMatch(/^database +needs a login: edge-assets, found or made$/m);
    expect(error).toMatch(/^account failed: [\s\S]*nothing was changed[\s\S]*npx wrangler login/);
    const given = await runDeploy(cloudflare, { dryRun: true, url: "https://a.example" }, { environment });
    expect(given.said).toContain("address     https://a.example");
    expect(given.said).toContain("smoke test  would ask https://a.example");
    // Without --dry-run nothing is listed that will not be done.
    expect((await runDeploy(cloudflare, {}, { environment })).said).toHaveLength(1);
  });

  it("says so when the token is not accepted", async () => {
    const { error } = await runDeploy(cloudflare, {}, { environment: { CLOUDFLARE_API_TOKEN: "x" } });
    expect(error).toMatch(/does not accept the credential of CLOUDFLARE_API_TOKEN/);
  });

  it("asks for one of several accounts, and takes the one that is named", async () => {
    cloudflare.accounts.push({ id: "b".repeat(32), name: "Beta" });
    const { error } = await runDeploy(cloudflare, { dryRun: true });
    expect(error).toMatch(/reaches several accounts[\s\S]*--account ID[\s\S]*acac.* {2}Acme\n {2}b+ {2}Beta/);
    expect((await runDeploy(cloudflare, { dryRun: true, account: ACCOUNT })).error).toBe("");
    const environment = { CLOUDFLARE_ACCOUNT_ID: ACCOUNT };
    expect((await runDeploy(cloudflare, { dryRun: true }, { environment })).error).toBe("");
    expect((await runDeploy(cloudflare, { account: "c".repeat(32) })).error).toMatch(
      /does not reach the account c+/,
    );
  });

  it("works with a token of an account, which may not list accounts, when the account is named", async () => {
    const answer = {
      status: 400,
      code: 1001,
      message: "List accounts endpoint does not support account owned tokens.",
    };
    cloudflare.fault = (route) => (route === "GET /accounts" ? answer : null);
    expect((await runDeploy(cloudflare, { dryRun: true })).error).toMatch(
      /may not list accounts[\s\S]*--account ID/,
    );
    const named = await runDeploy(cloudflare, { dryRun: true, account: ACCOUNT });
    expect(named.said).toContain(`account     ${ACCOUNT}, by CLOUDFLARE_API_TOKEN`);
  });

  it("takes the token of wrangler login", async () => {
    const configs = join(folder, "logged-in", ".wrangler", "config");
    await mkdir(configs, { recursive: true });
    const login = `oauth_token = "${API_TOKEN}"\nexpiration_time = "2099-01-01T00:00:00.000Z"\nscopes = ["account:read"]\n`;
    await writeFile(join(configs, "default.toml"), login);
    const home = join(folder, "logged-in");
    const environment = { CLOUDFLARE_API_TOKEN: undefined, HOME: home, XDG_CONFIG_HOME: home };
    const { said, error } = await runDeploy(cloudflare, { dryRun: true }, { environment });
    expect([error, said[2]]).toEqual(["", `account     Acme (${ACCOUNT}), by wrangler login`]);
  });

  it("names every permission that is missing, before anything is changed", async () => {
    const refused = new Set([
      "GET /accounts/:account/storage/kv/namespaces",
      "GET /accounts/:account/d1/database",
    ]);
    cloudflare.fault = (route) => (refused.has(route) ? 403 : null);
    const { error } = await runDeploy(cloudflare);
    expect(error).toMatch(/lacks Workers KV Storage: Edit, D1: Edit on the account/);
    expect(error).toMatch(/Done so far:\n {2}nothing was changed\n/);
    expect(changes()).toEqual([]);
  });

  it("names the permission without which it may read and not write", async () => {
    cloudflare.fault = (route) => (route === "POST /accounts/:account/d1/database" ? 403 : null);
    expect((await runDeploy(cloudflare)).error).toMatch(
      /^database failed: [\s\S]*give the token D1: Edit on/,
    );
  });

  it("asks the Worker at its custom domain, or at the URL that is given", async () => {
    const config = join(folder, "domain.toml");
    const text = await readFile("wrangler.toml", "utf8");
    const routes = 'workers_dev = false\nroutes = [{ pattern = "assets.example.com", custom_domain = true }]';
    await writeFile(config, text.replace("workers_dev = true", routes));
    const { said } = await runDeploy(cloudflare, { config, dryRun: true, url: undefined });
    expect(said).toContain("address     https://assets.example.com");
    await writeFile(config, text.replace("workers_dev = true", "workers_dev = false"));
    const unsaid = await runDeploy(cloudflare, { config, dryRun: true, url: undefined });
    expect(unsaid.error).toMatch(/no custom domain[\s\S]*--url/);
    expect((await runDeploy(cloudflare, { url: "assets" })).error).toMatch(/no http or https URL/);
  });

  it("says where a subdomain of workers.dev is chosen", async () => {
    cloudflare.subdomain = null;
    expect((await runDeploy(cloudflare, { url: undefined })).error).toMatch(/\/workers\/onboarding$/m);
  });
});

describe("what is changed", () => {
  it("another's Worker of the same name is not replaced", async () => {
    expect((await runDeploy(cloudflare)).error).toBe("");
    const script = cloudflare.scripts.get("edge-assets");
    script?.versions[0]?.bindings.splice(0);
    changes();
    const { error } = await runDeploy(cloudflare);
    expect(error).toMatch(/^running failed: .* is none of ours: [\s\S]*--name edge-assets-2/);
    expect(changes()).toEqual([]);
    // Cloudflare's builds begin with an empty Worker.
    const environment = { WRANGLER_CI_OVERRIDE_NAME: "edge-assets" };
    expect((await runDeploy(cloudflare, { dryRun: true }, { environment })).error).toBe("");
  });

  it("a dry run changes nothing and says what would be done", async () => {
    const { said, error } = await runDeploy(cloudflare, { dryRun: true, url: undefined });
    expect(error).toBe("");
    expect(changes()).toEqual([]);
    expect(said).toEqual([
      "A dry run: nothing is changed.",
      "config      edge-assets",
      `account     Acme (${ACCOUNT}), by CLOUDFLARE_API_TOKEN`,
      "permissions Workers, KV, D1 and the account can be read",
      "address     https://edge-assets.acme.workers.dev",
      "running     nothing yet",
      "database    would make edge-assets",
      "namespace   would make edge-assets-cache",
      "bucket      would make edge-assets-archives",
      `migrations  would apply ${(await readdir("src/store/migrations")).sort().join(", ")}`,
      "admin key   would make admin",
      "secret      would make TOKEN_SECRET",
      expect.stringMatching(/^upload {6}would upload release [0-9a-f]{16}$/),
      "smoke test  would ask https://edge-assets.acme.workers.dev",
    ]);
  });

  it("an environment has its own Worker, database, namespace and secret, found again by name among many", async () => {
    const others = Array.from({ length: 120 }, (_, index) => `another-${index}`);
    for (const title of [...others, "edge-assets-cache", "edge-assets-staging-cache"]) {
      cloudflare.namespaces.set(title, `id-of-${title}`);
    }
    const { said, error } = await runDeploy(cloudflare, { env: "staging" });
    expect(error).toBe("");
    expect(said).toContain("namespace   edge-assets-staging-cache exists");
    expect([...cloudflare.databases.keys()]).toEqual(["edge-assets-staging"]);
    const staging = cloudflare.scripts.get("edge-assets-staging");
    expect(staging?.metadata.bindings).toEqual(
      expect.arrayContaining([
        { type: "plain_text", name: "WORKER_NAME", text: "edge-assets-staging" },
        { type: "kv_namespace", name: "CACHE", namespace_id: "id-of-edge-assets-staging-cache" },
        { type: "d1", name: "DB", id: cloudflare.databases.get("edge-assets-staging")?.id },
        {
          type: "ratelimit",
          name: "AUTH_FAILURES",
          namespace_id: "1002",
          simple: { limit: 300, period: 60 },
        },
        { type: "assets", name: "DOCUMENTS" },
      ]),
    );
    expect(staging?.crons).toEqual(["* * * * *"]);
    expect(said.at(-1)).toMatch(/^npm run doctor -- --env staging/);
    // The same release under another name, with a database of its own.
    expect((await runDeploy(cloudflare, { name: "edge-two" })).error).toBe("");
    expect([...cloudflare.databases.keys()]).toEqual(["edge-assets-staging", "edge-two"]);
    expect(cloudflare.scripts.get("edge-two")?.metadata.bindings).toContainEqual({
      type: "plain_text",
      name: "WORKER_NAME",
      text: "edge-two",
    });
    expect((await runDeploy(cloudflare, { env: "moon" })).error).toMatch(
      /no \[env\.moon\][\s\S]*one of: staging/,
    );
  });

  it("shows no key where its only showing may be kept, and tests with a token of the new secret", async () => {
    const { said, error } = await runDeploy(cloudflare, {}, { terminal: false });
    expect(error).toBe("");
    expect(said.join("\n")).toMatch(/^admin key {3}none yet, and none made .*--show-key$/m);
    expect(said.join("\n")).toMatch(/^smoke test .*assets with one/m);
    expect(said.join("\n")).not.toMatch(/sak_\w{20}/);
    // Later only an operator's own key can be asked with; without one that is said.
    const later = await runDeploy(cloudflare, {}, { terminal: false });
    expect(later.said.join("\n")).toMatch(/right \(for the assets too: set SENSU_API_KEY\)/);
    const shown = await runDeploy(cloudflare, { showKey: true }, { terminal: false });
    expect(shown.said.join("\n")).toMatch(/admin, shown this once: sak_\w{49}$/m);
    // A lost key is replaced by one of another name.
    expect((await runDeploy(cloudflare, { newKey: true })).error).toMatch(/there is a key named admin/);
    const second = await runDeploy(cloudflare, { newKey: true, keyName: "admin-2" });
    expect(second.said.join("\n")).toMatch(/admin-2, shown this once: sak_\w{49}$/m);
    expect((await runDeploy(cloudflare, { newKey: true, keyName: "a'b" })).error).toMatch(
      /a name has letters/,
    );
  });

  it("says what is not well after the upload, and how to go back", async () => {
    const pretended = pretendWorker(cloudflare);
    pretended.databaseAnswers = false;
    const { error } = await runDeploy(cloudflare);
    expect(error).toMatch(/^smoke test failed: http.* is not well after 180 s: \/ready answers 503/);
    expect(error).toMatch(/wrangler tail edge-assets/);
    expect(error).toMatch(/The way back:\n {2}nothing ran before; npx wrangler delete --name edge-assets/);
  });
});

describe("refusals of Cloudflare's that have a remedy", () => {
  const SCHEDULES = "PUT /accounts/:account/workers/scripts/:script/schedules";
  const refusal = {
    status: 400,
    code: 10072,
    message: "This account has reached the Workers Free limit of 5 cron triggers per account.",
  };

  it("10072 names the Workers that have the cron triggers, after the first admin key is shown", async () => {
    for (const [name, crons] of [
      ["reports", ["0 * * * *", "0 0 * * 1"]],
      ["idle", []],
    ] as const) {
      cloudflare.scripts.set(name, {
        metadata: { main_module: "index.js", bindings: [], compatibility_date: "2026-10-01" },
        secrets: new Map(),
        versions: [],
        deployed: [],
        crons: [...crons],
        workersDev: false,
        uploaded: "",
      });
    }
    cloudflare.fault = (route) => (route === SCHEDULES ? refusal : null);
    const { said, error } = await runDeploy(cloudflare);
    expect(said.join("\n")).toMatch(/^admin key +admin, shown this once: sak_\w{49}$/m);
    expect(error).toMatch(/^upload failed: [^\n]*10072/);
    expect(error).toMatch(/\n {2}admin key: admin made and shown above/);
    expect(error).toContain(`What to do:
  the account has used up its cron triggers: Workers Free has 5, Workers Paid 250, over all Workers
  reports has 2: 0 * * * *, 0 0 * * 1
  free one (dashboard: the other Worker, Settings, Trigger events), or move the account to Workers Paid
  until then the Worker answers without its cron: slower, and right
`);
    expect(error).not.toContain("idle has");
    cloudflare.fault = () => null;
    const again = await runDeploy(cloudflare);
    expect([again.error, again.said]).toEqual(["", expect.arrayContaining(["admin key   admin: exists"])]);
  });

  it("10072 is advised on too where Cloudflare does not list the Workers", async () => {
    cloudflare.fault = (route) =>
      route === SCHEDULES ? refusal : route.endsWith("/:script/schedules") ? 400 : null;
    expect((await runDeploy(cloudflare)).error).toMatch(/used up its cron triggers: .*\n {2}free one/);
  });
});

describe("migrations", () => {
  /** A configuration whose migrations are this project's and one more. */
  async function configWith(sql: string): Promise<string> {
    const own = await mkdtemp(join(folder, "config-"));
    await cp("src/store/migrations", join(own, "migrations"), { recursive: true });
    await writeFile(join(own, "migrations/0099_more.sql"), sql);
    const text = (await readFile("wrangler.toml", "utf8"))
      .replace("src/index.ts", resolve("src/index.ts"))
      .replaceAll("src/store/migrations", join(own, "migrations"));
    await writeFile(join(own, "wrangler.toml"), text);
    return join(own, "wrangler.toml");
  }

  it("are refused where a version runs that may not survive them, unless that is meant", async () => {
    const config = await configWith("ALTER TABLE plans DROP COLUMN body;");
    expect((await runDeploy(cloudflare)).error).toBe("");
    changes();
    const refused = await runDeploy(cloudflare, { config });
    expect(refused.error).toMatch(
      /^migrations failed: the version that is running may not survive 0099_more\.sql/,
    );
    expect(refused.error).toMatch(/ALTER TABLE plans DROP COLUMN body: takes away a name/);
    expect(changes()).toEqual([]);
    const meant = await runDeploy(cloudflare, { config, contract: "no version reads it since release 4" });
    expect(meant.error).toBe("");
    expect(meant.said).toContain("migrations  applied 0099_more.sql");
    const { annotations } = cloudflare.scripts.get("edge-assets")?.metadata ?? {};
    expect(annotations?.["workers/message"]).toBe("no version reads it since release 4");
    // From a folder that does not have it, the database is ahead, which is said and is no error.
    const older = await runDeploy(cloudflare);
    expect(older.said).toContain("migrations  the database is ahead of this folder by 0099_more.sql");
  });

  it("are applied where a version runs, when they only add; the way back is said before", async () => {
    expect((await runDeploy(cloudflare)).error).toBe("");
    const config = await configWith(
      "ALTER TABLE plans ADD COLUMN note TEXT; CREATE TABLE notes (a TEXT) STRICT;",
    );
    cloudflare.fault = (route) => (route.endsWith("/assets-upload-session") ? 400 : null);
    const { said, error } = await runDeploy(cloudflare, { config });
    const bookmark = said.findIndex((line) => line.startsWith("migrations  before: bookmark"));
    expect(said[bookmark + 1]).toBe("migrations  applied 0099_more.sql");
    expect(error).toMatch(/^upload failed/);
    const id = cloudflare.databases.get("edge-assets")?.id;
    expect(error).toContain(`The way back:\n  npx wrangler d1 time-travel restore ${id} --bookmark 0`);
  });

  it("of this project only add, so that they run where another version of it runs", async () => {
    const files = (await readdir("src/store/migrations")).map((file) => join("src/store/migrations", file));
    const texts = await Promise.all(files.sort().map((file) => readFile(file, "utf8")));
    expect(texts.length).toBeGreaterThan(2);
    expect(contractions(texts)).toEqual([]);
  });

  it.each([
    "CREATE TABLE a (b TEXT NOT NULL); CREATE UNIQUE INDEX c ON a (b); INSERT INTO a VALUES ('x');",
    'CREATE TABLE "a" (b TEXT); create unique index if not exists c on a (b);',
    "CREATE TABLE IF NOT EXISTS a (b TEXT);",
    "CREATE INDEX c ON assets (etag);",
    "ALTER TABLE assets ADD COLUMN note TEXT;",
    "ALTER TABLE assets ADD note TEXT NOT NULL DEFAULT ''; -- DROP TABLE assets",
    "/* DELETE FROM assets */ CREATE VIEW v AS SELECT 1;",
  ])("that only add: %s", (sql) => {
    expect(contractions([sql])).toEqual([]);
  });

  it.each([
    ["DROP TABLE assets;", /drops/],
    ["DROP INDEX assets_by_key;", /drops/],
    ["ALTER TABLE assets RENAME TO things;", /takes away a name/],
    ["ALTER TABLE assets RENAME COLUMN etag TO tag;", /takes away a name/],
    ["ALTER TABLE assets DROP COLUMN etag;", /takes away a name/],
    ["ALTER TABLE assets ADD COLUMN note TEXT NOT NULL;", /leave out/],
    ["CREATE TABLE IF NOT EXISTS assets (a TEXT); INSERT INTO assets VALUES ('x');", /adds rows/],
    ["UPDATE assets SET etag = '';", /changes data/],
    ["DELETE FROM assets;", /changes data/],
    ["INSERT INTO namespaces VALUES ('x', 0, '', 0);", /adds rows/],
    ["CREATE UNIQUE INDEX one ON assets (etag);", /may refuse/],
    ["CREATE TRIGGER t AFTER INSERT ON assets BEGIN DELETE FROM plans; END;", /writes do/],
    ["PRAGMA defer_foreign_keys = on;", /not known/],
    ["WITH x AS (SELECT 1) DELETE FROM assets;", /not known/],
  ])("that do more: %s", (sql, why) => {
    expect(contractions([`CREATE TABLE other (a TEXT); ${sql}`])).toEqual([
      { statement: sql.slice(0, -1).replace(/^CREATE TABLE.*?; /, ""), why: expect.stringMatching(why) },
    ]);
  });
});

describe("the command", () => {
  /** A script and its arguments, as npm runs it. */
  function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const env = {
      ...process.env,
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
      CLOUDFLARE_ACCOUNT_ID: "",
    };
    return new Promise((done) => {
      execFile(process.execPath, args, { env }, (error, out, err) => {
        done({ code: typeof error?.code === "number" ? error.code : 0, out, err });
      });
    });
  }

  it("exits with 0 when all is done, and with 1 and the report on standard error when not", async () => {
    const dry = await command("scripts/deploy.ts", "--dry-run", "--env", "staging");
    expect([dry.code, dry.err]).toEqual([0, ""]);
    expect(dry.out).toMatch(/^config {6}edge-assets-staging, environment staging$/m);
    cloudflare.accounts.length = 0;
    const failed = await command("scripts/deploy.ts");
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/^account failed: .* reaches no account\nDone so far:\n/);
    expect((await command("scripts/deploy.ts", "--nonsense")).err).toMatch(/--nonsense/);
  });

  it("npm run epoch -- --remote begins an epoch in the database of the environment", async () => {
    expect((await runDeploy(cloudflare, { env: "staging" })).error).toBe("");
    const epoch = async () => {
      const [[row] = []] =
        (await cloudflare.databases.get("edge-assets-staging")?.run(["SELECT * FROM meta"])) ?? [];
      return row as { epoch: string; seq: number };
    };
    const before = await epoch();
    const ran = await command("scripts/epoch.ts", "--remote", "--env", "staging");
    const after = await epoch();
    expect(ran.out).toContain(`edge-assets-staging: epoch ${after.epoch}, seq ${after.seq}\n`);
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.seq).toBeGreaterThan(before.seq + 1_000_000);
  });
});

it("a secret lies in a file of its owner's for as long as it is needed, whatever happens", async () => {
  const seen: string[] = [];
  const use = async (file: string) => {
    seen.push(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ TOKEN_SECRET: "s" });
    throw new Error("wrangler failed");
  };
  await expect(withSecretsFile({ TOKEN_SECRET: "s" }, use)).rejects.toThrow("wrangler failed");
  await expect(stat(seen[0] ?? "")).rejects.toThrow("ENOENT");
  await expect(stat(dirname(seen[0] ?? ""))).rejects.toThrow("ENOENT");
});
