// scripts/fetch-asset.sh for many assets: what it asks, what it prints, and what one that fails leaves of the others.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  listening,
  runWith,
  SCRIPT,
  SHELLS,
  startFetchWorld,
  tarOf,
  type FetchWorld,
} from "../support/fetch-asset.ts";

let world: FetchWorld;
beforeAll(async () => {
  world = await startFetchWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.asked.length = 0;
  world.questions.length = 0;
});

interface Run {
  readonly cache?: string;
  readonly shell?: readonly string[];
  readonly server?: string;
  readonly token?: string;
}

const PATH = process.env["PATH"] ?? "";
const fetchAssets = (
  args: readonly string[],
  { cache, shell = ["/bin/sh"], server = "many", token = world.token }: Run = {},
) =>
  runWith([...shell, SCRIPT, "-c", cache ?? world.cache(), ...args], {
    PATH,
    SENSU_API_URL: server.includes(":") ? server : `${world.api}/${server}`,
    SENSU_TOKEN: token,
  });

/** An asset with an archive of its own; gives its digest. */
async function put(name: string, more: Record<string, unknown> = {}, text = name): Promise<string> {
  const archive = gzipSync(tarOf([{ name: "bin/tool", text }]));
  const build = world.serve(`/${name}/${text.length}-${text}`, archive);
  await world.put(name, { ...build, ...more });
  return build.sha512;
}

const statuses = () => world.questions.map(({ status }) => status);
const wrong = (digest: string) => digest.replace(/^./, (first) => (first === "0" ? "1" : "0"));

describe("fetch-asset.sh of several assets", () => {
  it("asks once however many they are, and once more is a 304 that downloads nothing", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `twelve/${String.fromCharCode(108 - index)}`);
    const digests: string[] = [];
    for (const name of names) digests.push(await put(name));
    const cache = world.cache();
    const out = names.map((name, index) => `${name} ${join(cache, digests[index] ?? "")}\n`).join("");
    const first = await fetchAssets(names, { cache });
    expect([first.code, first.out]).toEqual([0, out]);
    expect([statuses(), world.asked.length]).toEqual([[200], 12]);
    await put("twelve/other");
    expect(await fetchAssets(["-q", ...names], { cache })).toEqual({ code: 0, out, err: "" });
    expect([statuses(), world.asked.length]).toEqual([[200, 304], 12]);
    const changed = await put("twelve/l", {}, "changed");
    const third = await fetchAssets(names, { cache });
    expect(third.out).toBe(out.replace(digests[0] ?? "", changed));
    expect([statuses(), world.asked.length]).toEqual([[200, 304, 200], 13]);
  });

  it("keeps what was fetched before of one that fails, while the others go on", async () => {
    const [a, b] = [await put("goes/a"), await put("goes/b")];
    const cache = world.cache();
    const ask = () => fetchAssets(["goes/b", "goes/a"], { cache, server: "goes-on" });
    const line = (name: string, digest: string) => `goes/${name} ${join(cache, digest)}\n`;
    expect((await ask()).out).toBe(line("b", b) + line("a", a));
    const newA = await put("goes/a", {}, "new");
    await put("goes/b", { sha512: wrong(b) });
    for (let times = 0; times < 2; times += 1) {
      const { code, out, err } = await ask();
      expect([code, out]).toEqual([8, line("a", newA)]);
      expect(err).toMatch(/^fetch-asset: goes\/b: the sha512 of .* should be /m);
      expect(err).toMatch(/^fetch-asset: 1 of 2 assets could not be fetched: goes\/b$/m);
    }
    world.down.add("goes-on");
    const down = await ask();
    expect([down.code, down.out]).toEqual([0, line("b", b) + line("a", newA)]);
    world.down.delete("goes-on");
    await put("goes/b");
    expect((await ask()).code).toBe(0);
    // While an asset failed its answer was asked for whole, so that what is remembered is never taken for it.
    expect(statuses()).toEqual([200, 200, 200, 200]);
  });

  it("says of each that has no archive for this machine why, and fetches the others", async () => {
    const good = await put("why/good");
    await put("why/none", { filters: ["entity.system.os == 'plan9'"] });
    await put("why/token", { url: `${world.files}/{{ .labels.region }}` });
    await put("why/gone", { url: `${world.files}/gone` });
    const cache = world.cache();
    const names = ["missing", "none", "token", "gone", "good"].map((name) => `why/${name}`);
    for (let times = 0; times < 2; times += 1) {
      const { code, out, err } = await fetchAssets(names, { cache });
      expect([code, out]).toEqual([8, `why/good ${join(cache, good)}\n`]);
      for (const message of [
        /^fetch-asset: why\/missing: no asset named why\/missing in namespace default$/m,
        /^fetch-asset: why\/none: no build of why\/none matches this machine: build 0: entity.system.os == 'plan9' is false$/m,
        /^fetch-asset: why\/token: the facts of this machine do not fill: \.labels\.region$/m,
        /^fetch-asset: why\/gone: http:\S+\/gone answered 404$/m,
        /^fetch-asset: 4 of 5 assets could not be fetched: why\/missing why\/none why\/token why\/gone$/m,
      ])
        expect(err).toMatch(message);
    }
  });

  it("is a 304 too while an asset is missing, and sees it as soon as it is there", async () => {
    await put("late/a");
    const cache = world.cache();
    const ask = async () => (await fetchAssets(["late/a", "late/b"], { cache })).code;
    expect([await ask(), await ask(), statuses()]).toEqual([8, 8, [200, 304]]);
    await put("late/b");
    expect([await ask(), await ask(), statuses()]).toEqual([0, 0, [200, 304, 200, 304]]);
  });

  it("prints one prefix for PATH with -p, without those that failed", async () => {
    const [a, b] = [await put("path/a"), await put("path/b")];
    const cache = world.cache();
    const { code, out } = await fetchAssets(["-p", "path/a", "path/none", "path/b"], { cache });
    expect([code, out]).toEqual([8, `${join(cache, a)}/bin:${join(cache, b)}/bin:`]);
  });

  it("takes names with hyphens, and one name twice", async () => {
    const [a, b] = [await put("hy--phen"), await put("-b-")];
    const cache = world.cache();
    const { code, out } = await fetchAssets(["--", "-b-", "hy--phen", "hy--phen"], { cache });
    const line = `hy--phen ${join(cache, a)}\n`;
    expect([code, out]).toEqual([0, `-b- ${join(cache, b)}\n${line}${line}`]);
    expect(world.asked).toHaveLength(2);
  });

  it.each([
    [["a", "-q"], /^fetch-asset: -q: options stand before names$/m],
    [["a", "b c"], /^fetch-asset: b c: is no asset name$/m],
    [["a", "*"], /^fetch-asset: \*: is no asset name$/m],
    [["--all", "a"], /^fetch-asset: --all and the name a are two things; -h lists the options$/m],
    [["--all=yes"], /^fetch-asset: unknown option --all=yes; -h lists the options$/m],
    [
      Array.from({ length: 100 }, (_, index) => `${"n".repeat(100)}${index}`),
      /longer than 6000 characters; ask for them in several runs, or with --all$/m,
    ],
  ])("refuses %.20j before it asks", async (args, message) => {
    expect(await fetchAssets(args)).toMatchObject({ code: 1, out: "", err: expect.stringMatching(message) });
    expect(statuses()).toEqual([]);
  });

  it("ends with what it started when it is stopped, and leaves nothing behind", async () => {
    await world.put("stop/a", world.serve("/stop-a", Buffer.alloc(1_000), { half: "stalls" }));
    await put("stop/b");
    const cache = world.cache();
    const settings = [`PATH=${PATH}`, `SENSU_API_URL=${world.api}/many`, `SENSU_TOKEN=${world.token}`];
    const command = ["/bin/sh", SCRIPT, "-c", cache, "stop/b", "stop/a"];
    const child = spawn("/usr/bin/env", ["-i", ...settings, ...command], { stdio: "ignore" });
    await expect.poll(() => world.asked.map(({ url }) => url), { timeout: 60_000 }).toContain("/stop-a");
    const ended = new Promise<number | null>((done) => child.on("exit", done));
    child.kill("SIGTERM");
    expect(await ended).toBe(1);
    expect(readdirSync(cache).filter((entry) => entry.startsWith("."))).toEqual([]);
  });

  it("asks again for the whole where what it remembered is damaged", async () => {
    await put("damaged");
    const cache = world.cache();
    await fetchAssets(["damaged", "damaged"], { cache });
    const file = join(cache, readdirSync(cache).find((entry) => entry.startsWith(".resolved")) ?? "");
    writeFileSync(file, readFileSync(file, "utf8").slice(0, -40));
    const codes = [];
    for (let times = 0; times < 2; times += 1) {
      codes.push((await fetchAssets(["damaged", "damaged"], { cache })).code);
    }
    expect([codes, statuses()]).toEqual([
      [2, 0],
      [200, 304, 200],
    ]);
  });

  it.each([
    ["a page", "<html></html>"],
    ["fewer assets than it says", "ASSET_COUNT='2'\nASSET_NAME='a'\nASSET_OUTCOME='missing'\n"],
    ["no count", "ASSET_NAME='a'\nASSET_OUTCOME='missing'\n"],
    ["an asset twice", "ASSET_COUNT='2'\nASSET_NAME='a'\nASSET_NAME='a'\n"],
    ["a name that is none", "ASSET_COUNT='1'\nASSET_NAME='a b'\n"],
    ["a line of shell", "ASSET_COUNT='0'\ntouch x\n"],
    ["a quote that ends", "ASSET_COUNT='1'\nASSET_NAME='a';touch x;'b'\n"],
  ])("refuses an answer that holds %s", async (_, body) => {
    const server = await listening((_request, response) => response.end(body));
    const answer = await fetchAssets(["--all"], { server: server.url });
    server.close();
    expect(answer).toEqual({
      code: 2,
      out: "",
      err: `fetch-asset: the answer of ${server.url} is not what it should be\n`,
    });
  });
});

describe.each(
  Object.entries(SHELLS).flatMap(([name, shell]) => (shell === undefined ? [] : [{ name, shell }])),
)("fetch-asset.sh --all in $name", ({ name, shell }) => {
  it("fetches all that the key shows and that have a build for this machine, with one question", async () => {
    const folder = name.replace(" ", "-");
    const [b, a] = [await put(`${folder}/b`), await put(`${folder}/a`)];
    await put(`${folder}/c`, { filters: ["entity.system.os == 'plan9'"] });
    await put("hidden");
    const cache = world.cache();
    const token = await world.tokenFor(`view@default/${folder}/*`);
    const run = () => fetchAssets(["--all"], { cache, shell, token });
    const line = (asset: string, digest: string) => `${folder}/${asset} ${join(cache, digest)}\n`;
    const first = await run();
    expect([first.code, first.out]).toEqual([0, line("a", a) + line("b", b)]);
    expect(first.err).toContain(`fetch-asset: ${folder}/c: it has no build for this machine\n`);
    expect(await run()).toMatchObject({ code: 0, out: first.out });
    expect([statuses(), world.asked.length]).toEqual([[200, 304], 2]);
    await put(`${folder}/c`, { sha512: wrong(a) });
    const third = await run();
    expect([third.code, third.out]).toEqual([8, first.out]);
    expect(third.err).toMatch(/^fetch-asset: 1 of 3 assets could not be fetched: \S+\/c$/m);
  });
});

it("fetch-asset.sh --all of a key that shows nothing prints nothing, and is no failure", async () => {
  const token = await world.tokenFor("view@default/no-such-folder/*");
  expect(await fetchAssets(["-q", "--all"], { token })).toEqual({ code: 0, out: "", err: "" });
});
