import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { D1NamespaceStore } from "../../src/store/d1/namespaces.ts";
import { namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { withoutJournal } from "../support/run-commit.ts";
import { testCommit } from "../support/scope.ts";

const store = new D1NamespaceStore(env.DB, withoutJournal());
const team = namespaceNamed("team");
const COMMIT = testCommit();

beforeEach(freshStorage);

const create = async () => ((await store.create(team, COMMIT)) ? "committed" : "taken");
const remove = async () => store.delete(team, COMMIT);
const actions = async () => {
  const { results } = await env.DB.prepare("SELECT action FROM revisions ORDER BY seq").all<{
    action: string;
  }>();
  return results.map(({ action }) => action);
};

it("a namespace is created once, and deleted when it holds no asset that is not deleted", async () => {
  expect([await remove(), await create(), await create()]).toEqual(["absent", "committed", "taken"]);
  await env.DB.prepare(
    `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
     VALUES ('team', 'a', 9, 9, '"e"', '{}', 'tester', 0)`,
  ).run();
  expect(await remove()).toBe("not-empty");
  expect(await actions()).toEqual(["create"]);
  await env.DB.prepare("UPDATE assets SET deleted = 1").run();
  expect([await remove(), await remove(), await create()]).toEqual(["deleted", "absent", "committed"]);
  expect(await actions()).toEqual(["create", "delete", "create"]);
});

describe("a snapshot of namespaces", () => {
  const find = async (name: string) => (await store.find(namespaceNamed(name), "primary")) as object;

  it("says by which commit one is there or not, and of one that never was nothing", async () => {
    expect(await find("default")).toMatchObject({ s: 0, value: "default" });
    expect(await find("team")).toMatchObject({ g: 0, s: null, value: null });
    await create();
    await env.DB.prepare("UPDATE meta SET seq = 5").run();
    expect(await find("team")).toMatchObject({ g: 5, s: 1, value: "team" });
    await remove();
    expect(await find("team")).toMatchObject({ g: 6, s: 6, value: null });
  });

  it("is a page in byte order, of all or of some, from a name on", async () => {
    for (const name of ["b", "a", "c", "B"]) await store.create(namespaceNamed(name), COMMIT);
    const page = async (
      among: readonly string[] | null,
      key: string | null,
      inclusive: boolean,
      limit: number,
    ) => {
      const from = key === null ? null : { key, inclusive };
      const range = { among: among?.map(namespaceNamed) ?? null, from, limit };
      const { value } = await store.page(range, "primary");
      return [value?.names, value?.more];
    };
    expect(await page(null, null, false, 10)).toEqual([["B", "a", "b", "c", "default"], false]);
    expect(await page(null, "a", false, 2)).toEqual([["b", "c"], true]);
    expect(await page(null, "a", true, 2)).toEqual([["a", "b"], true]);
    expect(await page(null, "x", true, 2)).toEqual([[], false]);
    expect(await page(["c", "B", "nope"], null, false, 10)).toEqual([["B", "c"], false]);
    expect(await page(["c", "B"], null, false, 1)).toEqual([["B"], true]);
    expect(await page([], null, false, 1)).toEqual([[], false]);
  });
});
