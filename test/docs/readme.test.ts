import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { withRoutes } from "../../scripts/readme-routes.ts";

it("the README's route table is that of src/routes.ts (npm run readme makes it so)", () => {
  const readme = readFileSync("README.md", "utf8");
  expect(withRoutes(readme)).toBe(readme);
});
