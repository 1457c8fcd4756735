// Tools that run migrations remotely cut files into statements, not all of them with comments in mind.
import { readdirSync, readFileSync } from "node:fs";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import { expect, it } from "vitest";

const FOLDER = "src/store/migrations";
const files = readdirSync(FOLDER).sort();
const textOf = (file: string) => readFileSync(`${FOLDER}/${file}`, "utf8");

function withoutComments(sql: string): string {
  return sql
    .split("\n")
    .map((line) => line.replace(/--.*/, "").trimEnd())
    .filter((line) => line !== "")
    .join("\n")
    .trim();
}

it("all files in the folder of migrations are migrations", () => {
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(file).toMatch(/^\d{4}_\w+\.sql$/);
});

it.each(files)("no comment in %s holds a character that ends a statement or starts a string", (file) => {
  const comments = textOf(file).match(/--.*|\/\*[\s\S]*?\*\//g) ?? [];
  for (const comment of comments) expect(comment).not.toMatch(/[;'"`[\]]/);
});

it.each(files)("%s cut at every semicolon gives the statements that wrangler makes of it", async (file) => {
  const migration = (await readD1Migrations(FOLDER)).find(({ name }) => name === file);
  const statements = (migration?.queries ?? []).map(withoutComments).filter((each) => each !== "");
  const cut = textOf(file)
    .split(";")
    .map(withoutComments)
    .filter((each) => each !== "");
  expect(statements.length).toBeGreaterThan(0);
  expect(cut).toEqual(statements.map((each) => each.replace(/;$/, "").trim()));
});
