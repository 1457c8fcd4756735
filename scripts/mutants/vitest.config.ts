import { defineConfig } from "vitest/config";

// Tests that import nothing of the Workers runtime, in plain Node: they start in a second instead of ten.
export default defineConfig({
  test: {
    name: "plain",
    include: ["test/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
