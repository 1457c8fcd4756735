import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readTarget, resolvedConfig } from "../../scripts/deploy/target.ts";
import { FAILURES_PER_MINUTE } from "../../src/auth/failure-limit.ts";

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Record<string, { readonly steps: readonly { uses?: string; run?: string }[] }>;
}

const folder = ".github/workflows";
const workflows = readdirSync(folder).map(
  (file) => [file, parse(readFileSync(`${folder}/${file}`, "utf8")) as Workflow] as const,
);
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

it.each(workflows)(
  "%s may only read, pins its actions, and runs commands that exist",
  (_, { permissions, jobs }) => {
    expect(permissions).toEqual({ contents: "read" });
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    const run = steps.flatMap((step) => /npm run (?:--silent )?([\w:-]+)/.exec(step.run ?? "")?.[1] ?? []);
    expect(run.length).toBeGreaterThan(0);
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
  },
);

it("staging is as production, under other names: bindings are not inherited", () => {
  const ids = { database: "d", namespace: "n", bucket: "edge-assets-archives" };
  const production = JSON.stringify(resolvedConfig(readTarget({}), ids));
  const staging = JSON.stringify(
    resolvedConfig(readTarget({ env: "staging" }), { ...ids, bucket: "edge-assets-staging-archives" }),
  );
  const renamed = staging.replaceAll("edge-assets-staging", "edge-assets").replace('"1002"', '"1001"');
  expect(JSON.parse(renamed)).toEqual(JSON.parse(production));
});

it.each([{}, { env: "staging" }])(
  "counters of failed credentials have the Worker's name and limit: %j",
  (which) => {
    const { config, worker } = readTarget(which);
    expect(config.vars?.["WORKER_NAME"]).toBe(worker);
    expect(config.ratelimits).toMatchObject([
      { name: "AUTH_FAILURES", simple: { limit: FAILURES_PER_MINUTE, period: 60 } },
    ]);
  },
);

it("wrangler.toml has no id and requires no secret, which a first `wrangler deploy` could not give", () => {
  const config = readFileSync("wrangler.toml", "utf8");
  expect(config.match(/^database_name = /gm)).toHaveLength(2);
  expect(config).not.toMatch(/^(?:database_|preview_)?id = |\bsecrets\b.*\]$/m);
});

it("the Deploy button finds a description for every binding", () => {
  const { cloudflare } = JSON.parse(readFileSync("package.json", "utf8")) as {
    cloudflare: { bindings: Record<string, { description: string }> };
  };
  const secrets = readFileSync(".dev.vars.example", "utf8").match(/^\w+(?==)/gm) ?? [];
  expect(secrets).toEqual(["TOKEN_SECRET"]);
  for (const name of ["DB", "CACHE", "AUTH_FAILURES", "WORKER_NAME", ...secrets]) {
    expect(cloudflare.bindings[name]?.description).toMatch(/\.$/);
  }
});
