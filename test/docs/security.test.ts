import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("SECURITY.md names no test that does not exist", () => {
  const named = readFileSync("SECURITY.md", "utf8").match(/test\/[\w/.-]+/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});
