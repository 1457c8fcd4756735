import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// WRANGLER's quiet switches keep tests from reaching outside.
process.env["WRANGLER_SEND_METRICS"] = "false";
process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";

// At night twenty times as much is generated, which takes as long.
const nightly = process.env["NIGHTLY"] === "true";
const patience = nightly ? 40 : 1;

const migrations = await readD1Migrations("src/store/migrations");

export default defineConfig({
  test: {
    silent: "passed-only",
    maxWorkers: 2,
    provide: { nightly },
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                MIGRATIONS: migrations,
                TOKEN_SECRET: "a-secret-for-tests-that-is-long-enough-to-sign-with",
                // Tests that want checks have them made: the assets of others name hosts that nobody should ask.
                ARCHIVE_CHECKS: "0",
              },
            },
          }),
        ],
        test: {
          name: "workers",
          isolate: false,
          setupFiles: ["test/support/setup-workers.ts"],
          // A loaded machine is slow, not wrong.
          testTimeout: 30_000 * patience,
          hookTimeout: 30_000 * patience,
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/conformance/**", "test/docs/**", "test/model/**"],
        },
      },
      {
        test: {
          name: "node",
          include: ["test/{e2e,conformance,docs,model}/**/*.test.ts"],
          testTimeout: 120_000 * patience,
          hookTimeout: 120_000 * patience,
        },
      },
    ],
  },
});
