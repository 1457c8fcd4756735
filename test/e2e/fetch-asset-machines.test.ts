// scripts/fetch-asset.sh on machines as they are: in every shell, with old, odd and missing tools.
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BASE_TOOLS,
  runWith,
  SCRIPT,
  SHELLS,
  startFetchWorld,
  tarOf,
  toolFolder,
  type FetchWorld,
  type Tools,
} from "../support/fetch-asset.ts";
import { installed } from "../support/installed.ts";
import { NIGHTLY } from "../support/nightly.ts";

let world: FetchWorld;
let digest = "";
let secondDigest = "";

beforeAll(async () => {
  world = await startFetchWorld();
  const archive = gzipSync(tarOf([{ name: "bin/tool", text: "#!/bin/sh\n" }]));
  const good = world.serve("/tool.tar.gz", archive);
  digest = good.sha512;
  const second = world.serve("/second.tar.gz", gzipSync(tarOf([{ name: "bin/second", text: "2" }])));
  secondDigest = second.sha512;
  await world.put("second", second);
  const hostile = gzipSync(
    tarOf([
      { name: "way", type: "2", target: "/tmp" },
      { name: "way/evil", text: "evil" },
    ]),
  );
  // Not that of `good`, which would be there already.
  const never = gzipSync(tarOf([{ name: "bin/never", text: "never" }]));
  await world.put("good", good);
  await world.put("wrong", { ...good, sha512: digest.replace(/^./, (first) => (first === "0" ? "1" : "0")) });
  await world.put("stalled", world.serve("/stalled", never, { half: "stalls" }));
  await world.put("truncated", world.serve("/truncated", never, { half: "breaks" }));
  await world.put("hostile", world.serve("/hostile", hostile));
});
afterAll(() => world.close());

/** What a run ends with: its exit code, and what it says. */
type Outcome = readonly [code: number, message: RegExp];
const CASES = [
  "fetch",
  "fetch again",
  "server down",
  "wrong digest",
  "stalled",
  "truncated",
  "hostile archive",
  "planted cache",
  "several",
  "several, server down",
] as const;
/** Asked for in one run: what is good between what fails. */
const FAILING = {
  wrong: "wrong digest",
  stalled: "stalled",
  truncated: "truncated",
  hostile: "hostile archive",
} as const;
const SEVERAL = ["wrong", "good", "stalled", "truncated", "second", "hostile"];
type Outcomes = Record<(typeof CASES)[number], Outcome>;

const WORKS: Outcomes = {
  fetch: [0, /^fetch-asset: good: fetching http:/m],
  "fetch again": [0, /^fetch-asset: good: it is there already$/m],
  "server down": [0, /^fetch-asset: good: http:\S+ does not answer \(.+\); using what was fetched before$/m],
  "wrong digest": [
    6,
    /^fetch-asset: wrong: the sha512 of \S+ is [0-9a-f]{128}, and should be [0-9a-f]{128}$/m,
  ],
  stalled: [5, /^fetch-asset: stalled: \S+: (curl: \(28\) Operation too slow|it stalled)/m],
  truncated: [5, /^fetch-asset: truncated: \S+: curl: \(18\)/m],
  "hostile archive": [
    7,
    /^fetch-asset: hostile: the archive holds a symbolic link that leads out of its folder: way$/m,
  ],
  "planted cache": [1, /^fetch-asset: good: others can write to the cache folder/m],
  several: [8, /^fetch-asset: 4 of 6 assets could not be fetched: wrong stalled truncated hostile$/m],
  "several, server down": [
    8,
    /^fetch-asset: wrong: \S+ does not answer for it, and it was not fetched before$[^]*^fetch-asset: 4 of 6 /m,
  ],
};
const WITH_WGET: Outcomes = {
  ...WORKS,
  stalled: [5, /^fetch-asset: stalled: \S+: it stalled: less than 1000 bytes a second for \d+ seconds$/m],
  truncated: [5, /^fetch-asset: truncated: \S+: .*(closed early|closed prematurely)$/m],
};

/** The outcome of every case on a machine that cannot run the script. */
function always(message: RegExp): Outcomes {
  const outcome: Outcome = [1, message];
  return {
    fetch: outcome,
    "fetch again": outcome,
    "server down": outcome,
    "wrong digest": outcome,
    stalled: outcome,
    truncated: outcome,
    "hostile archive": outcome,
    "planted cache": outcome,
    several: outcome,
    "several, server down": outcome,
  };
}

const own = (...names: string[]): Tools => Object.fromEntries(names.map((name) => [name, true]));
const applets = (...names: string[]): Tools => Object.fromEntries(names.map((name) => [name, "busybox"]));
const COMMON: Tools = own(...BASE_TOOLS, "tar", "gzip", "sha512sum", "curl", "getconf");

// curl before 7.55 takes `@file` for a header; what came after 7.19 it does not know.
const OLD_CURL = `for argument; do
  shift
  case $argument in
    @*) argument='X-No-Header: of a file' ;;
    --fail-with-body | --json | --proto* | --retry-all-errors | --variable) echo "curl: option $argument: is unknown" >&2; exit 2 ;;
  esac
  set -- "$@" "$argument"
done
exec ${installed("curl")} "$@"`;

const MACHINES: Record<string, readonly [Tools, Outcomes]> = {
  "curl and no cksum": [COMMON, WORKS],
  "curl before 7.55": [{ ...COMMON, curl: OLD_CURL }, WORKS],
  "GNU wget and no curl": [{ ...COMMON, curl: false, wget: true }, WITH_WGET],
  "the wget of busybox and no curl": [{ ...COMMON, curl: false, wget: "busybox" }, WITH_WGET],
  "nothing but busybox": [applets(...BASE_TOOLS, "tar", "gzip", "sha512sum", "wget"), WITH_WGET],
  "the tar of busybox": [{ ...COMMON, tar: "busybox" }, WORKS],
  bsdtar: [{ ...COMMON, tar: `exec ${installed("bsdtar")} "$@"` }, WORKS],
  "shasum and no sha512sum": [{ ...COMMON, sha512sum: false, shasum: true }, WORKS],
  "openssl and no sha512sum": [{ ...COMMON, sha512sum: false, openssl: true }, WORKS],
  "a broken shasum": [
    { ...COMMON, sha512sum: false, shasum: "exit 127" },
    always(/^fetch-asset: (?:\w+: )?shasum is broken: it gives no SHA-512$/m),
  ],
  "no getconf": [{ ...COMMON, getconf: false }, WORKS],
  "no digest tool": [
    { ...COMMON, sha512sum: false },
    always(
      /^fetch-asset: (?:\w+: )?sha512sum, shasum, sha512 and openssl are missing; install one of them$/m,
    ),
  ],
  "neither curl nor wget": [
    { ...COMMON, curl: false },
    always(/^fetch-asset: (?:\w+: )?curl and wget are missing; install one of them$/m),
  ],
  "wget before 1.14": [
    { ...COMMON, curl: false, wget: 'echo "GNU Wget 1.12 built on linux-gnu."' },
    always(/^fetch-asset: (?:\w+: )?this wget is older than 1.14; install curl$/m),
  ],
  "an unknown wget": [
    { ...COMMON, curl: false, wget: 'echo "GNU Wget2 2.1.0"' },
    always(/^fetch-asset: (?:\w+: )?this wget is neither that of GNU nor that of busybox; install curl$/m),
  ],
  "no tar": [{ ...COMMON, tar: false }, always(/^fetch-asset: (?:\w+: )?tar is missing; install it$/m)],
  "no gzip": [{ ...COMMON, gzip: false }, always(/^fetch-asset: (?:\w+: )?gzip is missing; install it$/m)],
};
// A broken tool is found when it is first used, after the cache.
const LATER = { "a broken shasum": { "planted cache": WORKS["planted cache"] } } as const;

let runs = 0;

/** The outcome of every case, in one shell on one machine. */
async function outcomes(shell: readonly string[], path: string) {
  runs++;
  const names = { stays: `stays-${runs}`, goes: `goes-${runs}`, goesToo: `goes-too-${runs}` };
  const fetchAssets = (assets: readonly string[], cache: string, server: string, patience: string) =>
    runWith([...shell, SCRIPT, "-t", patience, "-c", cache, ...assets], {
      PATH: path,
      SENSU_API_URL: `${world.api}/${server}`,
      SENSU_TOKEN: world.token,
    });
  const fetchAsset = (name: string, cache: string, server = names.stays) =>
    fetchAssets([name], cache, server, name === "stalled" ? "1" : "60");
  const ownCache = world.cache();
  const inTurn = async () => {
    const fetched = await fetchAsset("good", ownCache, names.goes);
    const again = await fetchAsset("good", ownCache, names.goes);
    world.down.add(names.goes);
    const down = await fetchAsset("good", ownCache, names.goes);
    return [fetched, again, down] as const;
  };
  const severalCache = world.cache();
  const several = async () => {
    const ask = () => fetchAssets(SEVERAL, severalCache, names.goesToo, "15");
    const first = await ask();
    world.down.add(names.goesToo);
    return [first, await ask()] as const;
  };
  const planted = world.cache();
  chmodSync(planted, 0o777);
  const refusedCache = world.cache();
  const refused = async () => {
    const [wrong, stalled] = [
      await fetchAsset("wrong", refusedCache),
      await fetchAsset("stalled", refusedCache),
    ];
    const truncated = await fetchAsset("truncated", refusedCache);
    const hostile = await fetchAsset("hostile", refusedCache);
    return [wrong, stalled, truncated, hostile, await fetchAsset("good", planted)] as const;
  };
  // Few at once: a download that the machine has no time for looks stalled.
  const [[fetched, again, down], [some, someDown], [wrong, stalled, truncated, hostile, plantedRun]] =
    await Promise.all([inTurn(), several(), refused()]);
  const statusesOf = (server: string) =>
    world.questions
      .filter(({ url }) => url.startsWith(`/${server}/`) && url.includes("/resolve"))
      .map(({ status }) => status);
  return {
    ran: {
      fetch: fetched,
      "fetch again": again,
      "server down": down,
      "wrong digest": wrong,
      stalled: stalled,
      truncated: truncated,
      "hostile archive": hostile,
      "planted cache": plantedRun,
      several: some,
      "several, server down": someDown,
    },
    leftovers: [...readdirSync(refusedCache), ...readdirSync(planted)],
    statuses: [statusesOf(names.goes), statusesOf(names.goesToo)],
    folder: join(ownCache, digest),
    severalOut: `good ${join(severalCache, digest)}\nsecond ${join(severalCache, secondDigest)}\n`,
    kept: readdirSync(severalCache).filter((entry) => !entry.startsWith(".resolved")),
  };
}

// Shells and tools hardly depend on each other: by day, each further shell meets one machine of each kind.
const KINDS = new Set([
  "curl before 7.55",
  "GNU wget and no curl",
  "nothing but busybox",
  "no digest tool",
  "no tar",
]);

describe.each(
  Object.entries(SHELLS).map(([name, shell]) => ({
    shellName: name,
    shell,
    title: shell === undefined ? `${name} (skipped: not installed, or what sh is)` : name,
  })),
)("fetch-asset.sh in $title", ({ shellName, shell }) => {
  const machines = Object.entries(MACHINES).filter(
    ([machine]) => shellName === "sh" || NIGHTLY || KINDS.has(machine),
  );

  describe.runIf(shell !== undefined).concurrent("on a machine", () => {
    it.each(machines)(
      "with %s ends every case with its exit code and message",
      async (machine, [tools, expected]) => {
        const path = toolFolder(world.folder, tools);
        if (shell === undefined || path === undefined || (machine === "bsdtar" && !installed("bsdtar"))) {
          console.warn(`skipped: this machine has not all tools of "${machine}"`);
          return;
        }
        const { ran, leftovers, statuses, folder, severalOut, kept } = await outcomes(shell, path);
        const wanted: Outcomes = { ...expected, ...(machine in LATER ? LATER["a broken shasum"] : {}) };
        expect(Object.fromEntries(CASES.map((name) => [name, [ran[name]?.code, ran[name]?.err]]))).toEqual(
          Object.fromEntries(
            CASES.map((name) => [name, [wanted[name][0], expect.stringMatching(wanted[name][1])]]),
          ),
        );
        const works = wanted.fetch[0] === 0;
        const outs: Record<number, string> = { 0: `${folder}\n`, 8: severalOut };
        for (const name of CASES) expect(ran[name]?.out).toBe(outs[wanted[name][0]] ?? "");
        for (const name of works ? Object.values(FAILING) : []) {
          expect(ran.several.err).toMatch(wanted[name][1]);
        }
        expect(kept.sort()).toEqual(works ? [digest, secondDigest].sort() : []);
        expect(existsSync(join(folder, "bin/tool"))).toBe(works);
        expect(leftovers).toEqual([]);
        expect(statuses).toEqual(works ? [[200, 304], [200]] : [[], []]);
      },
    );

    it("names the tool that is missing, whichever it is, and touches nothing", async () => {
      if (shell === undefined) return;
      const cache = join(world.folder, "never-made");
      for (const tool of [...BASE_TOOLS, "tar", "gzip"]) {
        const path = toolFolder(world.folder, { ...COMMON, [tool]: false }) ?? "";
        const env = { PATH: path, SENSU_TOKEN: "t", SENSU_API_URL: world.api };
        expect(await runWith([...shell, SCRIPT, "-c", cache, "good"], env)).toEqual({
          code: 1,
          out: "",
          err: `fetch-asset: good: ${tool} is missing; install it\n`,
        });
      }
      expect(existsSync(cache)).toBe(false);
    });
  });
});
