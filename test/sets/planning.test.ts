import { describe, expect, it, vi } from "vitest";
import { makePlan, namesOf, isEmptyPlan, SetChecker } from "../../src/sets/plan.ts";
import { defaultMaxDelete, namesToDelete, type Prune } from "../../src/sets/prune.ts";
import { ApplyService, type PlanOptions } from "../../src/sets/service.ts";
import { restorePlan, storePlan } from "../../src/sets/stored-plan.ts";
import { readDefinitions, type DefinitionSet } from "../../src/sets/definitions.ts";
import { checkAsset } from "../../src/assets/prepare.ts";
import { parseGrant } from "../../src/auth/grants.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import type { AssetName } from "../../src/identity/names.ts";
import { Linter } from "../../src/resolve/lint/linter.ts";
import type { NamespaceState, PlanStore, SetStore, SetWrite } from "../../src/store/set-store.ts";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { newFilterReader } from "../support/filters.ts";
import { assetNamed, namespaceNamed } from "../support/names.ts";
import { testCommit } from "../support/scope.ts";

const DEFAULT = namespaceNamed("default");
const OTHER = namespaceNamed("other");
const COMMIT = testCommit();
const HOUR_MS = 3_600_000;

const options = (members: Partial<PlanOptions> = {}): PlanOptions => ({
  prune: false,
  maxDelete: null,
  labelSelector: [],
  strict: false,
  linter: new Linter(),
  ...members,
});
const principal = (name: string, ...grants: string[]) => ({
  name,
  grants: grants.flatMap((text) => parseGrant(text) ?? []),
});
const editor = principal("alice", "edit@*");
const written = (...asset: Parameters<typeof anAsset>) => ({ asset: anAsset(...asset), unknown: [] });
const set = (...names: string[]) => new Map(names.map((name) => [assetNamed(name), written(name)]));
const conflict = { kind: "conflict" };

/** What a namespace holds of these names as `by` has written them. */
async function stateOf(names: readonly string[], by = "bob", seq = 7): Promise<NamespaceState> {
  const assets = names.map(async (name) => {
    const id = { namespace: DEFAULT, name: assetNamed(name) };
    return {
      name: id.name,
      etag: (await checkAsset(id, anAsset(name), newFilterReader()).write(by)).etag,
      createdBy: by,
    };
  });
  return { seq, assets: await Promise.all(assets) };
}

const planOf = (state: NamespaceState, wanted: DefinitionSet, deletes: readonly AssetName[]) =>
  makePlan(DEFAULT, state, wanted, deletes, new SetChecker(DEFAULT, newFilterReader()), "alice");

/** A store in which the namespace `default` holds some names, and what was done to it in order. */
function aStore(there: readonly string[] = []) {
  const calls: string[] = [];
  const writes: SetWrite[] = [];
  const behaviour = { seq: 7, losses: 0, exists: true };
  const sets: SetStore = {
    state: async (_, names) => {
      calls.push("state");
      const found = names.filter((name) => there.includes(name));
      return behaviour.exists ? stateOf(found, "bob", behaviour.seq) : null;
    },
    names: async (_, after, limit) => {
      calls.push("names");
      return there
        .filter((name) => name > after)
        .slice(0, limit)
        .map(assetNamed);
    },
    definitions: async () => new Map(),
    apply: async (write) => {
      writes.push(write);
      if (behaviour.losses > 0) {
        behaviour.losses -= 1;
        return { outcome: "changed" };
      }
      return { outcome: "committed", first: 8, last: 9 };
    },
  };
  const saved: { id: string; body: string; expiresAt: number }[] = [];
  const plans: PlanStore = {
    save: async (id, _, body, expiresAt) => void saved.push({ id, body, expiresAt }),
    load: async (id) => saved.find((plan) => plan.id === id)?.body ?? null,
    prune: async () => 0,
  };
  return { service: new ApplyService(sets, plans), calls, writes, behaviour, saved, sets };
}

describe("a plan", () => {
  it("tells creates, updates and what is there already, whoever wrote that", async () => {
    const state = await stateOf(["same", "differs"]);
    const wanted = new Map(set("same", "fresh"));
    wanted.set(assetNamed("differs"), written("differs", { sha512: OTHER_SHA512 }));
    const plan = await planOf(state, wanted, [assetNamed("gone")]);
    expect(plan).toMatchObject({ seq: 7, unchanged: ["same"], delete: ["gone"] });
    expect([plan.create, plan.update].map((each) => each.map(({ name }) => name))).toEqual([
      ["fresh"],
      ["differs"],
    ]);
    expect([...namesOf(plan)].sort()).toEqual(["differs", "fresh", "gone", "same"]);
  });

  it("is empty when it writes and deletes nothing", async () => {
    const state = await stateOf(["same"]);
    expect(isEmptyPlan(await planOf(state, set("same"), []))).toBe(true);
    expect(isEmptyPlan(await planOf(state, set("same"), [assetNamed("gone")]))).toBe(false);
    expect(isEmptyPlan(await planOf(state, set("fresh"), []))).toBe(false);
  });

  it("of more than 18 MiB as it is stored is refused", async () => {
    const annotations = { big: '"'.repeat(60_000) };
    const many = Array.from({ length: 200 }, (_, index) => `a${index}`);
    const large = new Map(
      many.map((name) => [assetNamed(name), written(name, { metadata: { annotations } })]),
    );
    await expect(planOf({ seq: 1, assets: [] }, large, [])).rejects.toMatchObject({
      kind: "tooLarge",
    });
    const half = new Map([...large].slice(0, 100));
    expect((await planOf({ seq: 1, assets: [] }, half, [])).create).toHaveLength(100);
  });

  it("of an empty set is refused unless a prune says that it is meant", async () => {
    const { service } = aStore(["a"]);
    const refused = { kind: "invalidArgument", message: expect.stringContaining("the set is empty") };
    await expect(service.plan(editor, DEFAULT, set(), options())).rejects.toMatchObject(refused);
    const meant = options({ prune: true, maxDelete: 1 });
    expect((await service.plan(editor, DEFAULT, set(), meant)).delete).toEqual(["a"]);
  });

  it("that would replace a name by one in another letter case is refused; one that holds both is not", async () => {
    const { service } = aStore(["checks", "kept", "other"]);
    const prune = options({ prune: true });
    await expect(service.plan(editor, DEFAULT, set("kept", "Checks"), prune)).rejects.toThrow(
      "this would create Checks and delete checks, which differ in letter case alone; correct the name",
    );
    const both = await service.plan(editor, DEFAULT, set("kept", "checks", "Checks"), prune);
    expect([both.create.map(({ name }) => name), both.delete]).toEqual([["Checks"], ["other"]]);
    const renamed = aStore(["Checks", "checks", "kept"]).service;
    expect((await renamed.plan(editor, DEFAULT, set("kept", "Checks"), prune)).delete).toEqual(["checks"]);
  });

  it("is kept for an hour, in a form that other releases do not take for theirs", async () => {
    const { service, saved } = aStore();
    const plan = await service.plan(editor, DEFAULT, set("a"), options());
    await service.save(plan, 1_000);
    expect(saved.map(({ expiresAt }) => expiresAt)).toEqual([1_000 + HOUR_MS]);
    expect(restorePlan(storePlan(plan))).toEqual(plan);
    expect(restorePlan(storePlan(plan).replace('"format":', '"format":1'))).toBeNull();
  });

  it("is not found in another namespace, also for one who may edit both", async () => {
    const { service } = aStore();
    const id = (await service.save(await service.plan(editor, DEFAULT, set("a"), options()), 0)) ?? "";
    expect(await service.load(editor, DEFAULT, id, 0)).toMatchObject({ namespace: "default" });
    await expect(service.load(editor, OTHER, id, 0)).rejects.toMatchObject({ kind: "notFound" });
    await expect(service.load(editor, DEFAULT, "plan-0", 0)).rejects.toMatchObject({ kind: "notFound" });
  });

  it("is made of a state that was read before the names it deletes, so that a write between makes it stale", async () => {
    const { service, calls } = aStore(["a"]);
    await service.plan(editor, DEFAULT, set("b"), options({ prune: true, maxDelete: 9 }));
    expect(calls).toEqual(["state", "names"]);
  });

  it("for a namespace that does not exist is not found, and so is the question whether one is stale", async () => {
    const { service, behaviour } = aStore();
    const plan = await service.plan(editor, DEFAULT, set("a"), options());
    behaviour.exists = false;
    const missing = { kind: "notFound", message: "the namespace default does not exist" };
    await expect(service.plan(editor, DEFAULT, set("a"), options())).rejects.toMatchObject(missing);
    await expect(service.refuseStale(plan)).rejects.toMatchObject(missing);
  });

  it("is stale once the namespace has changed", async () => {
    const { service, behaviour } = aStore();
    const plan = await service.plan(editor, DEFAULT, set("a"), options());
    await expect(service.refuseStale(plan)).resolves.toBeUndefined();
    behaviour.seq = 8;
    await expect(service.refuseStale(plan)).rejects.toMatchObject(conflict);
  });
});

describe("strict", () => {
  const findings = new Map([[assetNamed("a"), written("a", { filters: ["entity.system.os == 'linus'"] })]]);

  it("refuses a set with findings when it is planned, and a plan when it is applied", async () => {
    const { service, writes } = aStore();
    const lint = { kind: "invalidArgument", message: expect.stringContaining("definition a: lint: ") };
    await expect(service.plan(editor, DEFAULT, findings, options({ strict: true }))).rejects.toMatchObject(
      lint,
    );
    const plan = await service.plan(editor, DEFAULT, findings, options());
    await expect(service.applyPlan(editor, plan, options({ strict: true }), COMMIT)).rejects.toMatchObject(
      lint,
    );
    expect(writes).toEqual([]);
    expect(await service.applyPlan(editor, plan, options(), COMMIT)).toBe(9);
  });
});

describe("applying", () => {
  it("writes and deletes what the plan says, in the name of who applies it, for the state it was made for", async () => {
    const { service, writes } = aStore(["gone", "kept"]);
    const planned = options({ prune: true, maxDelete: 1 });
    const plan = await service.plan(editor, DEFAULT, set("a", "kept"), planned);
    expect(await service.applyPlan(principal("carol", "edit@default"), plan, options(), COMMIT)).toBe(9);
    const [write] = writes;
    expect(write).toMatchObject({ namespace: "default", seq: 7, deletes: ["gone"] });
    expect(
      write?.puts.map(({ name, definition }) => [name, definition.includes('"created_by":"carol"')]),
    ).toEqual([["a", true]]);
  });

  it("deletes no more than max_delete", async () => {
    const { service, writes } = aStore(["a", "b", "c"]);
    const plan = await service.plan(editor, DEFAULT, set("c"), options({ prune: true, maxDelete: 2 }));
    await expect(service.applyPlan(editor, plan, options({ maxDelete: 1 }), COMMIT)).rejects.toMatchObject({
      kind: "invalidArgument",
    });
    expect(writes).toEqual([]);
    expect(await service.applyPlan(editor, plan, options({ maxDelete: 2 }), COMMIT)).toBe(9);
  });

  it("is a conflict for a plan when another was faster; a set is planned again, three times at most", async () => {
    const { service, behaviour, writes } = aStore();
    const plan = await service.plan(editor, DEFAULT, set("a"), options());
    behaviour.losses = 1;
    await expect(service.applyPlan(editor, plan, options(), COMMIT)).rejects.toMatchObject(conflict);
    behaviour.losses = 2;
    expect((await service.applySet(editor, DEFAULT, set("a"), options(), COMMIT)).last).toBe(9);
    expect(writes).toHaveLength(4);
    behaviour.losses = 3;
    await expect(service.applySet(editor, DEFAULT, set("a"), options(), COMMIT)).rejects.toMatchObject(
      conflict,
    );
    expect(writes).toHaveLength(7);
  });

  it("checks and encodes a set once, however often it is planned again", async () => {
    const { service, behaviour, writes } = aStore();
    const checked = vi.spyOn(FilterReader.prototype, "read");
    const filtered = new Map([[assetNamed("a"), written("a", { filters: ["entity.system.os == 'linux'"] })]]);
    behaviour.losses = 2;
    await service.applySet(editor, DEFAULT, filtered, options(), COMMIT);
    expect(checked).toHaveBeenCalledTimes(1);
    checked.mockRestore();
    expect(writes).toHaveLength(3);
    expect(new Set(writes.flatMap(({ puts }) => puts)).size).toBe(1);
  });

  it("writes nothing for a set that is there already", async () => {
    const { service, writes } = aStore(["a"]);
    expect((await service.applySet(editor, DEFAULT, set("a"), options(), COMMIT)).last).toBe(7);
    expect(writes).toEqual([]);
  });
});

describe("a prune", () => {
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => `a${String(index).padStart(6, "0")}`);
  const deletes = (there: readonly string[], members: Partial<Prune> = {}): Promise<readonly AssetName[]> =>
    namesToDelete(aStore(there).sets, {
      namespace: DEFAULT,
      keep: new Set<AssetName>(),
      mayDelete: () => true,
      selects: null,
      maxDelete: null,
      ...members,
    });
  const keeping = (...names: string[]) => ({ keep: new Set(names.map(assetNamed)) });

  it.each([
    [3, 0, 0],
    [100, 0, 0],
    [3, 1, 3],
    [29, 1, 3],
    [40, 1, 4],
    [1_000, 1, 100],
  ])("of %i assets that keeps %i may delete %i without max_delete", (existing, kept, limit) => {
    expect(defaultMaxDelete(existing, kept)).toBe(limit);
  });

  it("deletes what is not in the set, within the limit, which max_delete sets", async () => {
    const there = ["a", "b", "c", "d", "e"];
    expect(await deletes(there, keeping("a", "b"))).toEqual(["c", "d", "e"]);
    await expect(deletes(there, keeping("a"))).rejects.toThrow(
      "this would delete 4 of 5 assets; the limit is 3: say max_delete=4 if that is meant",
    );
    expect(await deletes(there, { ...keeping("a"), maxDelete: 4 })).toHaveLength(4);
    await expect(deletes(there, { ...keeping("a", "b"), maxDelete: 2 })).rejects.toThrow("the limit is 2");
    await expect(deletes(["a"])).rejects.toThrow("the limit is 0");
  });

  it("deletes and counts only what the caller may edit", async () => {
    const mayDelete = (name: string) => name < "c";
    const there = ["a", "b", ...numbered(50).map((name) => `z${name}`)];
    expect(await deletes(there, { ...keeping("a"), mayDelete })).toEqual(["b"]);
    await expect(deletes(there, { mayDelete })).rejects.toThrow("delete 2 of 2 assets");
  });

  it("reads the names of the whole namespace, up to 100,000, and deletes 5,000 at most", async () => {
    const many = numbered(12_000);
    const all = { maxDelete: 100_000 };
    expect(await deletes(many, { ...keeping(...many.slice(2_000, 11_000)), ...all })).toEqual([
      ...many.slice(0, 2_000),
      ...many.slice(11_000),
    ]);
    await expect(deletes(many, all)).rejects.toThrow(
      "more than 5000 assets, the most that one request may delete",
    );
    const whole = numbered(100_000);
    await expect(deletes(whole, { keep: { has: () => true }, ...all })).rejects.toThrow(
      "a namespace of more than 100000 assets cannot be pruned by name",
    );
    expect(await deletes(whole.slice(1), { keep: { has: () => true }, ...all })).toEqual([]);
  });
});

describe("a set of definitions", () => {
  const read = (text: string) => [...readDefinitions(new TextEncoder().encode(text), DEFAULT).keys()];

  it("is an array, one definition, or one a line; a name stands in it once", () => {
    const [a, b] = ["a", "b"].map((name) => JSON.stringify(anAsset(name)));
    expect([read(`[${a},${b}]`), read(`${a}`), read(`${a}\n${b}`), read("[]")]).toEqual([
      ["a", "b"],
      ["a"],
      ["a", "b"],
      [],
    ]);
    const other = JSON.stringify(anAsset("a", { sha512: OTHER_SHA512 }));
    expect(() => read(`[${a},${b},${other}]`)).toThrow(
      /^definition 2: a is definition 0 too, and they differ: - sha512: ".+"; \+ sha512: ".+"$/,
    );
  });
});
