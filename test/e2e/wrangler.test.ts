// The deployment tests run wrangler's calls without wrangler. Here wrangler itself makes them, and they are the same.
import { afterEach, expect, it } from "vitest";
import { startStandIn, type StandIn } from "../support/cloudflare-stand-in.ts";
import { pretendWorker, runDeploy } from "../support/deploying.ts";

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

/** The texts of an account's ids and secrets, which differ from one to the next, become their names. */
function named(cloudflare: StandIn, text: string): string {
  const script = cloudflare.scripts.get("edge-assets");
  const names: [string, string | undefined][] = [
    ["the database", cloudflare.databases.get("edge-assets")?.id],
    ["the namespace", cloudflare.namespaces.get("edge-assets-cache")],
    ["the secret", script?.secrets.get("TOKEN_SECRET")],
    ["the release", script?.metadata.annotations?.["workers/tag"]],
    ...(script?.versions ?? []).map(({ id }, index): [string, string] => [`version ${index}`, id]),
  ];
  return names.reduce((all, [name, id]) => (id === undefined ? all : all.replaceAll(id, name)), text);
}

/** What one deployment asked, said, and left at the account. */
async function deployed(cloudflare: StandIn, realWrangler: boolean) {
  cloudflare.takeCalls();
  const { said, error } = await runDeploy(cloudflare, {}, { realWrangler });
  const script = cloudflare.scripts.get("edge-assets");
  const [notes] =
    (await cloudflare.databases.get("edge-assets")?.run(["SELECT id, name FROM d1_migrations"])) ?? [];
  const { bindings, compatibility_date, annotations, observability, main_module } = script?.metadata ?? {};
  const left = {
    metadata: { bindings, compatibility_date, annotations, observability, main_module },
    versions: script?.versions.length,
    crons: script?.crons,
    workersDev: script?.workersDev,
    notes,
  };
  return {
    calls: cloudflare.takeCalls(),
    error: named(cloudflare, error),
    said: said.map((line) =>
      named(cloudflare, line.replace(/sak_\w+/, "a key").replaceAll(/127\.0\.0\.1:\d+/g, "here")),
    ),
    left: JSON.parse(named(cloudflare, JSON.stringify(left))) as unknown,
  };
}

it("a first deployment, one over it and a refused one are the same with wrangler and without", async () => {
  const [real, quick] = [await emptyAccount(), await emptyAccount()];
  const first = await deployed(real, true);
  expect(first.error).toBe("");
  expect(await deployed(quick, false)).toEqual(first);

  for (const one of [real, quick]) {
    const script = one.scripts.get("edge-assets");
    if (script !== undefined) script.crons = [];
  }
  const second = await deployed(real, true);
  expect(second.calls).toContain("POST /accounts/:account/workers/scripts/:script/versions");
  expect(await deployed(quick, false)).toEqual(second);

  for (const one of [real, quick]) {
    one.scripts.clear();
    one.fault = (route) => (route.startsWith("PUT /accounts/:account/workers/scripts") ? 400 : null);
  }
  const refused = await deployed(real, true);
  expect(refused.error).toMatch(/^upload failed: wrangler deploy: .*An unknown error/);
  const quickly = await deployed(quick, false);
  expect(quickly.calls).toEqual(refused.calls);
  expect(quickly.error).toBe(refused.error.replace(/ The API responded with a "Retry-After" header.*/, ""));
});
