import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { anAsset, OTHER_SHA512 } from "../support/fixtures.ts";
import { aNamespace, api, ASSETS, freshStorage, storedRows, tokenFor } from "../support/worker.ts";

const EDGE = "/api/edge/v1/namespaces/default";
const alice = await tokenFor(["edit@default"], { name: "alice" });
const bob = await tokenFor(["edit@default"], { name: "bob" });
const narrow = await tokenFor(["edit@default/team/*", "view@default"], { name: "narrow" });
const SECRET = "a-value-that-opens-doors";

interface Change {
  name: string;
  lines?: string[];
}
interface Shown {
  plan: string | null;
  create: Change[];
  update: Change[];
  unchanged: string[];
  delete: Change[];
  truncated: boolean;
}

beforeEach(freshStorage);

const post = (path: string, { token = alice, body }: { token?: string; body?: unknown } = {}) =>
  api("POST", `${EDGE}/${path}`, { token, ...(body === undefined ? {} : { body }) });

async function shown(path: string, sent: { token?: string; body?: unknown } = {}): Promise<Shown> {
  const answer = await post(path, sent);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json<Shown>();
}

const planOf = async (body: unknown, query = "") => (await shown(`plan${query}`, { body })).plan ?? "";

async function fill(...names: string[]): Promise<void> {
  for (const name of names) {
    const { status } = await api("PUT", `${ASSETS}/${name}`, { token: alice, body: anAsset(name) });
    expect([name, status]).toEqual([name, 201]);
  }
}

/** Rows as `apply` would have made them, faster. */
async function fillMany(count: number, prefix = "many"): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
     SELECT 'default', printf('%s/%06d', ?2, i), 0, 0, '"x"',
       json_object('url', 'https://e/' || i || '/${"x".repeat(200)}', 'sha512', '${OTHER_SHA512}'), 'x', 0 FROM n`,
  )
    .bind(count, prefix)
    .run();
}

const stored = async () =>
  (await env.DB.prepare("SELECT COUNT(*) AS n FROM assets WHERE deleted = 0").first<number>("n")) ?? 0;

describe("a plan with names outside the caller's grants", () => {
  const secret = { headers: { Authorization: SECRET } };

  it.each([
    ["creates one", [anAsset("new", secret)], ""],
    ["updates one", [anAsset("theirs", { ...secret, sha512: OTHER_SHA512 })], ""],
    ["leaves one as it is", [anAsset("team/own", { sha512: OTHER_SHA512 }), anAsset("theirs", secret)], ""],
    ["deletes one", [anAsset("team/own")], "?prune=true"],
  ])("that %s is neither shown nor applied: 403", async (_, body, query) => {
    await fill("team/own");
    await api("PUT", `${ASSETS}/theirs`, { token: alice, body: anAsset("theirs", secret) });
    const id = await planOf(body, query);
    const before = await storedRows();
    for (const more of ["&dry_run=true", ""]) {
      const answer = await post(`apply?plan=${id}${more}`, { token: narrow });
      expect([answer.status, await answer.text()]).toEqual([
        403,
        '{"message":"unauthorized to perform action","code":4}',
      ]);
    }
    expect(await storedRows()).toBe(before);
    expect((await post(`apply?plan=${id}&dry_run=true`, { token: bob })).status).toBe(200);
  });

  it("is applied by a caller who may edit all of them", async () => {
    const id = await planOf([anAsset("team/own")]);
    expect((await post(`apply?plan=${id}`, { token: narrow })).status).toBe(200);
  });

  it("is 404 under another namespace, also for one who may edit both", async () => {
    await aNamespace("other");
    const id = await planOf([anAsset("new")]);
    const both = await tokenFor(["edit@*"]);
    for (const more of ["", "&dry_run=true"]) {
      const path = `/api/edge/v1/namespaces/other/apply?plan=${id}${more}`;
      expect((await api("POST", path, { token: both })).status).toBe(404);
    }
  });
});

describe("a plan applied by another", () => {
  it("is written in the applier's name, in definitions and in history, and is then unchanged for both", async () => {
    await fill("change", "keep");
    const set = [anAsset("change", { sha512: OTHER_SHA512 }), anAsset("fresh"), anAsset("keep")];
    const id = await planOf(set);
    const asBob = await shown(`apply?plan=${id}&dry_run=true`, { token: bob });
    expect(asBob.update[0]?.lines).toContain('+ metadata.created_by: "bob"');
    expect((await post(`apply?plan=${id}`, { token: bob })).status).toBe(200);
    for (const [name, by] of [
      ["change", "bob"],
      ["fresh", "bob"],
      ["keep", "alice"],
    ]) {
      const got = await api("GET", `${ASSETS}/${name}`, { token: alice });
      expect(await got.json()).toMatchObject({ metadata: { created_by: by } });
      const row = await env.DB.prepare("SELECT created_by, etag FROM assets WHERE name = ?1")
        .bind(name)
        .first();
      expect(row).toEqual({ created_by: by, etag: got.headers.get("ETag") });
    }
    for (const token of [alice, bob])
      expect(await shown("plan", { token, body: set })).toMatchObject({ plan: null, create: [], update: [] });
  });

  it("shows nothing once the namespace has changed: 409", async () => {
    const id = await planOf([anAsset("new")]);
    await fill("other");
    const answer = await post(`apply?plan=${id}&dry_run=true`);
    expect([answer.status, await answer.json()]).toEqual([
      409,
      {
        message: "the namespace has changed since revision 0, for which this was planned; plan again",
        code: 7,
      },
    ]);
  });

  it("of an earlier form of plans is 404", async () => {
    await env.DB.prepare("INSERT INTO plans VALUES ('plan-old', 0, 'default', ?1, ?2)")
      .bind(JSON.stringify({ namespace: "default", seq: 0, create: [], update: [] }), Date.now() * 2)
      .run();
    expect((await post("apply?plan=plan-old")).status).toBe(404);
  });
});

describe("a prune", () => {
  it.each(["", "\n", " \n\t\r\n "])("with the empty body %j is 400 in plan and apply", async (body) => {
    await fill("a");
    for (const path of ["plan?prune=true", "apply?prune=true", "apply?prune=true&max_delete=9", "apply"]) {
      const answer = await post(path, { body });
      expect([path, answer.status, await answer.json()]).toEqual([
        path,
        400,
        { message: "the body is empty; send definitions, or [] for a set of none", code: 1 },
      ]);
    }
    const nothing = await post("apply?prune=true&max_delete=9");
    expect([nothing.status, await stored()]).toEqual([400, 1]);
  });

  it.each([
    // existing, kept, deletes allowed without max_delete
    [4, 1, 3],
    [5, 1, 3],
    [12, 9, 3],
    [39, 36, 3],
    [40, 36, 4],
    [50, 45, 5],
  ])("of %i assets that keeps %i may delete %i", async (existing, kept, allowed) => {
    await fillMany(existing);
    const keep = Array.from({ length: kept }, (_, index) =>
      anAsset(`many/${String(index + 1).padStart(6, "0")}`),
    );
    const gone = existing - kept;
    for (const path of ["plan?prune=true", "apply?prune=true&dry_run=true"]) {
      const answer = await post(path, { body: keep });
      const message = `this would delete ${gone} of ${existing} assets; the limit is ${allowed}: say max_delete=${gone} if that is meant`;
      if (gone <= allowed) expect([path, answer.status]).toEqual([path, 200]);
      else expect([path, await answer.json()]).toEqual([path, { message, code: 1 }]);
    }
    const said = await shown(`plan?prune=true&max_delete=${gone}`, { body: keep });
    expect(said.delete).toHaveLength(gone);
    expect((await post(`plan?prune=true&max_delete=${gone - 1}`, { body: keep })).status).toBe(400);
  });

  it("that would empty the namespace always needs max_delete", async () => {
    await fill("only");
    for (const path of ["plan?prune=true", "apply?prune=true"]) {
      const answer = await post(path, { body: [] });
      expect([path, await answer.json()]).toEqual([
        path,
        {
          message: "this would delete 1 of 1 assets; the limit is 0: say max_delete=1 if that is meant",
          code: 1,
        },
      ]);
    }
    expect(await stored()).toBe(1);
    // Nor does a set that is meant for another namespace, none of whose names is here.
    const others = await post("apply?prune=true", { body: [anAsset("other"), anAsset("another")] });
    expect([others.status, await stored()]).toEqual([400, 1]);
    const id = await planOf([], "?prune=true&max_delete=1");
    expect((await post(`apply?plan=${id}&max_delete=0`)).status).toBe(400);
    expect((await post(`apply?plan=${id}`)).status).toBe(200);
    expect(await stored()).toBe(0);
  });

  it("counts what the caller may edit alone", async () => {
    await fillMany(40, "hidden");
    await fillMany(6, "team");
    const answer = await post("plan?prune=true", { token: narrow, body: [anAsset("team/000001")] });
    expect((await answer.json<{ message: string }>()).message).toBe(
      "this would delete 5 of 6 assets; the limit is 3: say max_delete=5 if that is meant",
    );
  });

  it("of a namespace of 20,000 is refused before their definitions are read", async () => {
    await fillMany(20_000);
    for (const query of ["?prune=true", "?prune=true&max_delete=20000"]) {
      const answer = await post(`plan${query}`, { body: [] });
      expect(await answer.json()).toEqual({
        message:
          "this would delete more than 5000 assets, the most that one request may delete; delete some by name first",
        code: 1,
      });
    }
  });

  it("of 5,000 is one transaction, and its answer names them all within a bound of bytes", async () => {
    await fillMany(5_000);
    const answer = await post("plan?prune=true&max_delete=5000", { body: [] });
    const text = await answer.text();
    expect(text.length).toBeLessThan(1.5 * 1024 * 1024);
    const plan: Shown = JSON.parse(text);
    expect([plan.delete.length, plan.truncated]).toEqual([5_000, true]);
    expect(plan.delete[0]?.lines).toHaveLength(2);
    expect(plan.delete.at(-1)?.lines).toBeUndefined();
    expect((await post(`apply?plan=${plan.plan}`)).status).toBe(200);
    expect(await stored()).toBe(0);
  });
});

describe("what a plan shows", () => {
  it("is differences up to 1 MiB, of updates first, and the names of all", async () => {
    const big = (name: string, letter: string) =>
      anAsset(name, { headers: { "X-Big": letter.repeat(200_000) } });
    const names = ["a", "b", "c", "d", "e", "f"];
    await post("apply", { body: names.map((name) => big(name, "x")) });
    const plan = await shown("plan", { body: [big("0", "x"), ...names.map((name) => big(name, "y"))] });
    expect(plan.truncated).toBe(true);
    expect(plan.update.map(({ name }) => name)).toEqual(names);
    expect(plan.create).toEqual([{ name: "0" }]);
    const detailed = plan.update.filter(({ lines }) => lines !== undefined);
    expect([1, 2]).toContain(detailed.length);
    expect(JSON.stringify(plan).length).toBeLessThan(1.1 * 1024 * 1024);
    const small = await shown("plan", { body: [anAsset("0")] });
    expect(small.truncated).toBe(false);
  });

  it("is refused for a set that takes too much as it is stored, though not as it is sent", async () => {
    const set = Array.from({ length: 25 }, (_, index) =>
      anAsset(`n${index}`, { headers: { "X-Escaped": "<".repeat(150_000) } }),
    );
    const answer = await post("apply", { body: set });
    expect(answer.status).toBe(413);
    expect(await stored()).toBe(0);
  });
});

describe("a parameter that is wrong", () => {
  it.each([
    ["apply?dry_run=1", 'invalid dry_run "1": use true or false'],
    ["apply?dry_run=True", 'invalid dry_run "True": use true or false'],
    ["apply?dry_run", 'invalid dry_run "": use true or false'],
    ["apply?dryrun=true", 'unknown parameter "dryrun"; did you mean dry_run?'],
    ["apply?dry-run=true", 'unknown parameter "dry-run"; did you mean dry_run?'],
    ["apply?dry_run=true&dry_run=false", "the parameter dry_run is repeated; send it once"],
    ["apply?prune=yes", 'invalid prune "yes": use true or false'],
    ["apply?strict=1", 'invalid strict "1": use true or false'],
    ["apply?prune=true&max_delete=all", 'invalid max_delete "all": use a whole number'],
    ["apply?max_delete=1&max-delete=2", "the parameter max_delete is repeated; send it once"],
    ["plan?prune=1", 'invalid prune "1": use true or false'],
    ["plan?fieldSelector=a", 'unknown parameter "fieldSelector"; did you mean labelSelector?'],
  ])("%s is 400 and nothing is written", async (path, message) => {
    await fill("a");
    const before = await storedRows();
    const answer = await post(path, { body: [anAsset("b")] });
    expect([answer.status, await answer.json()]).toEqual([400, { message, code: 1 }]);
    expect(await storedRows()).toBe(before);
  });
});
