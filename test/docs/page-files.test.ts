import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("docs.html asks for every file of the page at once, not for one after the other", () => {
  const html = readFileSync("public/docs.html", "utf8");
  const named = [...html.matchAll(/(?:href|src)="\/docs\/([^"]+)"/g)].map(([, file]) => file);
  expect(named.sort()).toEqual(readdirSync("public/docs").sort());
});
