import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { STATES } from "../../src/archives/state.ts";

it("the states of archives are those that OpenAPI gives the header X-Archive-State, and that docs/archives.md explains", async () => {
  const document = await readFile("public/openapi.json", "utf8");
  const { components } = JSON.parse(document) as {
    components: { headers: Record<string, { schema?: { enum?: readonly string[] } }> };
  };
  const described = Object.entries(components.headers).filter(([name]) => name.startsWith("X-Archive-State"));
  expect(described.map(([, { schema }]) => schema?.enum)).toEqual([STATES]);
  const page = await readFile("docs/archives.md", "utf8");
  expect(STATES.filter((state) => !page.includes(`| \`${state}\` |`))).toEqual([]);
});
