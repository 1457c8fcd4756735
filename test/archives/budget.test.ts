import { env } from "cloudflare:workers";
import { createScheduledController } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { hexOf } from "../../src/lib/hex.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { anAsset } from "../support/fixtures.ts";
import { recordingDatabase } from "../support/recorded-statements.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

/** What the free plan allows an invocation: subrequests, and in the strictest reading each statement of D1 is one. */
const FREE_PLAN = 50;
/** What the minutes ask beside that in which a sweep runs. */
const SWEEPS = 4;
const ARCHIVES = 24;
const HOSTS = 8;

const admin = await tokenFor(["admin@*"]);
const BYTES = "\u001f\u008b the same bytes for all, and a different digest for some";

interface Spent {
  statements: number;
  kv: number;
  bucket: number;
  fetches: number;
}

let spent: Spent;
const total = () => Object.values(spent).reduce((sum, count) => sum + count, 0);

beforeEach(async () => {
  await freshStorage();
  spent = { statements: 0, kv: 0, bucket: 0, fetches: 0 };
});
afterEach(() => void vi.unstubAllGlobals());

/** A binding, each call of which is counted. */
function counting<T extends object>(binding: T, count: () => void): T {
  return new Proxy(binding, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        count();
        return member.apply(target, args) as unknown;
      };
    },
  });
}

function bindings(): Env {
  return {
    ...env,
    DB: recordingDatabase(env.DB, () => void (spent.statements += 1)),
    CACHE: counting(env.CACHE, () => void (spent.kv += 1)),
    ARCHIVES: counting(env.ARCHIVES, () => void (spent.bucket += 1)),
    ARCHIVE_CHECKS: "8",
  } as Env;
}

/** Hosts that redirect, as most do that serve releases, and then answer. */
function serve(answer: (path: string) => Response): void {
  vi.stubGlobal("fetch", async (url: string) => {
    spent.fetches += 1;
    const { host, pathname } = new URL(url);
    return host.startsWith("cdn.")
      ? answer(pathname)
      : new Response(null, { status: 302, headers: { Location: `https://cdn.${host}${pathname}` } });
  });
}

/** An answer that says how long it is, and a body of which the runtime knows it too. */
function whole(text: string): Response {
  const bytes = new TextEncoder().encode(text);
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  void writer
    .write(bytes)
    .then(() => writer.close())
    .catch(() => undefined);
  return new Response(readable, { headers: { "Content-Length": String(bytes.length) } });
}

async function digestOf(text: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-512", new TextEncoder().encode(text))));
}

/** Assets whose archives are on several hosts, each with its own bytes. */
async function register(): Promise<Map<string, string>> {
  const bytesAt = new Map<string, string>();
  for (let index = 0; index < ARCHIVES; index += 1) {
    const bytes = `${BYTES} ${String(index).padStart(3, "0")}`;
    const path = `/a${index}.tar.gz`;
    bytesAt.set(path, bytes);
    const url = `https://host${index % HOSTS}.dev${path}`;
    const body = anAsset(`a${index}`, { url, sha512: await digestOf(bytes) });
    expect((await api("PUT", `${ASSETS}/a${index}`, { token: admin, body })).status).toBe(201);
  }
  return bytesAt;
}

async function states(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    "SELECT state, COUNT(*) AS count FROM archives GROUP BY state",
  ).all<{
    state: string;
    count: number;
  }>();
  return Object.fromEntries(results.map(({ state, count }) => [state, count]));
}

/** Runs of the cron until nothing is unknown; the most that one of them asked for. */
async function ticks(): Promise<{ runs: number; most: number }> {
  const worker = await coldWorker();
  let most = 0;
  for (let runs = 1; runs <= 40; runs += 1) {
    Object.assign(spent, { statements: 0, kv: 0, bucket: 0, fetches: 0 });
    await worker.scheduled(createScheduledController(), bindings());
    most = Math.max(most, total());
    if ((await states())["unknown"] === undefined) return { runs, most };
  }
  return { runs: Infinity, most };
}

it("a run of the cron stays within the free plan while it follows commits, checks and copies", async () => {
  const bytesAt = await register();
  serve((path) => whole(bytesAt.get(path) ?? ""));
  const { runs, most } = await ticks();
  expect(await states()).toEqual({ ok: ARCHIVES });
  expect(most).toBeLessThanOrEqual(FREE_PLAN - SWEEPS);
  // What docs/archives.md promises: two new archives a minute at least.
  expect(runs).toBeLessThanOrEqual(ARCHIVES / 2);
});

it("a run of the cron stays within the free plan when every archive has drifted", async () => {
  const bytesAt = await register();
  serve((path) => whole(bytesAt.get(path) ?? ""));
  await ticks();
  serve((path) => whole((bytesAt.get(path) ?? "").replace("same", "SAME")));
  const hourAgo = Date.now() - 3_700_000;
  await env.DB.batch([
    env.DB.prepare("UPDATE archives SET suspected_at = ?1, due_at = ?1, etag = NULL").bind(hourAgo),
    env.DB.prepare("UPDATE archive_hosts SET turn_at = ?1").bind(hourAgo),
  ]);
  const worker = await coldWorker();
  for (let run = 0; run < 5; run += 1) {
    Object.assign(spent, { statements: 0, kv: 0, bucket: 0, fetches: 0 });
    await worker.scheduled(createScheduledController(), bindings());
    expect(total()).toBeLessThanOrEqual(FREE_PLAN - SWEEPS);
  }
  expect((await states())["wrong_digest"]).toBeGreaterThan(4);
});
