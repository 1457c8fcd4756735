import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { CursorSeal } from "../../src/auth/cursor-seal.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const KEYS = "/api/edge/v1/keys";
const root = await tokenFor(["admin@*"], { name: "root" });
const team = await tokenFor(["admin@team"], { name: "lead" });

interface Shown {
  name: string;
  grants: string[];
  status: string;
  expires_at: number | null;
}

beforeEach(freshStorage);

const create = (name: string, grants: string[], token = root) =>
  api("POST", KEYS, { token, body: { name, grants } });
const get = (name: string, token = root) => api("GET", `${KEYS}/${name}`, { token });
const revoke = (name: string, token = root) => api("DELETE", `${KEYS}/${name}`, { token });
const rotate = (name: string, overlap: number, token = root) =>
  api("POST", `${KEYS}/${name}/rotate`, { token, body: { overlap } });

async function statuses(name: string): Promise<string[]> {
  return (await (await get(name)).json<Shown[]>()).map(({ status }) => status);
}

async function made(name: string, grants: string[], token = root): Promise<string> {
  const answer = await create(name, grants, token);
  expect(answer.status).toBe(201);
  return (await answer.json<{ key: string }>()).key;
}

describe("grants of a key", () => {
  it("are each covered by one grant of its maker: the role of one and the namespace of another are not enough", async () => {
    const mixed = await tokenFor(["admin@a", "view@b"]);
    for (const grant of ["admin@b", "edit@b", "edit@b/x", "view@a-b", "view@*"])
      expect([grant, (await create("k", [grant], mixed)).status]).toEqual([grant, 403]);
    expect((await create("k", ["view@b", "edit@a"], mixed)).status).toBe(201);
  });
});

describe("the glob of a key's grant", () => {
  it("has four stars at the most, stars in a row being one", async () => {
    expect((await create("k", ["view@default/**a***b*c*"])).status).toBe(201);
    const refused = await create("l", ["view@default/*a*b*c*d*"]);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      message: 'the glob of "view@default/*a*b*c*d*" has more than 4 stars',
    });
  });
});

describe("rotation and revocation at once", () => {
  it("leave no live key, whichever is first", async () => {
    for (let run = 0; run < 20; run += 1) {
      const name = `k${run}`;
      await made(name, ["view@default"]);
      const acts = [() => revoke(name), () => rotate(name, 60)];
      const answers = await Promise.all((run % 2 === 0 ? acts : acts.toReversed()).map((act) => act()));
      expect([201, 204, 404]).toEqual(expect.arrayContaining(answers.map(({ status }) => status)));
      expect([name, await statuses(name)]).toEqual([name, expect.not.arrayContaining(["live"])]);
    }
  });

  it("leave one live key of two rotations without overlap", async () => {
    for (let run = 0; run < 20; run += 1) {
      const name = `k${run}`;
      await made(name, ["view@default"]);
      await Promise.all([rotate(name, 0), rotate(name, 0)]);
      expect((await statuses(name)).filter((status) => status === "live")).toEqual(["live"]);
    }
  });

  it("end every secret of the name for those who send it", async () => {
    const first = await made("ci", ["view@default"]);
    const second = (await (await rotate("ci", 60)).json<{ key: string }>()).key;
    expect((await revoke("ci")).status).toBe(204);
    for (const key of [first, second])
      expect((await api("GET", ASSETS, { headers: { Authorization: `Key ${key}` } })).status).toBe(401);
    expect((await rotate("ci", 60)).status).toBe(404);
    expect((await revoke("ci")).status).toBe(404);
  });
});

describe("a key's name", () => {
  it("that others had is taken for who could not manage their keys, and the answer is that to any taken name", async () => {
    await made("live", ["admin@*"]);
    await made("revoked", ["admin@*"]);
    await revoke("revoked");
    await made("expired", ["admin@*"]);
    await env.DB.prepare("UPDATE api_keys SET expires_at = 1 WHERE name = 'expired'").run();
    for (const name of ["live", "revoked", "expired"]) {
      const refused = await create(name, ["view@team"], team);
      expect([refused.status, await refused.json()]).toEqual([
        409,
        { message: `the name ${name} is taken; choose another`, code: 3 },
      ]);
    }
    expect((await create("revoked", ["view@team"])).status).toBe(201);
  });

  it("is not that of somebody who has written with a token, but for that principal and for who may do everything", async () => {
    const alice = await tokenFor(["admin@default"], { name: "alice" });
    const bob = await tokenFor(["admin@default"], { name: "bob" });
    await api("PUT", `${ASSETS}/one`, { token: alice, body: anAsset("one") });
    const refused = await create("alice", ["view@default"], bob);
    expect([refused.status, await refused.json()]).toEqual([
      409,
      { message: "the name alice is taken; choose another", code: 3 },
    ]);
    expect((await create("alice", ["view@default"], alice)).status).toBe(201);
    // `npm start` writes as admin, and Puppet's module logs in under that name and no other.
    await api("PUT", `${ASSETS}/two`, {
      token: await tokenFor(["admin@*"], { name: "admin" }),
      body: anAsset("two"),
    });
    expect((await create("admin", ["view@default"], bob)).status).toBe(409);
    expect((await create("admin", ["view@default"])).status).toBe(201);
  });

  it("whose live key the caller might make can always be revoked by it, whatever else had the name", async () => {
    await made("mixed", ["admin@*"]);
    await revoke("mixed");
    await made("mixed", ["view@team"]);
    expect((await get("mixed", team)).status).toBe(404);
    expect((await rotate("mixed", 0, team)).status).toBe(404);
    expect((await revoke("mixed", team)).status).toBe(204);
    expect(await statuses("mixed")).toEqual(["revoked", "revoked"]);
    expect((await revoke("mixed", team)).status).toBe(404);
  });
});

describe("a live key", () => {
  it("is reported as live to a caller who may manage every key of its name, and to no other", async () => {
    await made("own", ["view@team"], team);
    await made("mixed", ["admin@*"]);
    await revoke("mixed");
    await made("mixed", ["view@team"]);
    const live = (name: string) => `the key ${name} is live; rotate or revoke it`;
    for (const [name, token, message] of [
      ["own", team, live("own")],
      ["own", root, live("own")],
      ["mixed", root, live("mixed")],
      ["mixed", team, "the name mixed is taken; choose another"],
    ] as const) {
      const refused = await create(name, ["view@team"], token);
      expect([name, refused.status, await refused.json()]).toEqual([name, 409, { message, code: 3 }]);
    }
    await revoke("own", team);
    expect((await create("own", ["view@team"], team)).status).toBe(201);
  });
});

describe("the lists of grants of one name", () => {
  const long = (list: number) =>
    Array.from({ length: 50 }, (_, index) => `view@team/${`${list}-${index}-`.padEnd(250, "x")}`);

  /** Revoked keys of the name, each with another list of grants: together more than D1 takes as one parameter. */
  async function withHistory(name: string, lists: number): Promise<void> {
    const insert = env.DB.prepare(
      `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, revoked_at)
       VALUES (lower(hex(randomblob(32))), ?1, 0, ?2, 'lead', 1, 1)`,
    );
    await env.DB.batch(
      Array.from({ length: lists }, (_, list) => insert.bind(name, JSON.stringify(long(list)))),
    );
  }

  it("however many and long, do not keep a live key from being rotated and revoked", async () => {
    for (const [name, token] of [
      ["of-team", team],
      ["of-root", root],
    ] as const) {
      await made(name, ["view@team"]);
      await withHistory(name, 200);
      expect([name, (await rotate(name, 60, token)).status]).toEqual([name, 201]);
      expect([name, (await revoke(name, token)).status]).toEqual([name, 204]);
      expect([name, await statuses(name)]).toEqual([name, expect.not.arrayContaining(["live"])]);
    }
  });

  it("are 20 at the most, but for admin@*: one more is 409 and says to choose another name", async () => {
    for (let list = 0; list < 20; list += 1) {
      await made("busy", long(list), team);
      expect((await revoke("busy", team)).status).toBe(204);
    }
    const refused = await create("busy", ["view@team"], team);
    const message =
      "keys named busy have had 20 different lists of grants, which is the limit; choose another name";
    expect([refused.status, await refused.json()]).toEqual([409, { message, code: 3 }]);
    await made("busy", long(7), team);
    expect((await revoke("busy", team)).status).toBe(204);
    await made("busy", ["view@team"]);
    expect((await revoke("busy", team)).status).toBe(204);
    expect((await create("busy", ["view@team"], team)).status).toBe(409);
    await withHistory("busy", 200);
    await made("busy", ["view@default"]);
    expect((await revoke("busy")).status).toBe(204);
  });
});

describe("the list of keys", () => {
  async function pages(token: string, limit: number): Promise<{ names: string[]; cursors: string[] }> {
    const names: string[] = [];
    const cursors: string[] = [];
    for (let token_: string | null = null; ;) {
      const query = token_ === null ? "" : `&continue=${token_}`;
      const answer = await api("GET", `${KEYS}?limit=${limit}${query}`, { token });
      expect(answer.status).toBe(200);
      const page = await answer.json<Shown[]>();
      expect(page.length).toBeLessThanOrEqual(limit);
      names.push(...page.map(({ name }) => name));
      token_ = answer.headers.get("Sensu-Continue");
      if (token_ === null) return { names, cursors };
      cursors.push(token_);
    }
  }

  it("has pages in byte order, each filled with what the caller may manage", async () => {
    for (const name of ["b", "secret-1", "a", "secret-2", "C", "z"])
      await made(name, [name.startsWith("secret") ? "admin@*" : "view@team"]);
    for (const limit of [1, 2, 3, 10]) {
      expect((await pages(team, limit)).names).toEqual(["C", "a", "b", "z"]);
      expect((await pages(root, limit)).names).toEqual(["C", "a", "b", "secret-1", "secret-2", "z"]);
    }
  });

  it("hands back a cursor where it has only met hidden keys, and the cursor discloses neither a name nor a digest", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
       INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at)
       SELECT lower(hex(randomblob(32))), printf('secret-%06d', i), 0, '["admin@*"]', 'root', i FROM n`,
    ).run();
    await made("zebra", ["view@team"]);
    const { names, cursors } = await pages(team, 10);
    expect(names).toEqual(["zebra"]);
    expect(cursors.length).toBeGreaterThan(1);
    for (const cursor of cursors) {
      const [, empty, ...parts] = cursor.split(".");
      expect([empty, parts.length]).toEqual(["", 3]);
      for (const part of parts)
        expect(atob(part.replaceAll("-", "+").replaceAll("_", "/"))).not.toMatch(/[0-9a-f]{64}|secret/);
    }
  });

  it("does not start at what is no cursor of it", async () => {
    const [key] = await readSigningKeys(env.TOKEN_SECRET);
    if (key === undefined) throw new Error("no secret");
    const sealed = await new CursorSeal({ signingKeys: [key] }).seal("default/some-asset");
    for (const cursor of ["x", "AAAA", sealed, btoa(`${"f".repeat(64)}\0`).replaceAll("=", "")]) {
      const answer = await api("GET", `${KEYS}?continue=${cursor}`, { token: root });
      expect([cursor, answer.status]).toEqual([cursor, 400]);
    }
  });

  it("is 500 keys at the most, and of one name the newest 100", async () => {
    await made("ci", ["view@default"]);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
       INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, revoked_at)
       SELECT lower(hex(randomblob(32))), 'ci', 0, '["view@default"]', 'root', i, 1 FROM n`,
    ).run();
    const all = await api("GET", KEYS, { token: root });
    expect(await all.json()).toHaveLength(500);
    expect(all.headers.get("Sensu-Continue")).not.toBeNull();
    const some = await statuses("ci");
    expect([some.length, some[0]]).toEqual([100, "live"]);
  });
});

it.each([
  ["GET", KEYS, "limits=1", 'unknown parameter "limits"; did you mean limit?'],
  ["GET", KEYS, "limit=1&limit=2", "the parameter limit is repeated; send it once"],
  ["GET", `${KEYS}/ci`, "x=1", 'unknown parameter "x"; this route has no parameters'],
  ["POST", KEYS, "reasons=x", 'unknown parameter "reasons"; did you mean reason?'],
  ["POST", `${KEYS}/ci/rotate`, "overlap=0", 'unknown parameter "overlap"; this route has reason'],
  ["DELETE", `${KEYS}/ci`, "dry_run=true", 'unknown parameter "dry_run"; this route has reason'],
])("%s %s?%s is 400, and nothing is done", async (method, path, query, message) => {
  await made("ci", ["view@default"]);
  const answer = await api(method, `${path}?${query}`, {
    token: root,
    ...(method === "POST" ? { body: { name: "other", grants: ["view@default"] } } : {}),
  });
  expect([answer.status, await answer.json()]).toEqual([400, { message, code: 1 }]);
  const { results } = await env.DB.prepare("SELECT name, revoked_at FROM api_keys").all();
  expect(results).toEqual([{ name: "ci", revoked_at: null }]);
});
