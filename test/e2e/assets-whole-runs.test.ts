// Runs as users have them: folders as published repositories keep them, and commands that are killed half-way.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runAssets } from "../../scripts/assets/run.ts";
import { startBefore, type BeforeWorker } from "../support/before-worker.ts";
import { runHere, type Ran } from "../support/command.ts";
import { anAsset, SHA512 } from "../support/fixtures.ts";
import { NIGHTLY } from "../support/nightly.ts";
import { startWorker, type RunningWorker } from "../support/harness.ts";

let worker: RunningWorker;
let before: BeforeWorker;
let folder: string;
beforeAll(async () => {
  worker = await startWorker();
  before = await startBefore(worker);
  folder = await mkdtemp(join(tmpdir(), "assets-runs-"));
});
afterAll(async () => {
  await before.close();
  await worker.close();
  await rm(folder, { recursive: true });
});

const environment = () => ({ SENSU_API_URL: before.url, SENSU_TOKEN: worker.token });
const assets = (...args: string[]): Promise<Ran> => runHere(runAssets, args, environment());

async function newNamespace(name: string): Promise<string> {
  const body = JSON.stringify({ name });
  expect((await worker.send("POST", "/api/core/v2/namespaces", { body })).status).toBe(201);
  return name;
}

/** The names and URLs of a namespace's assets. */
async function stored(namespace: string): Promise<Record<string, string | undefined>> {
  const list = await worker.send("GET", `/api/core/v2/namespaces/${namespace}/assets`);
  const found = (await list.json()) as { metadata: { name: string }; url?: string }[];
  return Object.fromEntries(found.map(({ metadata, url }) => [metadata.name, url]));
}

describe("a folder as it is published", () => {
  const TREES: [tree: string, assets: string[], leftOut: RegExp][] = [
    [
      "catalog",
      ["acme/check-cpu", "acme/check-disk", "acme/http-checks", "acme/ruby-runtime"],
      /3 catalog\/v1\.Integration, 3 core\/v2\.CheckConfig/,
    ],
    [
      "checks",
      [
        "acme/load-checks",
        "acme/memory-checks",
        "acme/python-runtime",
        "acme/ruby-runtime",
        "acme/windows-disk",
      ],
      /1 core\/v2\.Handler, 1 core\/v2\.EventFilter/,
    ],
    [
      "site",
      [
        "chat-handler",
        "dns-checks",
        "legacy-checks",
        "legacy-metrics",
        "mail-handler",
        "ntp-checks",
        "smart-checks",
      ],
      /1 core\/v2\.CheckConfig/,
    ],
  ];

  it.each(TREES)(
    "%s is planned and applied, and then there is nothing to do",
    async (tree, names, leftOut) => {
      const args = [`test/fixtures/trees/${tree}`, "--into", await newNamespace(tree), "--prune"];
      const planned = await assets("plan", ...args);
      expect([planned.code, planned.err]).toEqual([2, expect.stringMatching(leftOut)]);
      expect(planned.out).toContain(`\n${names.length} to create, 0 to update, 0 to delete, 0 unchanged`);
      expect((await assets("apply", ...args, "--yes")).code).toBe(0);
      expect(Object.keys(await stored(tree))).toEqual(names);
      for (const again of ["plan", "apply"]) {
        const { code, out } = await assets(again, ...args, "--yes");
        expect([code, out]).toEqual([0, `Nothing to do: ${names.length} assets unchanged\n`]);
      }
    },
  );
});

describe("an apply over three namespaces that is killed", () => {
  /** A plan for each namespace, then an apply for each. By day one stands for the plans, which write nothing to a namespace. */
  const REQUESTS = NIGHTLY ? [1, 2, 3, 4, 5, 6] : [3, 4, 5, 6];
  const MOMENTS = [
    ...REQUESTS.map((request) => ({ request, arrives: true })),
    // As little has happened at the others as after the request before them.
    { request: 5, arrives: false },
  ];
  const PREVIOUS = { changed: "https://e/previous", gone: "https://e/gone" };
  const NEXT = { added: "https://e/added", changed: "https://e/changed" };

  const setOf = (namespaces: readonly string[]) =>
    namespaces
      .flatMap((namespace) => Object.entries(NEXT).map(([name, url]) => anAsset(name, { url }, namespace)))
      .map((asset) => `---\n${JSON.stringify(asset)}\n`)
      .join("");

  /** Runs the command in a process that is killed when the server is sent a request, which may arrive all the same. */
  async function killed(args: string[], { request, arrives }: (typeof MOMENTS)[number]): Promise<void> {
    const child = spawn(process.execPath, ["scripts/assets.ts", ...args], {
      env: { ...process.env, ...environment() },
      stdio: "ignore",
    });
    const ended = new Promise<NodeJS.Signals | null>((done) =>
      child.once("exit", (_, signal) => done(signal)),
    );
    let count = 0;
    const { promise: last, resolve: done } = Promise.withResolvers<void>();
    before.answer = async ({ method, url, body }) => {
      count += 1;
      if (count !== request) return null;
      child.kill("SIGKILL");
      if (arrives) await worker.send(method, `${url.pathname}${url.search}`, { body });
      done();
      return new Response(null, { status: 503 });
    };
    expect(await ended).toBe("SIGKILL");
    await last;
    before.answer = () => null;
  }

  it.each(MOMENTS)(
    "at request $request (arrives: $arrives) leaves each whole, and a second run completes it",
    async (moment) => {
      const at = `${moment.request}-${moment.arrives ? "arrives" : "lost"}`;
      const namespaces = await Promise.all(
        ["a", "b", "c"].map((each) => newNamespace(`killed-${at}-${each}`)),
      );
      for (const namespace of namespaces) {
        for (const [name, url] of Object.entries(PREVIOUS)) {
          const body = JSON.stringify({ url, sha512: SHA512, metadata: { name, namespace } });
          const put = await worker.send("PUT", `/api/core/v2/namespaces/${namespace}/assets/${name}`, {
            body,
          });
          expect(put.status).toBe(201);
        }
      }
      const file = join(folder, `${at}.yaml`);
      await writeFile(file, setOf(namespaces));
      const args = ["apply", file, "--prune", "--yes"];

      await killed(args, moment);
      const done = Math.max(0, moment.request - 3 - (moment.arrives ? 0 : 1));
      const expected = namespaces.map((_, index) => (index < done ? NEXT : PREVIOUS));
      expect(await Promise.all(namespaces.map(stored))).toEqual(expected);

      expect((await assets(...args)).code).toBe(0);
      expect(await Promise.all(namespaces.map(stored))).toEqual(namespaces.map(() => NEXT));
    },
  );
});
