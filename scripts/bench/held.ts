// npm run bench:memory: what a full isolate holds, as it is counted and as V8 measures it. Fails when more is held than
// was counted, or when all of it is more than an isolate can spare.
import v8 from "node:v8";
import vm from "node:vm";
import { pageAnswer } from "../../src/assets/page-answer.ts";
import { ASSET_MEMORY, CachedAssetStore, PAGE_MEMORY } from "../../src/freshness/cached-asset-store.ts";
import { CachedKeyStore, KEY_MEMORY } from "../../src/freshness/cached-key-store.ts";
import { edgeOf } from "../../src/freshness/edge.ts";
import { HighWater, MARKS } from "../../src/freshness/high-water.ts";
import { extendJournal, journalBytes, MAX_JOURNAL_CHANGES } from "../../src/freshness/journal.ts";
import { Targets, TARGETS } from "../../src/fast-path/target.ts";
import { assetKey } from "../../src/identity/cache-key.ts";
import { AssetId, parseAssetName, parseNamespace } from "../../src/identity/names.ts";
import { steadyClock } from "../../src/lib/steady-clock.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { factsOfEntity } from "../../src/resolve/facts.ts";
import { MANY_ANSWERS, ManyService } from "../../src/resolve/many/service.ts";
import type { CommitLog } from "../../src/store/commit.ts";
import type { AssetOrigin } from "../../src/store/origin.ts";
import type { StoredAsset } from "../../src/store/asset-store.ts";
import { Spent } from "../../src/observability/spent.ts";
import type { Reading } from "../../src/store/reading.ts";
import { command, runOf } from "../command/command.ts";
import { runInProcess } from "../command/io.ts";
import { table } from "../command/table.ts";
import { NO_COPIES } from "../../test/support/no-copies.ts";

const MIB = 1024 * 1024;
/** Of an isolate's 128 MB: the rest is for code, resolutions, tokens and requests in flight. */
const SHARE = 80 * MIB;
/** What is counted may be a little less than what V8 measures: maps grow by doubling. */
const TOLERATED = 1.1;

export const run = runOf(
  command({
    name: "npm run bench:memory --",
    summary: "measure what a full isolate holds, beside what is counted",
    options: {},
    examples: ["npm run bench:memory"],
    exitCodes: { 0: "held as counted, within the share", 1: "more than that, or an error" },
    run: () => measureHeld(),
  }),
);

let collect = (): void => undefined;

/** Bytes that are reachable now, buffers included. */
function reachable(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A text as the runtime makes it of what D1 and KV send: flat, and of its own. */
function fresh(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

const unused = () => Promise.reject(new Error("not asked here"));
const ignore = () => undefined;
const NEWEST: Reading = {
  freshness: "newest",
  scope: { now: 0, spent: new Spent(), waitUntil: ignore },
};

function log(seq: number, changes: CommitLog["changes"] = []): CommitLog {
  return { epoch: "e", at: Date.now(), seq, since: 0, changes };
}

/** Assets of one content, in an isolate that has just started. */
function stores(asset: (index: number) => StoredAsset) {
  const edge = edgeOf({
    kv: { getWithMetadata: async () => ({ value: null, metadata: null }), put: async () => undefined },
    readLog: async () => log(1),
    clock: steadyClock(Date.now),
    timer: runtimeTimer,
    log: ignore,
  });
  const origin: AssetOrigin = {
    get: async ({ name }) => ({ epoch: "e", g: 1, s: 1, value: asset(Number(name.slice(0, 8))) }),
    list: async (_namespace, from, limit) => {
      const start = Number(from?.key);
      const assets = Array.from({ length: limit }, (_, index) => asset(start + index));
      return { epoch: "e", g: 1, s: 1, value: { assets, next: null } };
    },
    put: unused,
    delete: unused,
  };
  return new CachedAssetStore(origin, edge);
}

const NAMESPACE = parseNamespace("n".repeat(128));
function idOf(index: number): AssetId {
  const name = parseAssetName(fresh(String(index).padStart(8, "0").padEnd(255, "x")));
  if (name === null || NAMESPACE === null) throw new Error("no name");
  return new AssetId(NAMESPACE, name);
}

function assetOf(content: string, expressions: boolean) {
  return (index: number): StoredAsset => {
    const { namespace, name } = idOf(index);
    const form = () => ({
      etag: fresh(`"${String(index).padStart(43, "0")}"`),
      definition: fresh(`${index} ${content}`),
    });
    return { namespace, name, seq: 1, ...form(), expressions: expressions ? form() : null };
  };
}

interface Filled {
  readonly entries: number;
  readonly counted: number;
  /** What holds it all, so that it stays reachable. */
  readonly held: unknown;
}

async function fullOfAssets(content: string, expressions: boolean): Promise<Filled> {
  const store = stores(assetOf(content, expressions));
  const step = content.length + 500;
  for (
    let index = 0;
    index < ASSET_MEMORY.entries && store.memory.bytes + step < ASSET_MEMORY.bytes;
    index += 1
  )
    await store.get(idOf(index), NEWEST);
  return { entries: store.memory.size, counted: store.memory.bytes, held: store };
}

/** Pages that have been sent in either form. */
async function fullOfPages(content: string): Promise<Filled> {
  const store = stores(assetOf(content, true));
  let last = 0;
  for (let start = 0; store.pageMemory.bytes + 2 * last < PAGE_MEMORY.bytes; start += 100) {
    const before = store.pageMemory.bytes;
    const { value: page } = await store.list(null, { key: String(start), inclusive: false }, 100, NEWEST);
    for (const form of ["as-written", "expressions"] as const)
      await pageAnswer(page, { form, byAgent: false }, true);
    last = store.pageMemory.bytes - before;
  }
  return { entries: store.pageMemory.size, counted: store.pageMemory.bytes, held: store };
}

async function fullOfKeys(grants: number): Promise<Filled> {
  const edge = edgeOf({
    kv: { getWithMetadata: async () => ({ value: null, metadata: null }), put: async () => undefined },
    readLog: async () => log(1),
    clock: steadyClock(Date.now),
    timer: runtimeTimer,
    log: ignore,
  });
  const key = (digest: string) => ({
    digest,
    name: fresh(`key ${digest}`),
    grants: Array.from({ length: grants }, (_, index) =>
      fresh(`edit@${"n".repeat(128)}/${digest}/${index}/*`),
    ),
    createdBy: fresh(`by ${digest}`),
    createdAt: 0,
    expiresAt: null,
    revokedAt: null,
    lastUsed: null,
  });
  const store = new CachedKeyStore(
    {
      find: async (digest) => ({ epoch: "e", g: 1, s: 1, value: key(digest) }),
      page: unused,
      named: unused,
      grantLists: unused,
      liveGrantLists: unused,
      create: unused,
      rotate: unused,
      revoke: unused,
      touch: unused,
    },
    edge,
    0,
  );
  for (let index = 0, last = 0; index < KEY_MEMORY.entries && store.memory.bytes + last < KEY_MEMORY.bytes;) {
    const before = store.memory.bytes;
    await store.find(fresh(String(index).padStart(64, "0")), NEWEST);
    last = store.memory.bytes - before;
    index += 1;
  }
  return { entries: store.memory.size, counted: store.memory.bytes, held: store };
}

async function fullOfMarks(length: number): Promise<Filled> {
  const marks = new HighWater();
  for (let index = 0; index < MARKS.entries; index += 1)
    marks.raise(fresh(String(index).padStart(length, "0")), "e", index);
  return { entries: MARKS.entries, counted: marks.bytes, held: marks };
}

async function fullOfUrls(length: number): Promise<Filled> {
  const targets = new Targets();
  let entries = 0;
  for (let before = -1; entries < TARGETS.entries && targets.bytes > before; entries += 1) {
    before = targets.bytes;
    if (before > TARGETS.bytes - 3_000) break;
    const path = `https://assets.example.com/api/edge/v1/namespaces/default/assets/${entries}/resolve?os=`;
    const target = targets.of(fresh(path.padEnd(length, "x")));
    if (target === null) throw new Error("no target");
    target.unchanged = {
      etag: '"1"',
      ageSeconds: 0,
      seq: null,
      state: null,
      response: new Response(null, { status: 304 }),
    };
  }
  return { entries, counted: targets.bytes, held: targets };
}

/** Answers about two assets each, whose URLs hold this text. */
async function fullOfAnswers(content: string): Promise<Filled> {
  const many = new ManyService(NO_COPIES);
  const { namespace } = idOf(0);
  let entries = 0;
  for (let last = 0; entries < MANY_ANSWERS.entries && many.bytes + last < MANY_ANSWERS.bytes; entries += 1) {
    const before = many.bytes;
    const assets = [entries, entries + 1].map((index) => {
      const definition = JSON.stringify({ url: `https://e/${index}${content}`, sha512: "0".repeat(128) });
      return { ...assetOf("", false)(index), definition };
    });
    const search = fresh(`?os=${String(entries).padStart(8, "0")}`);
    const machine = { namespace, names: null, facts: factsOfEntity({}), rule: "first" } as const;
    const source = { assets, unknown: new Set<string>(), state: 1, reach: [] };
    await many.answer({ ...machine, format: "json", search }, source, 0);
    last = many.bytes - before;
  }
  return { entries, counted: many.bytes, held: many };
}

async function fullJournal(): Promise<Filled> {
  const changes = Array.from(
    { length: MAX_JOURNAL_CHANGES },
    (_, index) => [fresh(assetKey("n".repeat(128), String(index).padStart(255, "x"))), index] as const,
  );
  const journal = extendJournal(null, log(MAX_JOURNAL_CHANGES, changes), 0);
  return { entries: journal.changes.size, counted: journalBytes(journal), held: journal };
}

const SMALL = "x".repeat(300);
const LARGE = "x".repeat(20_000);
const KINDS: readonly (readonly [string, string, () => Promise<Filled>])[] = [
  ["assets", "small", () => fullOfAssets(SMALL, false)],
  ["assets", "large", () => fullOfAssets(LARGE, false)],
  ["assets", "large, one character outside Latin-1", () => fullOfAssets(`${LARGE}\u4e16`, true)],
  ["pages", "small assets", () => fullOfPages(SMALL)],
  ["pages", "large assets, one character outside Latin-1", () => fullOfPages(`${LARGE}\u4e16`)],
  ["keys", "1 grant", () => fullOfKeys(1)],
  ["keys", "50 long grants", () => fullOfKeys(50)],
  ["marks", "short names", () => fullOfMarks(40)],
  ["marks", "the longest names", () => fullOfMarks(400)],
  ["urls", "short", () => fullOfUrls(100)],
  ["urls", "the longest", () => fullOfUrls(500)],
  ["answers", "short", () => fullOfAnswers("")],
  ["answers", "long, one character outside Latin-1", () => fullOfAnswers(`${LARGE}\u4e16`)],
  ["journal", "the longest names", fullJournal],
];

async function measureHeld(): Promise<number> {
  v8.setFlagsFromString("--expose-gc");
  collect = vm.runInNewContext("gc") as () => void;
  /** All that was filled stays: what is let go of would make what comes after it look small. */
  const all: Filled[] = [];
  const rows: string[][] = [];
  const most = new Map<string, number>();
  let wrong = false;
  for (const [kind, content, fill] of KINDS) {
    const before = reachable();
    const filled = await fill();
    all.push(filled);
    const measured = reachable() - before;
    const { entries, counted } = filled;
    const tooLittle = measured > counted * TOLERATED;
    wrong ||= tooLittle;
    most.set(kind, Math.max(most.get(kind) ?? 0, measured));
    rows.push([
      kind,
      content,
      String(entries),
      mib(counted),
      mib(measured),
      tooLittle ? "counted too little" : "",
    ]);
  }
  const total = [...most.values()].reduce((sum, bytes) => sum + bytes, 0);
  process.stdout.write(table([["WHAT", "CONTENT", "ENTRIES", "COUNTED MIB", "HELD MIB", ""], ...rows]));
  console.log(`\n${all.length} fillings; all kinds at their worst: ${mib(total)} MiB of ${mib(SHARE)}`);
  return wrong || total > SHARE ? 1 : 0;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

if (import.meta.main) await runInProcess(run);
