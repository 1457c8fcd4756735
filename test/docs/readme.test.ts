import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ROUTE_SUMMARIES } from "../../scripts/route-summaries.ts";
import { routes } from "../../src/routes.ts";
import { withRoutes } from "../../scripts/readme-routes.ts";

it("the README's route table is that of src/routes.ts (npm run readme makes it so)", () => {
  const readme = readFileSync("README.md", "utf8");
  expect(withRoutes(readme)).toBe(readme);
});

it("every summary is of a route that exists", () => {
  const known = routes.map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(ROUTE_SUMMARIES).sort()).toEqual(known.sort());
});
