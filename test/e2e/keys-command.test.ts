import { afterAll, beforeAll, expect, it } from "vitest";
import { runKeys } from "../../scripts/keys/run.ts";
import { runHere, runScript, type Ran } from "../support/command.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.close());

function keys(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  return runHere(runKeys, args, { ...server(), ...environment });
}

function server(): Record<string, string> {
  return { SENSU_API_URL: worker.url, SENSU_TOKEN: worker.token };
}

it("npm run keys writes to the streams of its process and ends with the command's exit code", async () => {
  const listed = await runScript(["scripts/keys.ts", "list"], server());
  expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(/^NAME +STATUS/), err: "" });
  const failed = await runScript(["scripts/keys.ts", "get", "--name", "none"], server());
  expect(failed).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^404: no key named none/) });
});

it("makes a key that is shown once, lists, rotates and revokes it", async () => {
  const made = await keys(["create", "ci", "--grants", "edit@default", "--expires", "90d"]);
  expect(made.out).toMatch(/^sak_[0-9A-Za-z]{49}\n$/);
  const listed = await keys(["list"]);
  expect(listed.out).toMatch(
    /^NAME +STATUS +GRANTS +MADE BY +EXPIRES +LAST USED\nci +live +edit@default +admin +\d{4}-/,
  );
  expect(listed.out).not.toContain(made.out.trim());
  const rotated = await keys(["rotate", "ci", "--overlap", "1h"]);
  expect(rotated.out).not.toBe(made.out);
  expect(JSON.parse((await keys(["get", "ci", "--format", "json"])).out)).toHaveLength(2);
  expect(await keys(["revoke", "ci"])).toEqual({
    code: 0,
    out: "",
    err:
      "ci is revoked: it ends everywhere within three minutes, and access tokens made from it live out their five " +
      "minutes.\n",
  });
  expect((await keys(["list"])).out).not.toMatch(/live/);
});

it("takes the name as the option it was before, once", async () => {
  expect((await keys(["create", "--name", "before", "--grants", "view@default"])).code).toBe(0);
  expect((await keys(["get", "--name", "before", "--format", "yaml"])).out).toMatch(/^- name: before\n/);
  expect((await keys(["get", "before", "--name", "before"])).err).toMatch(/^the name is given twice; /);
  expect((await keys(["revoke"])).err).toMatch(
    /^the name of the key is missing; as in .* keys -- revoke ci$/m,
  );
});

it("lists keys page by page until there are no more", async () => {
  await worker.database
    .prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at)
       SELECT printf('%064d', i), printf('page-%04d', i), 0, '["view@default"]', 'x', i FROM n`,
    )
    .run();
  const listed = JSON.parse((await keys(["list", "--format", "json"])).out) as { name: string }[];
  const names = listed.map(({ name }) => name).filter((name) => name.startsWith("page-"));
  expect([names.length, new Set(names).size, names.at(-1)]).toEqual([1_200, 1_200, "page-1200"]);
});

it("says what is wrong and what to do, and exits with 1", async () => {
  const cases: [string[], Record<string, string>, RegExp][] = [
    [["dance"], {}, /^unknown command 'dance'; there are list, create, get, rotate, revoke$/m],
    [["create", "x"], {}, /--grants is missing/],
    [["create", "x", "--grants", "all"], {}, /^400: "all" is not a grant/],
    [["get", "none"], {}, /^404: no key named none/],
    [["list"], { SENSU_TOKEN: "nonsense" }, /^401: invalid credentials; the credential in SENSU_TOKEN/],
    [["list"], { SENSU_API_URL: "http://127.0.0.1:9" }, /does not answer: .*; set SENSU_API_URL/],
    [["rotate", "x", "--overlap", "soon"], {}, /--overlap "soon"/],
  ];
  for (const [args, environment, message] of cases) {
    const { code, err } = await keys(args, environment);
    expect([args, code]).toEqual([args, 1]);
    expect(err).toMatch(message);
  }
});
