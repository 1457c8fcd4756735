import { env } from "cloudflare:workers";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ALERTS } from "../../scripts/alerts/alerts.ts";
import { fires, type Line, type Scrape } from "../../scripts/alerts/condition.ts";
import { coldWorker } from "../support/cold-isolate.ts";
import { commandedBindings, type Commands } from "../support/commanded-bindings.ts";
import { anAsset } from "../support/fixtures.ts";
import { ASSETS, freshStorage, ORIGIN, tokenFor } from "../support/worker.ts";

type Name = (typeof ALERTS)[number]["name"];
type Worker = typeof import("../../src/index.ts").default;

/** What goes wrong: for how many minutes, what it is set up by, and what clients do meanwhile beside the usual. */
interface Fault {
  readonly minutes?: number;
  readonly commands?: Partial<Commands>;
  /** Whether the cron is called. */
  readonly cron?: false;
  readonly setUp?: () => Promise<unknown>;
  readonly setDown?: () => Promise<unknown>;
  readonly clients?: () => Promise<unknown>;
}

const MINUTE_MS = 60_000;
/** Longer than any alert looks back. */
const QUIET_MINUTES = 16;
const DAY = { ttl: 86_400 };
const agent = await tokenFor(["view@default"], DAY);
const editor = await tokenFor(["edit@default"], DAY);
const admin = await tokenFor(["admin@*"], DAY);

let now = Date.now();
const lines: Line[] = [];
const scrapes: Scrape[] = [];
const HEALTHY: Commands = {
  database: "works",
  kv: "works",
  databaseNow: () => now,
  pass: (ms) => void (now += ms),
};
const commands: Commands = { ...HEALTHY };
let changed: Record<string, unknown> = {};
/** One isolate answers clients, the cron runs in another. */
let answering: Worker;
let beating: Worker;

async function newIsolate(): Promise<Worker> {
  return coldWorker();
}

const bindings = (): Env => ({ ...env, ...commandedBindings(commands), ...changed });

async function send(method: string, path: string, token: string, body?: unknown, headers: object = {}) {
  const context = createExecutionContext();
  const all = { Authorization: `Bearer ${token}`, "CF-Connecting-IP": "192.0.2.9", ...headers };
  const init = { method, headers: all, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const answer = await answering.fetch(new Request(ORIGIN + path, init), bindings(), context);
  const text = await answer.text();
  await waitOnExecutionContext(context);
  return text;
}

/** The same request several times. */
async function times(count: number, request: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await request();
}

const read = (token = agent) => send("GET", `${ASSETS}/one`, token);
const write = (headers: object = {}) => send("PUT", `${ASSETS}/written`, editor, anAsset("written"), headers);

/** Minutes of the usual traffic, and of what the fault adds, each with a run of the cron and a look at /metrics. */
async function pass(minutes: number, { cron, clients }: Fault = {}): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    now += MINUTE_MS;
    if (cron !== false)
      await beating.scheduled(createScheduledController(), bindings()).catch(() => undefined);
    await times(20, read);
    await send("GET", `${ASSETS}/one`, `${agent}x`);
    await clients?.();
    scrapes.push({ at: now, text: await send("GET", "/metrics", admin) });
  }
}

function ringing(): string[] {
  const seen = { now, lines, scrapes };
  return ALERTS.filter(({ condition }) => fires(condition, seen)).map(({ name }) => name);
}

const rename = (from: string, to: string) => env.DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run();
const hanging: Fault = {
  commands: { database: "hangs" },
  setUp: async () => shortenTimers(),
  setDown: async () => void vi.unstubAllGlobals(),
  clients: () => Promise.all([read(editor), read(editor), read(editor)]),
};
const deadCron: Fault = { minutes: 9, cron: false };
const failingKv: Fault = {
  commands: { kv: "fails" },
  // Only what is not in memory asks KV.
  clients: () => times(4, () => send("GET", `${ASSETS}/unknown-${now}-${Math.random()}`, agent)),
};
const withChanged = (bindingsChanged: Record<string, unknown>): Fault => ({
  minutes: 2,
  setUp: async () => {
    changed = bindingsChanged;
    answering = await newIsolate();
  },
  setDown: async () => {
    changed = {};
    answering = await newIsolate();
  },
});

/** The fault that each alert is for. An alert without one does not compile, and fails. */
const FAULTS: Record<Name, Fault> = {
  "5xx": { commands: { database: "fails" }, clients: () => write() },
  "stale answers": { commands: { database: "fails" } },
  "D1 is silent": hanging,
  "D1 left alone": { ...hanging, minutes: 8 },
  "no heartbeat": deadCron,
  "cron silent": deadCron,
  "age of the cron's last run": deadCron,
  "heartbeat fails": { commands: { database: "fails" } },
  "a chore fails": {
    setUp: () => rename("sessions", "sessions_away"),
    setDown: () => rename("sessions_away", "sessions"),
  },
  "journal not published": { commands: { kv: "takes no writes" } },
  "KV fails": failingKv,
  "KV left alone": { ...failingKv, minutes: 8 },
  "a wrong setting": withChanged({ LINT: "loud" }),
  "rate limiter": withChanged({ AUTH_FAILURES: undefined }),
  "an archive has changed": {
    minutes: 2,
    setUp: () => env.DB.prepare("UPDATE archives SET state = 'wrong_digest', notice = 'other bytes'").run(),
  },
  "archives are not checked": {
    setUp: () => rename("archives", "archives_away"),
    setDown: () => rename("archives_away", "archives"),
  },
  "a wrong clock": { minutes: 2, commands: { databaseNow: () => now - 60 * MINUTE_MS } },
  "reads of D1": { minutes: 15, clients: () => times(10, () => read(editor)) },
  "D1 is slow": { minutes: 10, commands: { database: "slow" }, clients: () => read(editor) },
  "write conflicts": { minutes: 15, clients: () => times(2, () => write({ "If-Match": '"old"' })) },
  "refused credentials": { minutes: 5, clients: () => times(10, () => read(`${agent}x`)) },
  "size of D1": { minutes: 7, commands: { database: "large" }, clients: () => write() },
};

/** Deadlines of seconds come at once: what hangs is waited for in vain either way. */
function shortenTimers(): void {
  const real = setTimeout;
  vi.stubGlobal("setTimeout", (callback: () => void, ms = 0) => real(callback, ms >= 1_000 ? 1 : ms));
}

beforeAll(async () => {
  await freshStorage();
  vi.spyOn(Date, "now").mockImplementation(() => now);
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    lines.push({ at: now, line: JSON.parse(text) as Line["line"] });
  });
  beating = await newIsolate();
  answering = await newIsolate();
  await send("PUT", `${ASSETS}/one`, editor, anAsset("one"));
  await pass(QUIET_MINUTES);
});
afterEach(() => void vi.unstubAllGlobals());
afterAll(() => void vi.restoreAllMocks());

describe("an alert", () => {
  it("of none is heard while all is well", () => expect(ringing()).toEqual([]));

  it.each(ALERTS.map(({ name }) => name))("fires: %s", async (name) => {
    const fault = FAULTS[name];
    lines.length = 0;
    await pass(1);
    expect(ringing()).not.toContain(name);
    await fault.setUp?.();
    Object.assign(commands, fault.commands);
    await pass(fault.minutes ?? 6, fault);
    const heard = ringing();
    Object.assign(commands, HEALTHY);
    await fault.setDown?.();
    await pass(QUIET_MINUTES, { clients: () => write() });
    expect([heard.includes(name), ringing()]).toEqual([true, []]);
  });
});
