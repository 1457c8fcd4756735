import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rotate, type RotateOptions } from "../../scripts/deploy/rotate.ts";
import { localToken, secretsFile } from "../../scripts/local.ts";
import { signAccessToken, verifyAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { readConfig } from "../../src/config.ts";
import type { Script } from "../support/cloudflare-scripts.ts";
import { startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { pretendWorker, runDeploy, worldOf } from "../support/deploying.ts";

const NOW = new Date();

let cloudflare: StandIn;
let folder: string;
beforeAll(async () => {
  cloudflare = await startStandIn();
  pretendWorker(cloudflare);
  folder = await mkdtemp(join(tmpdir(), "edge-assets-test-"));
  expect((await runDeploy(cloudflare)).error).toBe("");
});
afterAll(async () => {
  await cloudflare.close();
  await rm(folder, { recursive: true, force: true });
});

const said: string[] = [];
let later = 0;

/** Rotates; each time a minute later than the last, since secrets are named by the second. */
async function run(options: Partial<RotateOptions>): Promise<string> {
  const world = worldOf(cloudflare, (line) => void said.push(line));
  later += 60_000;
  const clock = () => NOW.getTime() + later;
  try {
    await rotate({ phase: "begin", yes: false, ...options }, { ...world, clock });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function script(): Script {
  const found = cloudflare.scripts.get("edge-assets");
  if (found === undefined) throw new Error("nothing is deployed");
  return found;
}

/** The ring of the deployed Worker, as it reads its own settings. */
async function ring() {
  return (await readConfig(Object.fromEntries(script().secrets))).signingKeys;
}

async function tokenNow(): Promise<string> {
  const [signer] = await ring();
  if (signer === undefined) throw new Error("no secret");
  const issuedAt = Math.floor(NOW.getTime() / 1000);
  const claims = { issuer: "http://localhost", subject: "ci", grants: ["view@*"], tokenId: randomUUID() };
  return signAccessToken({ ...claims, issuedAt, expiresAt: issuedAt + 300 }, signer);
}

async function isGood(token: string): Promise<boolean> {
  return verifyAccessToken(token, await ring(), NOW).then(
    () => true,
    () => false,
  );
}

it("lets the new secret sign while tokens of the old one stay good, until it is finished; and so on", async () => {
  const tokens = [await tokenNow()];
  const goodOnes = () => Promise.all(tokens.map(isGood));
  for (const round of [1, 2, 3]) {
    expect(await run({ phase: "begin" })).toBe("");
    tokens.push(await tokenNow());
    const expected = tokens.map((_, index) => index >= round - 1);
    expect(await goodOnes()).toEqual(expected);
    expect(await run({ phase: "finish" })).toBe("");
    expect(await goodOnes()).toEqual(tokens.map((_, index) => index >= round));
  }
  // What an upload asks for is there all the time, and the release is known all the same.
  expect(script().secrets.has("TOKEN_SECRET")).toBe(true);
  expect(script().secrets.size).toBe(2);
  const again = await runDeploy(cloudflare);
  expect(again.error).toBe("");
  expect(again.said.join("\n")).toMatch(/is running: unchanged/);
});

it("ends every token at once when that is meant", async () => {
  const token = await tokenNow();
  expect(await run({ phase: "now" })).toMatch(/say --yes if that is meant/);
  expect(await isGood(token)).toBe(true);
  expect(await run({ phase: "now", yes: true })).toBe("");
  expect(await isGood(token)).toBe(false);
  expect(await isGood(await tokenNow())).toBe(true);
});

it("prints no secret that is or was, and uploads none beside a secret's own place", () => {
  const all = said.join("\n");
  expect(all).toMatch(/TOKEN_SECRET_\d{8}T\d{6}Z signs from now on \(kid [0-9a-f]{8}\)/);
  for (const secret of script().secrets.values()) expect(all).not.toContain(secret);
  for (const { bindings } of script().versions) {
    const texts = bindings.filter((binding) => "text" in binding);
    expect(texts).toEqual([
      { type: "plain_text", name: "WORKER_NAME", text: "edge-assets" },
      { type: "plain_text", name: "OUTAGE_KEY_HOURS", text: "24" },
    ]);
  }
});

it("says what is wrong and what to do", async () => {
  expect(await run({ name: "nowhere" })).toMatch(/nothing is deployed as nowhere[\s\S]*npm run deploy/);
  const { secrets } = script();
  const kept = [...secrets];
  secrets.clear();
  expect(await run({})).toMatch(/there is no TOKEN_SECRET/);
  secrets.set("TOKEN_SECRET", kept[0]?.[1] ?? "");
  expect(await run({ phase: "finish" })).toMatch(/no rotation is under way/);
  cloudflare.fault = (route) =>
    route === "PATCH /accounts/:account/workers/scripts/:script/secrets-bulk" ? 403 : null;
  expect(await run({})).toMatch(/403 Authentication error[\s\S]*Workers Scripts: Edit/);
  for (const code of [10214, 10215]) {
    cloudflare.fault = (route) =>
      route.endsWith("/secrets-bulk") ? { status: 400, code, message: "the version is not deployed" } : null;
    expect(await run({})).toMatch(
      /a newer version of the Worker was uploaded and does not run.*\n.*npx wrangler versions deploy.*npm run deploy/,
    );
  }
  cloudflare.fault = () => null;
});

it("rotates the secret of npm start in its file, which stays its owner's", async () => {
  const file = await secretsFile(folder);
  const request = {
    state: folder,
    grants: ["view@*"],
    name: "ci",
    ttlSeconds: 60,
    issuer: "http://localhost",
  };
  const old = await localToken(request);
  const good = async (token: string) => {
    const text = /^TOKEN_SECRET=(.+)$/m.exec(await readFile(file, "utf8"))?.[1] ?? "";
    return verifyAccessToken(token, await readSigningKeys(text), new Date()).then(
      () => true,
      () => false,
    );
  };
  expect(await run({ state: folder })).toBe("");
  const young = await localToken(request);
  expect(await Promise.all([good(old), good(young)])).toEqual([true, true]);
  expect(await run({ state: folder, phase: "finish" })).toBe("");
  expect(await Promise.all([good(old), good(young)])).toEqual([false, true]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
