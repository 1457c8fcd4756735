import { createServer } from "node:net";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runAssets } from "../../scripts/assets/run.ts";
import { runHere, runScript, type Ran } from "../support/command.ts";
import { anAsset, OTHER_SHA512, SHA512 } from "../support/fixtures.ts";
import { startBefore, type BeforeWorker } from "../support/before-worker.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
let front: BeforeWorker;
let folder: string;
let namespace = "";
let count = 0;

beforeAll(async () => {
  worker = await startWorker();
  front = await startBefore(worker);
  folder = await mkdtemp(join(tmpdir(), "assets-command-"));
});
afterAll(async () => {
  await front.close();
  await worker.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  count += 1;
  namespace = `team-${count}`;
  await worker.send("POST", "/api/core/v2/namespaces", { body: JSON.stringify({ name: namespace }) });
});

function assets(args: string[], environment: Record<string, string> = {}, input = ""): Promise<Ran> {
  const server = { SENSU_API_URL: front.url, SENSU_TOKEN: worker.token };
  return runHere(runAssets, args, { ...server, ...environment }, input);
}

/** The same in a process of its own. Colours are for the test that asks for them, whatever the runner's terminal wants. */
function spawned(args: string[], environment: Record<string, string>, input = ""): Promise<Ran> {
  const server = { SENSU_API_URL: worker.url, SENSU_TOKEN: worker.token };
  const settings = { FORCE_COLOR: undefined, NO_COLOR: undefined, ...server, ...environment };
  return runScript(["scripts/assets.ts", ...args], settings, input);
}

/** A URL where nothing listens. */
async function silentUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** Without a question: there is no terminal on which to ask it. */
const here = (...args: string[]) => {
  const yes = ["apply", "rollback"].includes(args[0] ?? "") ? ["--yes"] : [];
  return assets([...args, "--namespace", namespace, ...yes]);
};

async function file(name: string, text: unknown): Promise<string> {
  const path = join(folder, `${namespace}-${name}`);
  await writeFile(path, typeof text === "string" ? text : JSON.stringify(text));
  return path;
}

/** The ETag of every asset of the namespace. */
async function etags(): Promise<Record<string, string | null>> {
  const path = `/api/core/v2/namespaces/${namespace}/assets`;
  const list = (await (await worker.send("GET", path)).json()) as { metadata: { name: string } }[];
  const found: Record<string, string | null> = {};
  for (const { metadata } of list) {
    const got = await worker.send("GET", `${path}/${encodeURIComponent(metadata.name)}`);
    found[metadata.name] = got.headers.get("ETag");
  }
  return found;
}

async function emptied(): Promise<void> {
  for (const name of Object.keys(await etags()))
    await worker.send("DELETE", `/api/core/v2/namespaces/${namespace}/assets/${encodeURIComponent(name)}`);
  expect(await etags()).toEqual({});
}

const one = (members = {}) => anAsset("sensu/one", members, namespace);
const two = (members = {}) => anAsset("two", members, namespace);

/** Values that a careless writer or reader of YAML changes. */
const TRICKY = {
  yes: "yes",
  no: "off",
  digits: "0123",
  exponent: "1e5",
  date: "2026-01-31",
  null: "null",
  empty: "",
  tilde: "~",
  colon: "a: b # c",
  lines: "one\n  two\n\n",
  quotes: `"'`,
  bang: "!x &y *z",
  emoji: "\u{1F600}\u0085\u2028",
  "sensu.io/managed_by": "sensuctl",
  long: "word ".repeat(60),
  template: "{{ .labels.x }}",
};

describe("a dump", () => {
  const tricky = () => [
    one({ metadata: { name: "sensu/one", namespace, labels: TRICKY, annotations: TRICKY } }),
    two({ filters: { "entity.system.os": "linux" }, headers: { Authorization: "Bearer $TOKEN" } }),
    anAsset("3", { filters: ["entity.system.os == 'linux'"], url: "https://e/{{ .x }}<&>" }, namespace),
    { metadata: { name: "builds", namespace }, builds: [{ url: "https://e/x", sha512: SHA512 }] },
  ];

  it.each([
    ["dump.yaml", []],
    ["dump.json", []],
    ["dump", ["--format", "wrapped-json"]],
  ])("applied to the emptied namespace gives equal ETags: %s %j", async (name, options) => {
    expect(await here("apply", await file("set.json", tricky()))).toMatchObject({ code: 0, err: "" });
    const before = await etags();
    expect(Object.keys(before)).toEqual(["3", "builds", "sensu/one", "two"]);
    const out = join(folder, `${namespace}-${name}`);
    const dumped = await here("dump", "--out", out, ...options);
    expect(dumped).toEqual({ code: 0, out: "", err: `4 assets of ${namespace} in ${out}\n` });
    expect(await here("plan", out)).toMatchObject({ code: 0, out: "Nothing to do: 4 assets unchanged\n" });
    await emptied();
    expect((await here("apply", out)).code).toBe(0);
    expect(await etags()).toEqual(before);
  });

  it("is written as sensuctl writes it", async () => {
    await here("apply", await file("set.json", [one({ filters: ["a == 1"] }), two()]));
    const yaml = await here("dump");
    const [first, second] = yaml.out.split("---\n");
    expect(second).toMatch(/^type: Asset\n/);
    expect(first).toBe(
      [
        "type: Asset",
        "api_version: core/v2",
        "metadata:",
        "  created_by: admin",
        "  name: sensu/one",
        `  namespace: ${namespace}`,
        "spec:",
        "  filters:",
        "  - a == 1",
        `  sha512: ${SHA512}`,
        "  url: https://assets.example.com/sensu/one.tar.gz",
        "",
      ].join("\n"),
    );
    const bare = JSON.parse((await here("dump", "--format", "json")).out) as unknown[];
    expect(bare).toMatchObject([{ metadata: { name: "sensu/one" } }, { metadata: { name: "two" } }]);
  });

  it("comes in pages, and leaves the file there was when it fails", async () => {
    const many = Array.from({ length: 620 }, (_, index) => anAsset(`a${index}`, {}, namespace));
    await here("apply", await file("many.json", many));
    expect((await here("dump")).out.split("---\n")).toHaveLength(620);
    const out = await file("kept.yaml", "kept");
    const failed = await assets(["dump", "--out", out, "--namespace", "none"]);
    expect(failed).toMatchObject({
      code: 1,
      err: expect.stringMatching(/the namespace none does not exist/),
    });
    expect(await readFile(out, "utf8")).toBe("kept");
  });

  it("of a namespace without assets is empty", async () => {
    expect(await here("dump", "--format", "json")).toEqual({ code: 0, out: "[]\n", err: "" });
    expect(await here("dump")).toEqual({ code: 0, out: "", err: "" });
  });
});

describe("files", () => {
  const wrapped = ({ metadata, ...spec }: ReturnType<typeof one>) => ({
    type: "Asset",
    api_version: "core/v2",
    metadata,
    spec,
  });
  const check = { type: "CheckConfig", api_version: "core/v2", metadata: { name: "c" }, spec: {} };

  it.each<[string, string, () => string]>([
    ["a JSON array", "x.json", () => JSON.stringify([one(), two()])],
    ["NDJSON", "x.ndjson", () => `${JSON.stringify(one())}\n\n${JSON.stringify(two())}\n`],
    [
      "wrapped JSON as sensuctl dumps it, one value after another",
      "x",
      () => [wrapped(one()), check, wrapped(two())].map((each) => JSON.stringify(each, null, 2)).join("\n"),
    ],
    [
      "YAML documents with anchors, comments and other resources",
      "x.yml",
      () =>
        `# ours
---
type: Asset
api_version: core/v2
metadata:
  name: sensu/one
  namespace: ${namespace}
  labels: &labels {a: b}
  annotations: {<<: *labels, c: d}
spec:
  url: https://e/one
  sha512: ${SHA512}
---
---
type: Handler
api_version: core/v2
metadata: {name: h}
spec: {type: pipe}
---
metadata: {name: two}
url: https://e/two
sha512: "${SHA512}"
`,
    ],
  ])("are read as %s", async (_, name, text) => {
    const planned = await here("plan", await file(name, text()), "--format", "json");
    const changes = JSON.parse(planned.out) as { create: { name: string }[] };
    expect([planned.code, changes.create.map((each) => each.name)]).toEqual([2, ["sensu/one", "two"]]);
  });

  it("come on the standard input of the process, whose exit code is the command's", async () => {
    const args = ["plan", "-", "--namespace", namespace];
    const planned = await spawned(args, {}, JSON.stringify(two()));
    expect(planned).toMatchObject({ code: 2, out: expect.stringMatching(/^\+ create two\n/), err: "" });
    const failed = await spawned(["plan", "-", "--namespace", namespace], {}, "- hello\n");
    expect(failed).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/not a definition/) });
  });

  it("may be folders, and standard input", async () => {
    const nested = join(folder, namespace, "nested");
    await mkdir(nested, { recursive: true });
    await writeFile(join(nested, "one.yaml"), JSON.stringify(wrapped(one())));
    await writeFile(join(folder, namespace, "README.md"), "# not a definition");
    const planned = await assets(
      ["plan", join(folder, namespace), "-", "--namespace", namespace],
      {},
      JSON.stringify(two()),
    );
    expect(planned).toMatchObject({ code: 2, out: expect.stringMatching(/^\+ create sensu\/one\n/) });
    expect(planned.out).toMatch(/\n2 to create, 0 to update, 0 to delete, 0 unchanged\n/);
  });

  it("that are wrong are told by place, all at once, and nothing is sent", async () => {
    const bad = await file(
      "bad.yaml",
      `metadata: {name: a}\nurl: ftp://e\nsha512: "${SHA512}"\n---\nmetadata: {name: b}\nurl: 5\n---\n` +
        `metadata: {name: c, labels: {critical: true}}\nurl: https://e\nsha512: "${SHA512}"\n---\n- hello\n`,
    );
    const { code, err, out } = await assets(["apply", bad, "--namespace", namespace], {
      SENSU_API_URL: await silentUrl(),
    });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("4 definitions are not right");
    expect(err).toContain(`${bad}, document 1: a: URL must be HTTP or HTTPS`);
    expect(err).toContain(
      `${bad}, document 2: url is the number 5, not text: put what the file says in quotes`,
    );
    expect(err).toContain(
      `${bad}, document 3: metadata.labels.critical is true, not text: write 'true', in quotes`,
    );
    expect(err).toContain(`${bad}, document 4, element 1: this is "hello", not a definition`);
  });

  it.each<[string, string, RegExp]>([
    ["broken.yaml", "a: [1", /broken\.yaml, document 1 is not YAML: .* line 1/s],
    ["broken.json", '[{"a":1}\n{', /document 1 \(it begins at line 1\) is not JSON: invalid character '\{'/],
    ["digits.yaml", `metadata: {name: a}\nsha512: ${"9".repeat(400)}`, /sha512 .* too large.*quotes/],
    ["twice.yaml", "a: 1\na: 2", /Map keys must be unique/],
  ])("that cannot be read say why: %s", async (name, text, message) => {
    const { code, err } = await here("plan", await file(name, text));
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it("that name an asset twice, or are not there, are refused", async () => {
    const a = await file("a.json", one());
    const b = await file("b.json", one({ sha512: OTHER_SHA512 }));
    expect((await here("plan", a, b)).err).toContain(
      `${b}, document 1: sensu/one is in ${a}, document 1 too, and differs:\n    - sha512: "${SHA512}"\n    + sha512: `,
    );
    expect((await here("plan", a, a)).err).toMatch(/a\.json is named twice/);
    expect((await here("plan", join(folder, "none.yaml"))).err).toMatch(
      /none\.yaml cannot be read: .*ENOENT/,
    );
    expect((await here("plan")).err).toMatch(/no definitions are named/);
  });
});

describe("plan and apply", () => {
  it("tell CI by exit codes, do what was shown, and then find nothing to do", async () => {
    await here("apply", await file("first.json", [one(), two()]));
    const set = await file("set.json", [
      one({ sha512: OTHER_SHA512 }),
      anAsset("new", { url: "http://e/x" }, namespace),
    ]);
    const planned = await here("plan", set, "--prune");
    expect(planned.code).toBe(2);
    expect(planned.out).toMatch(/^\+ create new\n {4}\+ url: "http:\/\/e\/x"\n/);
    expect(planned.out).toMatch(/\n {4}! url: .* \(plain-http\)\n/);
    expect(planned.out).toMatch(/\n~ update sensu\/one\n {4}- sha512: "[^"]+"\n {4}\+ sha512: "0f0f/);
    expect(planned.out).toMatch(/\n- delete two\n/);
    expect(planned.out).toContain("\n1 to create, 1 to update, 1 to delete, 0 unchanged; 1 lint finding\n");

    const before = await etags();
    expect((await here("apply", set, "--prune", "--dry-run")).code).toBe(2);
    expect(await etags()).toEqual(before);

    const id = /--plan (plan-\S+)/.exec(planned.out)?.[1] ?? "";
    const applied = await here("apply", "--plan", id, "--reason", "release 2");
    expect(applied.out).toMatch(/Done: 1 created, 1 updated, 1 deleted, 0 unchanged; revision \d+\n$/);
    expect(applied.code).toBe(0);
    expect(Object.keys(await etags())).toEqual(["new", "sensu/one"]);
    expect((await here("plan", set, "--prune")).code).toBe(0);
    expect((await here("apply", set, "--prune")).out).toBe("Nothing to do: 2 assets unchanged\n");
    const [newest] = JSON.parse((await here("history", "sensu/one", "--format", "json")).out) as unknown[];
    expect(newest).toMatchObject({ who: "admin", action: "update", reason: "release 2" });
  });

  it("write JSON and YAML for programs", async () => {
    const set = await file("set.json", [one()]);
    const planned = JSON.parse((await here("plan", set, "--format", "json")).out) as { plan: string };
    expect(planned.plan).toMatch(/^plan-/);
    const done = await here("apply", set, "--format", "yaml");
    expect(done.out).toMatch(
      /^namespace: team-\d+\napplied: true\nlast: \d+\ncreate:\n- sensu\/one\nupdate: \[\]\ndelete: \[\]\nunchanged: \[\]\n$/,
    );
  });

  it("refuse a plan that no longer fits, that is not there, or that deletes too much", async () => {
    const set = await file("set.json", [one()]);
    const id = /--plan (\S+)/.exec((await here("plan", set)).out)?.[1] ?? "";
    await here("apply", await file("two.json", [two()]));
    expect(await here("apply", "--plan", id)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has changed since .*nothing was changed; run it again/),
    });
    expect((await here("apply", "--plan", "plan-none")).err).toMatch(
      /has no plan plan-none; plans last an hour/,
    );
    expect((await here("apply", "--plan", id, set)).err).toMatch(/no files/);

    const many = Array.from({ length: 12 }, (_, index) => anAsset(`a${index}`, {}, namespace));
    await here("apply", await file("many.json", many));
    expect(await here("apply", set, "--prune")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/would delete 13 of 13 assets; the limit is 0.*say --max-delete 13/),
    });
    expect((await here("plan", set, "--prune")).err).toMatch(/say --max-delete 13/);
    expect((await here("plan", set, "--prune", "--max-delete", "13")).code).toBe(2);
    expect((await here("apply", set, "--prune", "--max-delete", "13")).code).toBe(0);
    expect(Object.keys(await etags())).toEqual(["sensu/one"]);
    const empty = await file("empty.json", "[]\n");
    expect((await here("apply", empty, "--prune")).err).toMatch(/say --max-delete 1/);
    expect((await here("apply", empty, "--prune", "--max-delete", "1")).code).toBe(0);
    expect(await etags()).toEqual({});
  });

  it("take more than one transaction only when told so", async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => anAsset(`a${index}`, {}, namespace));
    const set = await file("many.json", many);
    expect(await here("plan", set)).toMatchObject({
      code: 2,
      out: expect.stringMatching(
        /\n1001 to create.*\nMore than one transaction takes: apply it with --batches, 2/,
      ),
    });
    expect((await here("plan", set, "--prune")).err).toMatch(
      /--prune needs the whole set in one transaction/,
    );
    expect((await here("apply", set)).err).toMatch(/this takes 2 transactions.*say --batches/);
    expect(await etags()).toEqual({});
    expect((await here("apply", set, "--batches")).code).toBe(0);
    expect((await here("plan", set)).out).toBe("Nothing to do: 1,001 assets unchanged\n");
  });

  it("show colours where they are wanted, and nothing that drives a terminal", async () => {
    const set = await file("set.json", [
      one({ metadata: { name: "sensu/one", namespace, labels: { x: "\u001b[2J\u009b" } } }),
    ]);
    const wanted = await spawned(["plan", set, "--namespace", namespace], { FORCE_COLOR: "1" });
    expect(wanted.out).toContain("\u001b[32m+ create sensu/one\u001b[39m");
    expect(wanted.out).not.toContain("\u001b[2J");
    expect(wanted.out).not.toContain("\u009b");
    expect((await spawned(["plan", set, "--namespace", namespace], {})).out).not.toContain("\u001b");
    expect((await here("plan", set)).out).not.toContain("\u001b");
  });
});

describe("history, diff and rollback", () => {
  it("find who it was, show what it was, and take it back", async () => {
    await here("apply", await file("one.json", [one()]), "--reason", "first");
    const [etag] = Object.values(await etags());
    await here("apply", await file("bad.json", [one({ sha512: OTHER_SHA512 })]), "--reason", "oops");

    const listed = await here("history", "sensu/one");
    expect(listed.out).toMatch(
      /^REVISION +WHEN +WHO +ACTION +ETAG +REASON\n(\d+) +\S+Z +admin +update +"\w+" +oops\n(\d+) +\S+Z +admin +create +"\w+" +first\n$/,
    );
    const [, bad = "", good = ""] = /\n(\d+).*\n(\d+)/.exec(listed.out) ?? [];
    const changed = await here("diff", "sensu/one");
    expect(changed.out).toMatch(
      /^from revision \d+: create by admin .* \(first\)\nto {3}revision \d+: update by/,
    );
    expect(changed.out).toContain(`- sha512: "${SHA512}"\n+ sha512: "${OTHER_SHA512}"\n`);
    expect((await here("diff", "sensu/one", "--from", bad, "--to", bad)).out).toMatch(/\nno difference\n$/);

    const stale = await here("rollback", "sensu/one", "--to", good, "--if-match", "0");
    expect(stale).toMatchObject({ code: 1, err: expect.stringMatching(/no longer the one of --if-match/) });
    const [current = ""] = Object.values(await etags());
    const match = current?.replaceAll('"', "") ?? "";
    const rolled = await here("rollback", "sensu/one", "--to", good, "--if-match", match, "--reason", "undo");
    expect(rolled).toMatchObject({ code: 0, err: "" });
    expect(rolled.out).toContain(`Back to revision ${good}:\n`);
    expect(rolled.out).toMatch(/update by admin at \S+ \(undo\)\n- sha512: "0f/);
    expect(Object.values(await etags())).toEqual([etag]);

    await emptied();
    expect((await here("rollback", "sensu/one", "--to", good)).code).toBe(0);
    expect(Object.values(await etags())).toEqual([etag]);
  });

  it("rollback without --to undoes the last change, also a deletion", async () => {
    expect((await here("apply", await file("v1.json", [one()]))).code).toBe(0);
    const before = await etags();
    expect(await here("rollback", "sensu/one")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^sensu\/one has one revision and no other to go back to; /),
    });
    expect((await here("apply", await file("v2.json", [one({ sha512: OTHER_SHA512 })]))).code).toBe(0);
    expect((await here("rollback", "sensu/one")).code).toBe(0);
    expect(await etags()).toEqual(before);
    await emptied();
    expect((await here("rollback", "sensu/one")).code).toBe(0);
    expect(await etags()).toEqual(before);
  });

  it.each([
    ["diff", "--to"],
    ["diff", "--from"],
    ["rollback", "--to"],
  ])("%s %s a revision that does not exist names the newest", async (subcommand, option) => {
    await here("apply", await file("one.json", [one()]));
    expect(await here(subcommand, "sensu/one", option, "987654")).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^no revision 987654 of asset sensu\/one .*the newest is \d+; `history NAME`/,
      ),
    });
  });

  it("say what is missing", async () => {
    const cases: [string[], RegExp][] = [
      [["history", "none"], /has no asset none/],
      [["diff", "none"], /has no asset none/],
      [["rollback", "none", "--to", "1"], /has no asset none/],
      [["rollback", "none"], /has no asset none/],
      [["dump", "--out", join(folder, "none", "x.yaml")], /x\.yaml cannot be written: ENOENT.*--out/],
      [["rollback", "none", "--to", "x"], /--to "x" is no revision/],
      [["history"], /^missing required argument 'name'; /],
      [["history", "a", "b"], /"b" is one too many/],
      [["history", "a", "--format", "xml"], /use table, json, yaml/],
      [["dump", "x"], /"x" is one too many; all assets are dumped/],
      [["plan", "--what"], /--what.*--help/s],
      [["dance"], /^unknown command 'dance'; there are dump, /],
    ];
    for (const [args, message] of cases) {
      const { code, err, out } = await here(...args);
      expect([args, code, out]).toEqual([args, 1, ""]);
      expect(err).toMatch(message);
    }
  });
});

describe("the server and the credential", () => {
  it("are named when they fail, with what to set, and the credential never is", async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [
        { SENSU_API_URL: await silentUrl() },
        /^http:\/\/127\.0\.0\.1:\d+ does not answer: .*set SENSU_API_URL/,
      ],
      [{ SENSU_API_URL: "ftp://x" }, /^SENSU_API_URL is no http or https URL/],
      [{ SENSU_API_URL: "http://u:s3cret@x" }, /^SENSU_API_URL holds a user or password/],
      [
        { SENSU_TOKEN: "s3cret" },
        /^401: invalid credentials; the credential in SENSU_TOKEN .* set SENSU_TOKEN/,
      ],
      [{ SENSU_TOKEN: "", SENSU_API_KEY: "s3cret" }, /^401: .* set SENSU_API_KEY/],
      [{ SENSU_TOKEN: "s3cret\nx" }, /^SENSU_TOKEN holds a blank/],
      [{ SENSU_TOKEN: "", SENSU_API_KEY: "" }, /^set SENSU_TOKEN .* or SENSU_API_KEY/],
    ];
    for (const [environment, message] of cases) {
      const { code, err } = await assets(["dump"], environment);
      expect([code, environment]).toEqual([1, environment]);
      expect(err).toMatch(message);
      expect(err).not.toContain("s3cret");
    }
  });

  it("may be an API key, which gets no further than its grants", async () => {
    const made = await worker.send("POST", "/api/edge/v1/keys", {
      body: JSON.stringify({ name: `viewer-${count}`, grants: [`view@${namespace}`] }),
    });
    const { key } = (await made.json()) as { key: string };
    const environment = { SENSU_TOKEN: "", SENSU_API_KEY: key };
    expect((await assets(["dump", "--namespace", namespace], environment)).code).toBe(0);
    const set = await file("set.json", [one()]);
    expect(await assets(["apply", set, "--namespace", namespace], environment)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^403: .*the grants of the credential in SENSU_API_KEY/),
    });
  });
});

it.each(["dump", "plan", "apply", "diff", "history", "rollback"])(
  "%s explains itself and its exit codes",
  async (name) => {
    const { code, out } = await assets([name, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`assets -- ${name}`);
    expect(out).toMatch(/Exit codes: 0 .*1 an error/);
    expect(out).toContain("SENSU_API_URL");
  },
);
