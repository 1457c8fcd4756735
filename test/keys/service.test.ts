import { describe, expect, it } from "vitest";
import { parseGrant } from "../../src/auth/grants.ts";
import { KeyService, MAX_GRANT_LISTS } from "../../src/keys/service.ts";
import { isLive, type GrantList, type KeyRecord, type KeyStore } from "../../src/store/key-store.ts";
import { JUST_READ, withValue } from "../../src/store/reading.ts";
import { testCommit } from "../support/scope.ts";

const NOW = 1_800_000_000_000;
const commit = testCommit(NOW);

const principal = (name: string, ...grants: string[]) => ({
  name,
  grants: grants.flatMap((text) => parseGrant(text) ?? []),
});
const root = principal("root", "admin@*");
const team = principal("team", "admin@team");

const kept = (name: string, grants: GrantList, members: Partial<KeyRecord> = {}): KeyRecord => ({
  digest: `${name}-${grants.join()}`,
  name,
  grants,
  createdBy: "root",
  createdAt: NOW - 1,
  expiresAt: null,
  revokedAt: null,
  lastUsed: null,
  ...members,
});
const revoked = { revokedAt: NOW - 1 };

/** A service over these keys in their order, and what its store was told to write. */
function over(keys: readonly KeyRecord[] = [], meanwhile: () => void = () => undefined) {
  const written: unknown[] = [];
  const of = (name: string) => keys.filter((key) => key.name === name);
  const listsOf = (some: readonly KeyRecord[]) => [...new Set(some.map(({ grants }) => grants))];
  const store: KeyStore = {
    find: async () => withValue(JUST_READ, null),
    async page(after, limit) {
      const start = after === null ? 0 : keys.findIndex(({ digest }) => digest === after) + 1;
      if (after !== null && start === 0) return null;
      return { records: keys.slice(start, start + limit), more: keys.length > start + limit };
    },
    named: async (name, limit) => of(name).slice(0, limit),
    grantLists: async (name) => listsOf(of(name)),
    liveGrantLists: async (name, at) => listsOf(of(name).filter((key) => isLive(key, at))),
    async create(key) {
      meanwhile();
      written.push(key);
      return of(key.name).some((other) => isLive(other, NOW)) ? null : kept(key.name, key.grants);
    },
    async rotate(key) {
      written.push(key);
      return kept(key.name, ["view@team"]);
    },
    async revoke(name, among) {
      written.push({ name, among });
      return true;
    },
    touch: async () => undefined,
  };
  const service = new KeyService(store);
  const create = (by: typeof root, name: string, grants: string[], expiresAt: number | null = null) =>
    service.create(by, { name, grants, expiresAt }, commit);
  return { service, create, written };
}

const DENIED = { kind: "permissionDenied" };
const TAKEN = { kind: "alreadyExists", message: "the name ci is taken; choose another" };
const NOT_FOUND = { kind: "notFound" };

describe("a key that is made", () => {
  it.each([[["admin@*"]], [["admin@other"]], [["view@other"]], [["view@*"]], [["view@team", "view@other"]]])(
    "by a holder of admin@team does not have the grants %j",
    async (grants) => {
      const { create, written } = over();
      await expect(create(team, "ci", grants)).rejects.toMatchObject(DENIED);
      expect(written).toEqual([]);
    },
  );

  it("has grants that its maker holds, and a secret whose digest alone is stored", async () => {
    const { create, written } = over();
    const { key } = await create(team, "ci", ["edit@team", "view@team/a*", "view@team/a**b***c"]);
    expect(key).toMatch(/^sak_/);
    expect(written).toEqual([
      expect.objectContaining({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), mayTakeOver: false }),
    ]);
    expect(JSON.stringify(written)).not.toContain(key);
  });

  it("needs a name that a path reaches, grants, and an expiry that lies ahead", async () => {
    const { create } = over();
    const refused = { kind: "invalidArgument" };
    for (const name of [".", "..", "", "a/b", "a".repeat(129)])
      await expect(create(root, name, ["view@team"])).rejects.toMatchObject(refused);
    for (const name of ["...", ".a", "a".repeat(128)])
      expect((await create(root, name, ["view@team"])).record.name).toBe(name);
    for (const grants of [[], ["view"], ["view@team/*a*b*c*d*"], Array(51).fill("view@team") as string[]])
      await expect(create(root, "ci", grants)).rejects.toMatchObject(refused);
    await expect(create(root, "ci", ["view@team"], NOW)).rejects.toMatchObject(refused);
    expect((await create(root, "ci", ["view@team"], NOW + 1)).record.name).toBe("ci");
  });
});

describe("a name", () => {
  it("that keys with other grants have had is taken, with the same answer as one that is live", async () => {
    const hidden = kept("ci", ["view@other"], revoked);
    await expect(over([hidden]).create(team, "ci", ["view@team"])).rejects.toMatchObject(TAKEN);
    await expect(over([kept("ci", ["view@other"])]).create(team, "ci", ["view@team"])).rejects.toMatchObject(
      TAKEN,
    );
    expect((await over([hidden]).create(root, "ci", ["view@team"])).record.name).toBe("ci");
  });

  it("is reported as live to those alone who may manage all of its keys", async () => {
    const live = kept("ci", ["view@team"]);
    const message = "the key ci is live; rotate or revoke it";
    await expect(over([live]).create(team, "ci", ["view@team"])).rejects.toMatchObject({ message });
    const { create } = over([live, kept("ci", ["view@other"], revoked)]);
    await expect(create(root, "ci", ["view@team"])).rejects.toMatchObject({ message });
    await expect(create(team, "ci", ["view@team"])).rejects.toMatchObject(TAKEN);
  });

  it("is not reported as live when a key of others came between", async () => {
    const keys = [kept("ci", ["view@team"])];
    const { create } = over(keys, () => keys.push(kept("ci", ["view@other"])));
    await expect(create(team, "ci", ["view@team"])).rejects.toMatchObject(TAKEN);
  });

  it("may be taken over from a principal without a key by itself and by who may do everything", async () => {
    for (const [by, name, mayTakeOver] of [
      [team, "team", true],
      [team, "alice", false],
      [root, "alice", true],
    ] as const) {
      const { create, written } = over();
      await create(by, name, ["view@team"]);
      expect(written).toEqual([expect.objectContaining({ mayTakeOver })]);
    }
  });

  it("has 20 lists of grants at most, but for who may do everything", async () => {
    const lists = Array.from({ length: MAX_GRANT_LISTS }, (_, index) => [`view@team/a${index}`]);
    const keys = lists.map((grants) => kept("ci", grants, revoked));
    await expect(over(keys).create(team, "ci", ["view@team"])).rejects.toMatchObject({
      kind: "alreadyExists",
      message: expect.stringContaining("20 different lists of grants"),
    });
    expect((await over(keys).create(team, "ci", ["view@team/a0"])).record.name).toBe("ci");
    expect((await over(keys.slice(1)).create(team, "ci", ["view@team"])).record.name).toBe("ci");
    expect((await over(keys).create(root, "ci", ["view@team"])).record.name).toBe("ci");
  });
});

describe("keys of a name", () => {
  const mixed = [kept("ci", ["view@team"]), kept("ci", ["view@other"])];

  it("are shown and rotated by who may manage all of them", async () => {
    const { service } = over(mixed);
    expect(await service.named(root, "ci")).toHaveLength(2);
    await expect(service.named(team, "ci")).rejects.toMatchObject(NOT_FOUND);
    await expect(service.rotate(team, "ci", 0, commit)).rejects.toMatchObject(NOT_FOUND);
    await expect(service.named(root, "unknown")).rejects.toMatchObject(NOT_FOUND);
  });

  it("with grants held in part are not managed", async () => {
    const { service } = over([kept("ci", ["view@team", "view@other"])]);
    await expect(service.named(team, "ci")).rejects.toMatchObject(NOT_FOUND);
    await expect(service.revoke(team, "ci", commit)).rejects.toMatchObject(NOT_FOUND);
  });

  it("are revoked as far as the caller holds their grants, whatever others there are", async () => {
    const { service, written } = over(mixed);
    await service.revoke(team, "ci", commit);
    await service.revoke(root, "ci", commit);
    expect(written).toEqual([
      { name: "ci", among: [["view@team"]] },
      { name: "ci", among: null },
    ]);
    await expect(over([kept("ci", ["view@other"])]).service.revoke(team, "ci", commit)).rejects.toMatchObject(
      NOT_FOUND,
    );
  });

  it("are rotated with an end to the old ones", async () => {
    const { service, written } = over([kept("ci", ["view@team"])]);
    await service.rotate(team, "ci", 5_000, commit);
    expect(written).toEqual([
      expect.objectContaining({ name: "ci", among: [["view@team"]], oldExpiresAt: NOW + 5_000 }),
    ]);
  });
});

describe("the list of keys", () => {
  const keys = ["a", "b", "c", "d"].flatMap((name) => [
    kept(name, ["view@team"]),
    kept(`${name}-hidden`, ["view@other"]),
  ]);

  it("holds what the caller may manage, page by page, and ends", async () => {
    const { service } = over(keys);
    const first = await service.list(team, null, 3);
    expect(first?.records.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(first?.isNextHidden).toBe(false);
    const second = await service.list(team, first?.next ?? "", 3);
    expect(second).toMatchObject({ records: [{ name: "d" }], next: null });
    expect((await service.list(root, null, 100))?.records).toHaveLength(8);
    expect(await service.list(team, "unknown", 3)).toBeNull();
  });

  it("says where it has stopped at a hidden key, so that the cursor can hide it", async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => kept(`k${index}`, ["view@other"]));
    const page = await over([kept("a", ["view@team"]), ...many]).service.list(team, null, 3);
    expect(page).toMatchObject({ records: [{ name: "a" }], isNextHidden: true });
    expect(page?.next).toContain("view@other");
  });
});
