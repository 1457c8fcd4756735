import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { withRoutes } from "../../scripts/readme-routes.ts";

it("the route table of docs/api.md is that of src/routes.ts (npm run readme makes it so)", () => {
  const page = readFileSync("docs/api.md", "utf8");
  expect(page).toContain("| GET |");
  expect(withRoutes(page)).toBe(page);
});
