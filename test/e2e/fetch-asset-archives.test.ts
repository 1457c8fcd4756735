// What scripts/fetch-asset.sh unpacks and what it refuses, with the tar of GNU, of busybox and of the BSDs.
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ran } from "../support/command.ts";
import {
  BASE_TOOLS,
  runWith,
  SCRIPT,
  startFetchWorld,
  tarOf,
  toolFolder,
  type FetchWorld,
  type Member,
  type Tools,
} from "../support/fetch-asset.ts";
import { installed } from "../support/installed.ts";

let world: FetchWorld;
beforeAll(async () => {
  world = await startFetchWorld();
});
afterAll(() => world.close());

const FILE: Member = { name: "lib/x", text: "x" };
const LEADS_OUT = /a member that leads out of its folder/;
const LINK_LEADS_OUT = /a symbolic link that leads out of its folder/;
const OTHER_KIND = /a member that is no file, folder or link/;
// GNU tar lists the target of a hard link without what leads out, and says so.
const HARD_LINK = /a hard link to what is none of its files|a member that leads out of its folder/;
const link = (name: string, target: string): Member => ({ name, type: "2", target });
const hardLink = (name: string, target: string): Member => ({ name, type: "1", target });

const HOSTILE: Record<string, readonly [readonly Member[], RegExp]> = {
  "an absolute member": [[{ name: "/tmp/evil" }], LEADS_OUT],
  "a member that climbs": [[{ name: "bin/../../evil" }], LEADS_OUT],
  "a member that climbs at its end": [[{ name: "bin/..", type: "5" }], LEADS_OUT],
  "a member that climbs after a line break": [[{ name: "x\n/../../evil" }], LEADS_OUT],
  "a device": [[{ name: "null", type: "3" }], OTHER_KIND],
  "a fifo": [[{ name: "pipe", type: "6" }], OTHER_KIND],
  "an absolute symbolic link": [[link("etc", "/etc")], LINK_LEADS_OUT],
  "a symbolic link that climbs": [[link("bin/up", "../../x")], LINK_LEADS_OUT],
  "a symbolic link that climbs behind another": [
    [{ name: "a/b/c", type: "5" }, link("a/b/c/up", "../../.."), link("out", "a/b/c/up/../x")],
    LINK_LEADS_OUT,
  ],
  "a member below a symbolic link": [
    [link("d", "lib"), FILE, { name: "d/x", text: "y" }],
    /a member below a symbolic link/,
  ],
  "a symbolic link and a file of one name": [
    [FILE, link("d", "lib/x"), { name: "./d", text: "y" }],
    /a symbolic link and another member of the same name/,
  ],
  "a symbolic link whose target is unclear": [[link("a -> b", "c")], /a link with an unclear target/],
  "a symbolic link behind a false owner": [
    [{ ...link("a", "/etc"), owner: "x a -> b" }],
    /leads out of its folder|unclear target/,
  ],
  "a hard link to a file outside": [[hardLink("shadow", "/etc/hostname")], HARD_LINK],
  "a hard link that climbs": [[FILE, hardLink("y", "../lib/x")], HARD_LINK],
  "a hard link to a symbolic link": [
    [{ name: "a/b", type: "5" }, FILE, link("a/b/up", "../.."), hardLink("out", "a/b/up")],
    HARD_LINK,
  ],
  nothing: [[], /no tar archive|the archive is empty/],
};

const TARS: Record<string, Tools[string] | undefined> = {
  "GNU tar": installed("tar") && true,
  "busybox tar": installed("busybox") && "busybox",
  bsdtar: installed("bsdtar") && `exec ${installed("bsdtar")} "$@"`,
};
const OTHERS = Object.fromEntries([...BASE_TOOLS, "gzip", "sha512sum", "curl"].map((name) => [name, true]));

let assets = 0;
/** Fetches an archive of these bytes. */
async function fetchBytes(body: Buffer, tar: Tools[string], options: readonly string[] = []) {
  const name = `archive-${assets++}`;
  const served = world.serve(`/${name}`, body);
  await world.put(name, served);
  const cache = world.cache();
  const ran: Ran = await runWith(["/bin/sh", SCRIPT, ...options, "-c", cache, name], {
    PATH: toolFolder(world.folder, { ...OTHERS, tar }) ?? "",
    SENSU_API_URL: `${world.api}/archives`,
    SENSU_TOKEN: world.token,
  });
  return { ...ran, cache, folder: join(cache, served.sha512) };
}

describe.each(
  Object.entries(TARS).map(([name, tar]) => ({
    title: tar === undefined ? `${name} (skipped: not installed)` : name,
    tar,
  })),
)("fetch-asset.sh with $title", ({ tar }) => {
  describe.runIf(tar !== undefined)("and an archive", () => {
    it.each(Object.entries(HOSTILE))(
      "that holds %s refuses it and leaves nothing",
      async (_, [members, message]) => {
        const { code, out, err, cache } = await fetchBytes(gzipSync(tarOf(members)), tar ?? false);
        expect([code, out]).toEqual([7, ""]);
        expect(err).toMatch(message);
        expect(readdirSync(cache)).toEqual([]);
        expect(existsSync("/tmp/evil")).toBe(false);
      },
    );

    it.each([
      ["in gzip", (archive: Buffer) => gzipSync(archive)],
      ["as it is", (archive: Buffer) => archive],
    ])(
      "%s with links inside is unpacked, without owners, setuid and write bits for others",
      async (_, pack) => {
        const members: Member[] = [
          { name: "./", type: "5", mode: 0o777 },
          { name: "./bin/tool", text: "#!/bin/sh\n", mode: 0o6777 },
          link("bin/same", "./tool"),
          link("bin/lib", "../lib/x"),
          link("lib/deep", "no/such"),
          { name: "lib/x", text: "x", mode: 0 },
          hardLink("lib/hard", "lib/x"),
          { name: "a file, with spaces", text: "y" },
          { name: "lib/how to link to x", text: "z" },
        ];
        const { code, out, err, folder } = await fetchBytes(pack(tarOf(members)), tar ?? false);
        expect([code, out, err]).toEqual([0, `${folder}\n`, expect.stringContaining("fetching")]);
        const mode = (path: string) => (statSync(join(folder, path)).mode & 0o7777).toString(8);
        expect(statSync(join(folder, "bin/tool")).uid).toBe(process.getuid?.());
        expect(Number.parseInt(mode("bin/tool"), 8) & 0o7022).toBe(0);
        expect(Number.parseInt(mode("."), 8) & 0o7022).toBe(0);
        expect(readlinkSync(join(folder, "bin/lib"))).toBe("../lib/x");
        expect(readFileSync(join(folder, "lib/hard"), "utf8")).toBe("x");
        expect(readFileSync(join(folder, "lib/how to link to x"), "utf8")).toBe("z");
      },
    );

    it("that is larger than --max-bytes, packed or unpacked, is refused", async () => {
      const archive = tarOf([{ name: "zeros", text: "0".repeat(100_000) }]);
      const packed = await fetchBytes(archive, tar ?? false, ["--max-bytes", "20000"]);
      expect([packed.code, packed.err]).toEqual([
        5,
        expect.stringMatching(/: it is larger than 20000 bytes$/m),
      ]);
      const unpacked = await fetchBytes(gzipSync(archive), tar ?? false, ["--max-bytes=20000"]);
      expect([unpacked.code, unpacked.err]).toEqual([
        7,
        expect.stringMatching(/: unpacked, the archive is larger than 20000 bytes$/m),
      ]);
    });

    it("that is cut short, or in another compression, is refused", async () => {
      const archive = gzipSync(tarOf([FILE]));
      const cut = await fetchBytes(archive.subarray(0, archive.length - 9), tar ?? false);
      expect([cut.code, cut.err]).toEqual([7, expect.stringContaining("gzip cannot unpack it")]);
      const bzip2 = await fetchBytes(Buffer.from("BZh91AY&SY and so on"), tar ?? false);
      expect([bzip2.code, bzip2.err]).toEqual([7, expect.stringContaining("is no tar archive")]);
    });
  });
});
