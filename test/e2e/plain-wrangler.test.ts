// Deploying by wrangler alone, with the lines of docs/deploy.md as they are written, to an empty account.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run as token } from "../../scripts/token.ts";
import { wrangler } from "../../scripts/deploy/wrangler.ts";
import { verifyAccessToken } from "../../src/auth/access-tokens.ts";
import { readConfig } from "../../src/config.ts";
import { ACCOUNT } from "../support/cloudflare-account.ts";
import { API_TOKEN, startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { runHere } from "../support/command.ts";
import { pretendWorker, runDeploy } from "../support/deploying.ts";
import { NIGHTLY } from "../support/nightly.ts";

let cloudflare: StandIn;
let folder: string;
beforeAll(async () => {
  cloudflare = await startStandIn();
  pretendWorker(cloudflare);
  folder = await mkdtemp(join(tmpdir(), "edge-assets-test-"));
});
afterAll(async () => {
  await cloudflare.close();
  await rm(folder, { recursive: true, force: true });
});

/** The lines of the block, without comments, with a folder of the test's in place of theirs. */
function lines(): string[] {
  const [, block = ""] =
    /^## Plain wrangler$.*?^```sh\n(.*?)^```$/ms.exec(readFileSync("docs/deploy.md", "utf8")) ?? [];
  return block.split("\n").map((line) =>
    line
      .replace(/\s+#.*$/, "")
      .replaceAll(/\bfirst(?=\/| |$)/g, join(folder, "first"))
      .trim(),
  );
}

async function typed(line: string): Promise<string> {
  const args = /^npx wrangler (.*)$/.exec(line)?.[1]?.split(" ");
  if (args !== undefined)
    return wrangler(args, {
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    });
  return new Promise((done, failed) => {
    execFile("sh", ["-c", line], (error, out) => (error === null ? done(out) : failed(error)));
  });
}

const script = () => cloudflare.scripts.get("edge-assets");

it("the documented lines make database, namespace, tables and secret, and a token of that secret", async () => {
  const config = await readFile("wrangler.toml", "utf8");
  const [deploy = "", migrate = "", secretFile = "", secret = "", , minted = "", key = "", removed = ""] =
    lines();

  await typed(deploy);
  const database = cloudflare.databases.get("edge-assets");
  expect(script()?.metadata.bindings).toEqual(
    expect.arrayContaining([
      { type: "d1", name: "DB", id: database?.id },
      { type: "kv_namespace", name: "CACHE", namespace_id: cloudflare.namespaces.get("edge-assets-cache") },
    ]),
  );
  expect([script()?.crons, script()?.workersDev, script()?.secrets.size]).toEqual([["* * * * *"], true, 0]);

  await typed(migrate);
  const [migrations = []] = (await database?.run(["SELECT name FROM d1_migrations"])) ?? [];
  expect(migrations.length).toBeGreaterThan(5);
  await typed(secretFile);
  await typed(secret);
  const { signingKeys } = await readConfig(Object.fromEntries(script()?.secrets ?? []));

  const args = /-- (--state .*)\)$/.exec(minted)?.[1]?.replaceAll("'", "").split(" ") ?? [];
  const { code, out } = await runHere(token, args);
  expect(code).toBe(0);
  expect(await verifyAccessToken(out.trim(), signingKeys, new Date())).toMatchObject({
    principal: { grants: [{ role: "admin", namespace: "*", names: null }] },
  });
  expect(key).toBe("npm run --silent keys -- create admin --grants 'admin@*'");
  expect(removed).toBe(`rm -r ${join(folder, "first")}`);
  // wrangler leaves the file alone where nobody is asked.
  expect(await readFile("wrangler.toml", "utf8")).toBe(config);
}, 240_000);

it("a deployment by npm run deploy, and at night another by wrangler, find what the first made", async () => {
  const made = () => [
    [...cloudflare.databases].map(([name, { id }]) => [name, id]),
    [...cloudflare.namespaces],
    [...(script()?.secrets.keys() ?? [])],
  ];
  const first = made();
  if (NIGHTLY) await typed("npx wrangler deploy");
  expect(made()).toEqual(first);
  const { said, error } = await runDeploy(cloudflare);
  expect(error).toBe("");
  expect(made()).toEqual(first);
  expect(said.join("\n")).toMatch(/^admin key +admin, shown this once: sak_/m);
}, 240_000);
