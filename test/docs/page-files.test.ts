import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("docs.html asks for every module of the page at once, not one after the other", () => {
  const html = readFileSync("public/docs.html", "utf8");
  const named = [...html.matchAll(/href="\/docs\/([\w-]+\.js)"/g)].map(([, file]) => file);
  const modules = readdirSync("public/docs").filter((file) => file.endsWith(".js") && file !== "docs.js");
  expect(named.sort()).toEqual(modules.sort());
});
