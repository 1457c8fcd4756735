import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
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
