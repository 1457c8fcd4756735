import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { digestOf } from "../support/archive-host.ts";
import { fileServer, listening, SCRIPT, type Asked, type Served } from "../support/fetch-asset.ts";

// A server that answers as a resolution does, and hosts beside it.

let folder: string;
let archive: Buffer;
let digest: string;
let server: Awaited<ReturnType<typeof listening>>;
let origin: Awaited<ReturnType<typeof listening>>;
const answers = new Map<string, Served>();
const files = new Map<string, Served>();
const asked: { server: Asked[]; origin: Asked[] } = { server: [], origin: [] };

const copyPath = () => `/api/edge/v1/archives/sha512/${digest}`;
const copies = () => asked.server.filter(({ url }) => url === copyPath());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "fetch-copies-"));
  mkdirSync(join(folder, "source/bin"), { recursive: true });
  writeFileSync(join(folder, "source/bin/tool"), "#!/bin/sh\n");
  execFileSync("tar", ["-czf", join(folder, "a.tar.gz"), "-C", join(folder, "source"), "bin"]);
  archive = readFileSync(join(folder, "a.tar.gz"));
  digest = digestOf(archive);
  asked.server = [];
  asked.origin = [];
  answers.clear();
  files.clear();
  server = await listening((request, response) => {
    const path = request.url?.includes("/resolve?") === true ? "/resolve" : (request.url ?? "");
    request.url = path;
    fileServer(answers, asked.server)(request, response);
  });
  origin = await listening((request, response) => fileServer(files, asked.origin)(request, response));
  answers.set(copyPath(), { body: archive });
  files.set("/a.tar.gz", { body: archive });
});
afterEach(() => {
  server.close();
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the server resolves to; `mirror` null: there is no copy. */
function resolveTo(mirror: "fallback" | "prefer" | null, copy = copyPath()): void {
  const lines = [
    ["ASSET_COUNT", "1"],
    ["ASSET_NAME", "tool"],
    ["ASSET_OUTCOME", "resolved"],
    ["ASSET_URL", `${origin.url}/a.tar.gz`],
    ["ASSET_SHA512", digest],
    ["ASSET_BUILD", "0"],
    ["ASSET_UNRESOLVED", ""],
    ["ASSET_HEADERS", "1"],
    ...(mirror === null
      ? []
      : [
          ["ASSET_MIRROR_URL", copy],
          ["ASSET_MIRROR", mirror],
        ]),
    ["ASSET_HEADER_0", "X-Secret: s3cret"],
  ];
  const body = Buffer.from(lines.map(([key, value]) => `${key}='${value}'\n`).join(""));
  answers.set("/resolve", { body, headers: { ETag: '"1"' } });
}

function fetchAsset(): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, SENSU_API_URL: server.url, SENSU_API_KEY: "sak_test" };
  return new Promise((done) => {
    execFile("sh", [SCRIPT, "-c", join(folder, "cache"), "tool"], { env }, (error, out, err) =>
      done({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

const isUnpacked = () => existsSync(join(folder, "cache", digest, "bin/tool"));

it("with fallback, the copy is not asked while the URL has the bytes", async () => {
  resolveTo("fallback");
  expect(await fetchAsset()).toMatchObject({ code: 0 });
  expect([isUnpacked(), copies().length, asked.origin.length]).toEqual([true, 0, 1]);
});

it.each<[string, Served]>([
  ["is gone", { status: 404, body: Buffer.from("no") }],
  ["has other bytes", { body: Buffer.from("other bytes") }],
  ["breaks off", { body: Buffer.alloc(100_000), half: "breaks" }],
])(
  "with fallback, the copy is taken when the URL %s, with the credential and no header of the build",
  async (_, served) => {
    resolveTo("fallback");
    files.set("/a.tar.gz", served);
    expect(await fetchAsset()).toMatchObject({ code: 0, out: `${join(folder, "cache", digest)}\n` });
    expect(isUnpacked()).toBe(true);
    const [copy] = copies();
    expect(copy?.headers).toMatchObject({ authorization: "Key sak_test" });
    expect(copy?.headers["x-secret"]).toBeUndefined();
    expect(asked.origin[0]?.headers).toMatchObject({ "x-secret": "s3cret" });
    expect(asked.origin[0]?.headers.authorization).toBeUndefined();
  },
);

it("with prefer, the URL is not asked while there is the copy, and is when there is not", async () => {
  resolveTo("prefer");
  files.set("/a.tar.gz", { body: Buffer.from("other bytes") });
  expect(await fetchAsset()).toMatchObject({ code: 0 });
  expect([isUnpacked(), asked.origin.length]).toEqual([true, 0]);
  rmSync(join(folder, "cache"), { recursive: true });
  answers.set(copyPath(), { status: 503, body: Buffer.from("{}") });
  files.set("/a.tar.gz", { body: archive });
  const second = await fetchAsset();
  expect(second).toMatchObject({ code: 0, err: expect.stringContaining("answered 503") as string });
  expect([isUnpacked(), asked.origin.length]).toEqual([true, 1]);
});

it("a copy with other bytes is refused as an archive with other bytes is", async () => {
  resolveTo("prefer");
  answers.set(copyPath(), { body: Buffer.from("other bytes") });
  files.set("/a.tar.gz", { body: Buffer.from("other bytes") });
  expect(await fetchAsset()).toMatchObject({ code: 6, out: "" });
  expect(isUnpacked()).toBe(false);
});

it("the credential goes to no other place than the copy's own path", async () => {
  for (const copy of [
    `${origin.url}/a`,
    "//evil.example.com/x",
    "/api/edge/v1/archives/sha512/../../keys",
    "@evil.example.com/",
  ]) {
    rmSync(join(folder, "cache"), { recursive: true, force: true });
    resolveTo("prefer", copy);
    expect(await fetchAsset()).toMatchObject({ code: 0 });
    for (const { headers } of asked.origin) expect(headers.authorization).toBeUndefined();
  }
});
