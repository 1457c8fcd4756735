// What a small mistake of the caller must not do: cases after public bug reports, and everything a prune could lose.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseDocument } from "yaml";
import { runAssets } from "../../scripts/assets/run.ts";
import { startBefore, type BeforeWorker } from "../support/before-worker.ts";
import { runHere, type Ran } from "../support/command.ts";
import { anAsset, OTHER_SHA512, SHA512 } from "../support/fixtures.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
let before: BeforeWorker;
let folder: string;
let count = 0;
let namespace: string;

beforeAll(async () => {
  worker = await startWorker();
  before = await startBefore(worker);
});
afterAll(async () => {
  await before.close();
  await worker.close();
});
beforeEach(async () => {
  count += 1;
  namespace = await newNamespace(`slip-${count}`);
  folder = await mkdtemp(join(tmpdir(), "assets-slips-"));
  before.asked.length = 0;
  before.answer = () => null;
});
afterEach(() => rm(folder, { recursive: true }));

async function newNamespace(name: string): Promise<string> {
  await worker.send("POST", "/api/core/v2/namespaces", { body: JSON.stringify({ name }) });
  return name;
}

function assets(args: string[], environment: Record<string, string> = {}, input = ""): Promise<Ran> {
  const reached = { SENSU_API_URL: before.url, SENSU_TOKEN: worker.token };
  return runHere(runAssets, args, { ...reached, ...environment }, input);
}

const here = (...args: string[]) => assets([...args, "--namespace", namespace]);

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text);
  return path;
}

/** The names of a namespace's assets. */
async function stored(of = namespace): Promise<string[]> {
  const list = await worker.send("GET", `/api/core/v2/namespaces/${of}/assets`);
  return ((await list.json()) as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
}

async function have(of: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    const body = JSON.stringify(anAsset(name, {}, of));
    const put = await worker.send("PUT", `/api/core/v2/namespaces/${of}/assets/${name}`, { body });
    expect(put.status).toBe(201);
  }
}

const writes = () =>
  before.asked.filter(
    ({ url }) => url.pathname.endsWith("/apply") && url.searchParams.get("dry_run") !== "true",
  );

const doc = (name: string, type = "Asset", more = "") =>
  `---\ntype: ${type}\napi_version: core/v2\nmetadata: {name: ${name}${more}}\nspec: {url: https://e/${name}, sha512: "${SHA512}"}\n`;

const CHECK = "---\ntype: CheckConfig\napi_version: core/v2\nmetadata: {name: c}\nspec: {command: x}\n";

describe("types", () => {
  it.each(["asset", "ASSET", "aSSet"])("%s are assets, which a prune keeps", async (type) => {
    await have(namespace, "kept", "load-checks");
    const set = await file("set.yaml", doc("kept") + doc("load-checks", type));
    expect((await here("apply", set, "--prune", "--yes")).code).toBe(0);
    expect(await stored()).toEqual(["kept", "load-checks"]);
  });

  it.each(["Assets", "Aset", "Assett", "Assest"])("%s are refused with what was meant", async (type) => {
    await have(namespace, "kept", "load-checks");
    const set = await file("set.yaml", doc("kept") + doc("load-checks", type));
    const { code, err } = await here("apply", set, "--prune", "--yes");
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`document 2: "${type}" is no type of Sensu's; did you mean Asset?`),
    ]);
    expect(await stored()).toEqual(["kept", "load-checks"]);
  });

  it("that are missing are refused", async () => {
    const set = await file("set.yaml", doc("a").replace("type:", "tpye:"));
    expect((await here("plan", set)).err).toMatch(
      /document 1: this has a spec and no type; write type: Asset/,
    );
  });
});

describe("folders", () => {
  it("are read through links, also ones that lead back", async () => {
    const linked = await mkdtemp(join(tmpdir(), "assets-linked-"));
    await writeFile(join(linked, "b.yaml"), doc("b"));
    await file("set/a.yaml", doc("a"));
    await symlink(linked, join(folder, "set/more"));
    await symlink(join(folder, "set"), join(folder, "set/back"));
    await symlink(await file("elsewhere/c.yaml", doc("c")), join(folder, "set/one.yaml"));
    await have(namespace, "a", "b", "c");
    expect((await here("apply", join(folder, "set"), "--prune", "--yes")).code).toBe(0);
    expect(await stored()).toEqual(["a", "b", "c"]);
    await rm(linked, { recursive: true });
  });

  it.each([
    ["a hidden folder", "set/.old/b.yaml"],
    ["a hidden file", "set/.b.yaml"],
  ])("with %s are not pruned by, unless that is named or there is nothing in it", async (_, path) => {
    await file("set/a.yaml", doc("a"));
    await file("set/.git/config.yaml", doc("c"));
    const hidden = await file(path, doc("b"));
    await have(namespace, "a", "b");
    const refused = await here("apply", join(folder, "set"), "--prune", "--yes");
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\.\w+ was not read, and --prune could/),
    });
    expect((await here("plan", join(folder, "set"))).code).toBe(2);
    const named = path.includes(".old") ? join(hidden, "..") : hidden;
    expect((await here("apply", join(folder, "set"), named, "--prune", "--yes")).code).toBe(0);
    expect(await stored()).toEqual(["a", "b"]);
  });

  it("with a link that leads nowhere are an error where it is named as definitions", async () => {
    await file("set/a.yaml", doc("a"));
    await symlink(join(folder, "none"), join(folder, "set/b.yaml"));
    expect(await here("plan", join(folder, "set"))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/b\.yaml cannot be read: .*ENOENT/),
    });
  });
});

describe("sets without assets", () => {
  it.each(["", "# nothing\n", CHECK])("are nothing to do, and forbid a prune: %j", async (text) => {
    await have(namespace, "kept");
    const set = await file("set/x.yaml", text);
    const resources = text === CHECK ? "1 resource" : "0 resources";
    for (const named of [set, join(folder, "set")]) {
      const { code, out, err } = await here("apply", named, "--yes");
      expect([code, out]).toEqual([0, "Nothing to do: 0 assets unchanged\n"]);
      expect(err).toContain(`There are no assets among ${resources}\n`);
      const pruned = await here("apply", named, "--prune", "--max-delete", "5", "--yes");
      expect(pruned.code).toBe(1);
      expect(pruned.err).toContain(
        `there are no assets among ${resources}, and --prune would delete all there are`,
      );
    }
    expect(await assets(["plan", "-", "--namespace", namespace], {}, text)).toMatchObject({ code: 0 });
    expect(await stored()).toEqual(["kept"]);
  });

  it("may be an empty folder, and never a file that is not there", async () => {
    await mkdir(join(folder, "empty"));
    expect((await here("plan", join(folder, "empty"))).code).toBe(0);
    expect((await here("plan", join(folder, "missing.yaml"))).code).toBe(1);
  });
});

describe("several namespaces", () => {
  let other: string;
  beforeEach(async () => {
    other = await newNamespace(`other-${count}`);
  });
  const twoNamespaces = () => doc("one", "Asset", `, namespace: ${other}`) + doc("two");

  it("in one file are planned and applied each by itself, with one exit code", async () => {
    const set = await file("set.yaml", twoNamespaces());
    const planned = await here("plan", set);
    expect(planned.code).toBe(2);
    expect(planned.out).toMatch(
      new RegExp(`^namespace ${other}\\n\\+ create one\\n[^]*\\nnamespace ${namespace}\\n\\+ create two\\n`),
    );
    expect(planned.out.match(/apply --plan plan-\S+ --namespace \S+\n/g)).toHaveLength(2);
    const done = await here("apply", set, "--yes", "--format", "json");
    expect([done.code, JSON.parse(done.out)]).toEqual([
      0,
      [
        expect.objectContaining({ namespace: other, applied: true, create: ["one"] }),
        expect.objectContaining({ namespace, applied: true, create: ["two"] }),
      ],
    ]);
    expect([await stored(other), await stored()]).toEqual([["one"], ["two"]]);
    expect((await here("apply", set, "--yes")).code).toBe(0);
  });

  it("of which one does not exist leave the others untouched", async () => {
    const set = await file("set.yaml", twoNamespaces() + doc("three", "Asset", ", namespace: nowhere"));
    const { code, err } = await here("apply", set, "--yes");
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^namespace nowhere: 404: .*; nothing was changed in any namespace$/m),
    ]);
    expect([await stored(other), await stored(), writes()]).toEqual([[], [], []]);
  });

  it("that are stopped in between are whole, and the same command completes them", async () => {
    const third = await newNamespace(`third-${count}`);
    const set = await file(
      "set.yaml",
      twoNamespaces() +
        doc("one", "Asset", `, namespace: ${third}`) +
        doc("two", "Asset", `, namespace: ${third}`),
    );
    let applies = 0;
    before.answer = ({ url }) => {
      if (!url.pathname.endsWith("/apply")) return null;
      applies += 1;
      return applies === 2 ? Response.json({ message: "internal error", code: 0 }, { status: 500 }) : null;
    };
    const stopped = await here("apply", set, "--yes");
    expect([stopped.code, stopped.err]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`^namespace ${namespace}: 500: .*done: ${other}; the same command goes on`, "m"),
      ),
    ]);
    expect([await stored(other), await stored(), await stored(third)]).toEqual([["one"], [], []]);
    expect((await here("apply", set, "--yes")).code).toBe(0);
    expect([await stored(other), await stored(), await stored(third)]).toEqual([
      ["one"],
      ["two"],
      ["one", "two"],
    ]);
  });

  it("are dumped into one file, and moved into one by --into", async () => {
    await have(other, "x");
    await have(namespace, "y");
    const out = join(folder, "all.yaml");
    const dumped = await assets(["dump", "--all-namespaces", "--out", out]);
    expect(dumped.err).toMatch(/^\d+ assets of \d+ namespaces in /);
    expect((await assets(["plan", out])).code).toBe(0);
    const moved = await newNamespace(`moved-${count}`);
    const one = await file("y.yaml", (await here("dump")).out);
    expect((await assets(["apply", one, "--into", moved, "--yes"])).code).toBe(0);
    expect([await stored(moved), await stored()]).toEqual([["y"], ["y"]]);
  });
});

describe("a prune", () => {
  it("considers what a label selector and a manager's label leave, which every definition gets", async () => {
    const set = await file("set.yaml", doc("one"));
    const applied = await here(
      "apply",
      set,
      "--prune",
      "--managed-by",
      "ci",
      "--label-selector",
      "tier == a",
      "--yes",
    );
    expect(applied.code).toBe(0);
    const planned = before.asked.find(({ url }) => url.pathname.endsWith("/plan"));
    expect(planned?.url.searchParams.get("labelSelector")).toBe(
      'tier == a && "edge.assets/managed-by" == "ci"',
    );
    const got = await worker.send("GET", `/api/core/v2/namespaces/${namespace}/assets/one`);
    expect(await got.json()).toMatchObject({ metadata: { labels: { "edge.assets/managed-by": "ci" } } });
    expect((await here("plan", set, "--managed-by", "ci")).code).toBe(0);
  });

  it("lets two pipelines and a person share a namespace", async () => {
    await have(namespace, "by-hand");
    const both = ["one", "two", "three", "four", "five"];
    const apply = (pipeline: string, text: string, ...more: string[]) =>
      assets(["apply", "-", "--namespace", namespace, "--managed-by", pipeline, "--yes", ...more], {}, text);
    for (const pipeline of ["ci", "cd"]) {
      const all = both.map((name) => doc(`${pipeline}-${name}`)).join("");
      expect((await apply(pipeline, all, "--prune")).code).toBe(0);
    }
    expect(await stored()).toHaveLength(11);
    expect(
      (
        await apply(
          "ci",
          both
            .slice(2)
            .map((name) => doc(`ci-${name}`))
            .join(""),
          "--prune",
        )
      ).code,
    ).toBe(0);
    expect(await stored()).toEqual(
      [
        "by-hand",
        ...both.map((name) => `cd-${name}`),
        ...both.slice(2).map((name) => `ci-${name}`),
      ].toSorted(),
    );
  });

  const lost = (name: string) => doc(name).replace("{name:", "{namspace: team-a, name:");
  it.each<[string, string, RegExp]>([
    [
      "two.yaml",
      `${doc("a")}---\n`,
      /two\.yaml, document 2 is empty: .*; take it away if nothing is missing/,
    ],
    ["file.yaml", "# nothing\n", /file\.yaml is empty: --prune could delete what is missing/],
    [
      "null.json",
      `[${JSON.stringify(anAsset("a", {}, ""))}, null]`,
      /null\.json, document 1, element 2 is empty/,
    ],
    ["cut.yaml", doc("a").trimEnd(), /the last line of \S+cut\.yaml has no line end, .*; end the line if/],
    ["member.yaml", lost("a"), /member\.yaml, document 1 has metadata\.namspace, which was .*; correct it/],
    [
      "level.yaml",
      doc("a").replace("spec: {", "spec: {namespace: x, "),
      /level\.yaml, document 1 has spec\.namespace,/,
    ],
  ])("is refused where something may be missing: %s", async (name, text, said) => {
    await have(namespace, "kept", "a");
    const set = [await file("other.yaml", doc("kept")), await file(name, text)];
    const { code, err } = await here("apply", ...set, "--prune", "--yes");
    expect([code, err]).toEqual([1, expect.stringMatching(said)]);
    expect(await stored()).toEqual(["a", "kept"]);
    expect((await here("plan", ...set)).code).not.toBe(1);
  });

  it.each(["a.ymal", "a.yml.bak", "a.yaml~", "a.jsonc"])(
    "is refused beside a file named %s, and not beside its whole",
    async (name) => {
      await have(namespace, "kept", "a");
      await file("set/kept.yaml", doc("kept"));
      const misnamed = await file(`set/${name}`, doc("a"));
      const pruned = await here("apply", join(folder, "set"), "--prune", "--yes");
      expect([pruned.code, pruned.err]).toEqual([
        1,
        expect.stringContaining(`${misnamed} was not read, and --prune`),
      ]);
      await file("set/a.yaml", doc("a"));
      await file("set/a.yml", doc("a"));
      const again = await here("apply", join(folder, "set"), "--prune", "--yes");
      expect(again.code).toBe(/bak|~/.test(name) ? 0 : 1);
      expect(await stored()).toEqual(["a", "kept"]);
    },
  );

  it("is not kept from a folder by files of other kinds", async () => {
    await have(namespace, "kept");
    await file("set/kept.yaml", doc("kept"));
    for (const name of [
      "pom.xml",
      "app.js",
      "notes.md",
      "run",
      "Makefile",
      "a.yang",
      "logo.jpeg",
      "x.yaml.d/y.yaml",
    ])
      await file(`set/${name}`, name.endsWith("yaml") ? doc("kept") : "x");
    expect((await here("apply", join(folder, "set"), "--prune", "--yes")).code).toBe(0);
  });

  it("is what a label selector needs, and a manager is a name", async () => {
    const set = await file("set.yaml", doc("one"));
    expect((await here("plan", set, "--label-selector", "a == b")).err).toMatch(
      /^--label-selector bounds --prune, which/,
    );
    expect((await here("plan", set, "--managed-by", 'a" || "')).err).toMatch(/^--managed-by .* is no name; /);
  });
});

it("without a terminal and without --yes nothing is applied", async () => {
  const set = await file("set.yaml", doc("one"));
  expect(await here("apply", set)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^nothing was changed: there is no terminal on which to ask .*; say --yes/m),
  });
  expect([await stored(), writes()]).toEqual([[], []]);
});

it("plan takes what apply takes, a stored plan too", async () => {
  const set = await file("set.yaml", doc("one"));
  const line = [
    set,
    "--prune",
    "--managed-by",
    "ci",
    "--max-delete",
    "1",
    "--reason",
    "x",
    "--batches",
    "--yes",
    "--dry-run",
  ];
  const planned = await here("plan", ...line);
  expect([planned.code, writes()]).toEqual([2, []]);
  const id = /--plan (plan-\S+)/.exec(planned.out)?.[1] ?? "";
  expect(await here("plan", "--plan", id)).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^\+ create one\n/),
  });
  expect((await here("plan", "--plan", id, set)).err).toMatch(/no files and no --prune/);
});

describe("anchors", () => {
  it("may be used for every asset", async () => {
    const rest = Array.from(
      { length: 120 },
      (_, index) =>
        `- metadata: {name: a${index}}\n  url: https://e/${index}\n  sha512: ${SHA512}\n  filters: *linux\n`,
    );
    const first = `- metadata: {name: first}\n  url: https://e/f\n  sha512: ${SHA512}\n  filters: &linux ["entity.system.os == 'linux'"]\n`;
    const planned = await here("plan", await file("many.yaml", first + rest.join("")));
    expect([planned.code, planned.out]).toEqual([2, expect.stringContaining("\n121 to create, ")]);
  });

  it("that stand for more than there is room for are refused with the size", async () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) =>
        `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(", ")}]\n`,
    );
    const bomb = await file("bomb.yaml", `l0: &l0 lol\n${levels.join("")}`);
    expect(await here("plan", bomb)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /document 1 stands for [\d,]{10,} characters by its aliases; the limit is 16,777,216; /,
      ),
    });
    const loop = await file("loop.yaml", "a: &a\n  b: *a\n");
    expect((await here("plan", loop)).err).toMatch(/document 1 holds an alias to what it stands in; /);
  });
});

it("values that are no text are named with what to write", async () => {
  const text = doc("u")
    .replace("{name: u}", '{name: u, labels: {production: true, tier: 2}, annotations: {"io.x": 1.10}}')
    .replace(`"${SHA512}"`, "1".repeat(128));
  const { code, err } = await here("plan", await file("u.yaml", text));
  expect(code).toBe(1);
  expect(err).toContain("metadata.labels.production is true, not text: write 'true', in quotes");
  expect(err).toContain("metadata.labels.tier is the number 2, not text: put what the file says in quotes");
  expect(err).toContain(
    'metadata.annotations["io.x"] is the number 1.1, not text: put what the file says in quotes',
  );
  expect(err).toMatch(/spec\.sha512 is the number 1\.1\d+e\+127, not text: put what the file says in quotes/);
});

describe("repeats", () => {
  it("that are equal but for nulls, order and created_by are one asset", async () => {
    const a = await file("a.yaml", doc("r"));
    const b = await file(
      "b.json",
      JSON.stringify({
        sha512: SHA512,
        builds: null,
        filters: [],
        url: "https://e/r",
        metadata: { created_by: "x", labels: {}, name: "r" },
      }),
    );
    const planned = await here("plan", a, b);
    expect([planned.code, planned.out]).toEqual([2, expect.stringContaining("\n1 to create, ")]);
  });

  it("that differ are shown with both places and the difference", async () => {
    const a = await file("a.yaml", doc("r"));
    const b = await file("b.yaml", doc("r").replace("https://e/r", "https://e/s"));
    expect((await here("apply", a, b, "--yes")).err).toContain(
      `${b}, document 1: r is in ${a}, document 1 too, and differs:\n    - url: "https://e/r"\n    + url: "https://e/s"`,
    );
  });
});

it("members that an asset does not have are sent, so that lint can name them", async () => {
  const set = await file(
    "m.yaml",
    doc("m", "asset", ", label: {team: ops}").replace("spec: {", "spec: {filter: [x], header: {a: b}, "),
  );
  await here("plan", set);
  const planned = before.asked.find(({ url }) => url.pathname.endsWith("/plan"));
  expect(JSON.parse(planned?.body ?? "")).toEqual([
    {
      type: "Asset",
      api_version: "core/v2",
      metadata: { name: "m", namespace, label: { team: "ops" } },
      spec: { filter: ["x"], header: { a: "b" }, url: "https://e/m", sha512: SHA512 },
    },
  ]);
});

it("a dump quotes what YAML 1.1 gives a meaning, and has no null members", async () => {
  const asset = anAsset(
    "d",
    { metadata: { name: "d", namespace, labels: { equals: "=", merge: "<<", "<<": "x" } } },
    namespace,
  );
  const path = `/api/core/v2/namespaces/${namespace}/assets/d`;
  expect((await worker.send("PUT", path, { body: JSON.stringify(asset) })).status).toBe(201);
  const { out } = await here("dump");
  expect(out).toMatch(/ {4}"<<": x\n {4}equals: "="\n {4}merge: "<<"\n/);
  expect(out).not.toContain("null");
  expect(parseDocument(out, { version: "1.1" }).toJS()).toMatchObject({
    metadata: { labels: { equals: "=", merge: "<<" } },
  });
  for (const format of ["json", "wrapped-json"])
    expect((await here("dump", "--format", format)).out).not.toContain("null");
  expect((await assets(["plan", "-", "--namespace", namespace], {}, out)).code).toBe(0);
});

describe("URLs", () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { Location: "/set.yaml" }).end();
      else if (request.url === "/away")
        response.writeHead(302, { Location: "http://example.com/set.yaml" }).end();
      else if (request.url === "/loop") response.writeHead(302, { Location: "/loop" }).end();
      else if (request.url === "/set.yaml") response.end(doc("by-url"));
      else if (request.url === "/silent") return;
      else if (request.url === "/slow") response.writeHead(200).write("a: ");
      else if (request.url === "/huge") response.end("x".repeat(17 * 1024 * 1024));
      else response.writeHead(404).end();
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(["/silent", "/slow"])("that do not end are given up after 30 seconds: %s", async (path) => {
    const after = AbortSignal.timeout.bind(AbortSignal);
    // Half a minute passes in no time.
    const patience = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => after(ms / 100));
    try {
      expect(await here("plan", `${url}${path}`)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/\/s\w+ cannot be read: it took more than 30 seconds; fetch it by other/),
      });
      expect(patience.mock.calls).toEqual([[30_000]]);
    } finally {
      patience.mockRestore();
    }
  });

  it("are files, and redirects are followed", async () => {
    for (const path of ["/set.yaml", "/moved"])
      expect(await here("plan", `${url}${path}`)).toMatchObject({
        code: 2,
        out: expect.stringMatching(/^\+ create by-url\n/),
      });
  });

  it.each<[string, RegExp]>([
    ["/none", /\/none cannot be read: 404; correct the URL/],
    ["/huge", /\/huge is larger than 16 MiB; /],
    ["/loop", /\/loop redirects more than 5 times; /],
    ["/away", /^http:\/\/example\.com\/set\.yaml is no https URL; /],
  ])("that give no definitions say why: %s", async (path, message) => {
    expect(await here("plan", `${url}${path}`)).toMatchObject({
      code: 1,
      err: expect.stringMatching(message),
    });
  });

  it("without TLS are refused before they are asked, and their secrets are not repeated", async () => {
    const { code, err } = await here("plan", "http://u:s3cret@example.com/x.yaml?token=s3cret");
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^http:\/\/example\.com\/x\.yaml is no https URL; /),
    ]);
    expect(err).not.toContain("s3cret");
  });

  it("and servers are reached through the proxy of the environment, this machine without it", async () => {
    const through: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      through.push(request.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
    const address = proxy.address();
    const environment = {
      http_proxy: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
      no_proxy: "direct.invalid",
    };
    const at = (host: string) => assets(["dump"], { ...environment, SENSU_API_URL: host });
    expect((await at("http://edge.invalid")).code).toBe(1);
    expect((await at("http://direct.invalid")).err).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect((await assets(["dump"], environment)).code).toBe(0);
    expect(through).toEqual(["edge.invalid:80"]);
    expect((await at("http://edge.invalid")).err).not.toContain("undefined");
    expect(
      (await assets(["dump"], { https_proxy: "socks5://x", SENSU_API_URL: "https://edge.invalid" })).err,
    ).toMatch(/https_proxy is no URL of an HTTP proxy/);
    proxy.close();
  });
});

describe("rollback", () => {
  let revision: string;
  beforeEach(async () => {
    await have(namespace, "r");
    const body = JSON.stringify(anAsset("r", { sha512: OTHER_SHA512 }, namespace));
    await worker.send("PUT", `/api/core/v2/namespaces/${namespace}/assets/r`, { body });
    const { out } = await here("history", "r", "--format", "json");
    revision = String((JSON.parse(out) as { seq: number }[])[1]?.seq);
  });
  const digest = async () => {
    const got = await worker.send("GET", `/api/core/v2/namespaces/${namespace}/assets/r`);
    const { sha512 }: { sha512: string } = await got.json();
    return sha512;
  };

  it("shows the difference and, without a terminal and --yes, changes nothing", async () => {
    const { code, err } = await here("rollback", "r", "--to", revision);
    expect(code).toBe(1);
    expect(err).toMatch(/- sha512: "0f0f.*\n\+ sha512: "25e0[^]*\nnothing was changed: there is no terminal/);
    expect(await digest()).toBe(OTHER_SHA512);
  });

  it("says with --dry-run what would change, and with --yes does it", async () => {
    const tried = await here("rollback", "r", "--to", revision, "--dry-run");
    expect([tried.code, tried.out]).toEqual([
      2,
      expect.stringMatching(/^Would go back to revision \d+:\n[^]*\+ sha512: "25e0/),
    ]);
    expect(await digest()).toBe(OTHER_SHA512);
    expect((await here("rollback", "r", "--to", revision, "--yes")).code).toBe(0);
    expect(await digest()).toBe(SHA512);
    const again = await here("rollback", "r", "--to", revision);
    expect([again.code, again.out, again.err]).toEqual([
      0,
      `Nothing to change: r is as revision ${revision} made it\n`,
      "",
    ]);
  });
});
