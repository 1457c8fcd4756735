import { expect, it } from "vitest";
import { ApplyService } from "../../src/sets/service.ts";
import { parseGrant } from "../../src/auth/grants.ts";
import type { AssetName } from "../../src/identity/names.ts";
import type { PlanStore, SetStore, SetWrite } from "../../src/store/set-store.ts";
import { Linter } from "../../src/resolve/lint/linter.ts";
import { anAsset } from "../support/fixtures.ts";
import { assetNamed, namespaceNamed } from "../support/names.ts";
import { testCommit } from "../support/scope.ts";

const DEFAULT = namespaceNamed("default");
const OPTIONS = { prune: false, maxDelete: null, labelSelector: [], strict: false, linter: new Linter() };
const COMMIT = testCommit();

const principal = (...grants: string[]) => ({
  name: "tester",
  grants: grants.map(parseGrant).filter((grant) => grant !== null),
});

const editor = principal("edit@default");
const narrow = principal("edit@default/team/*");

/** Sets of a namespace that holds `team/own` and `theirs`; what is read and written of it is noted. */
function aService(there: readonly AssetName[] = ["team/own", "theirs"].map(assetNamed)) {
  const reads: string[] = [];
  const writes: SetWrite[] = [];
  const sets: SetStore = {
    state: async (_, names) => {
      reads.push(...names);
      return { seq: 7, assets: [] };
    },
    names: async () => there,
    definitions: async (_, names) => {
      reads.push(...names);
      return new Map();
    },
    apply: async (set) => {
      writes.push(set);
      return { outcome: "committed", first: 8, last: 8 };
    },
  };
  const texts = new Map<string, string>();
  const plans: PlanStore = {
    save: async (id, _, body) => void texts.set(id, body),
    load: async (id) => texts.get(id) ?? null,
    prune: async () => 0,
  };
  return { service: new ApplyService(sets, plans), reads, writes };
}

const set = (...names: string[]) =>
  new Map(names.map((name) => [assetNamed(name), { asset: anAsset(name), unknown: [] }]));

it.each([
  ["creates or updates", set("theirs"), OPTIONS],
  ["deletes", set("team/new"), { ...OPTIONS, prune: true, maxDelete: 9 }],
])("a plan that %s a name outside the grants is denied at each step by itself", async (_, body, options) => {
  const { service, reads, writes } = aService();
  const plan = await service.plan(editor, DEFAULT, body, options);
  const id = (await service.save(plan, 0)) ?? "";
  reads.length = 0;
  const denied = { kind: "permissionDenied" };
  await expect(service.load(narrow, DEFAULT, id, 0)).rejects.toMatchObject(denied);
  await expect(service.applyPlan(narrow, plan, OPTIONS, COMMIT)).rejects.toMatchObject(denied);
  expect([reads, writes]).toEqual([[], []]);
  expect(await service.applyPlan(editor, plan, OPTIONS, COMMIT)).toBe(8);
});

it("a set with a name outside the grants is denied before anything is read", async () => {
  const { service, reads } = aService();
  for (const names of [["theirs"], ["team/own", "theirs"]]) {
    await expect(service.plan(narrow, DEFAULT, set(...names), OPTIONS)).rejects.toMatchObject({
      kind: "permissionDenied",
    });
  }
  expect(reads).toEqual([]);
});

it("a prune deletes only what the caller may edit", async () => {
  const { service } = aService();
  const plan = await service.plan(narrow, DEFAULT, set("team/new"), {
    ...OPTIONS,
    prune: true,
    maxDelete: 9,
  });
  expect(plan.delete).toEqual(["team/own"]);
});

it("answers 400 and names the budget when globs take too long to match, for a set as for a prune", async () => {
  const glob = `edit@default/*${"a".repeat(120)}b*`;
  const slow = principal(...Array<string>(49).fill(glob), "edit@default/*");
  const many = Array.from({ length: 5_000 }, (_, index) => assetNamed(`${"a".repeat(200)}${index}`));
  const refused = "the globs of the grants take more than 200000000 steps to match, the budget of one set";
  const body = new Map(many.map((name) => [name, { asset: anAsset(name), unknown: [] }]));
  const { service } = aService();
  await expect((async () => service.plan(slow, DEFAULT, body, OPTIONS))()).rejects.toThrow(refused);
  const { service: pruning } = aService(many);
  const options = { ...OPTIONS, prune: true, maxDelete: 5_000 };
  await expect((async () => pruning.plan(slow, DEFAULT, set("z"), options))()).rejects.toThrow(refused);
});
