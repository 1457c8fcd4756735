import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { NEW_EPOCH } from "../../scripts/new-epoch.ts";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import { authenticator, type CredentialSources } from "../../src/auth/authenticate.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { STALE_MS } from "../../src/freshness/stale.ts";
import { keyRing } from "../../src/keys/key-lookup.ts";
import { LoginService } from "../../src/login/service.ts";
import { D1SessionStore } from "../../src/store/d1/sessions.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";
import { testScope } from "../support/scope.ts";

const PAST_BOUND = BOUND_MS / 1000 + 2;
const HOUR = 3_600;
const KEY = makeApiKey(new Uint8Array(32).fill(7));
const GRANTS = ["edit@default/sensu/*", "admin@team"];
const VIEW = [
  { role: "view", namespace: "default", names: "sensu/*" },
  { role: "view", namespace: "team", names: null },
];
const UNAVAILABLE = { kind: "unavailable", headers: { "Retry-After": "5" } };
const UNAUTHENTICATED = { kind: "unauthenticated" };

let world: World;
let writer: Isolate;
/** Has let the key in while D1 answered. */
let warm: Isolate;

beforeEach(async () => {
  await freshStorage();
  world = new World();
  writer = new Isolate(world);
  warm = new Isolate(world);
  await writer.edge.journal.renew();
  await aKey({});
});

async function aKey({ expiresAt = null }: { expiresAt?: number | null }): Promise<void> {
  const digest = await apiKeyDigest(KEY);
  const key = { digest, name: "ci", grants: GRANTS, expiresAt, mayFollow: null, mayTakeOver: true };
  world.seconds(2);
  await writer.keys.create(key, writer.commit());
  await writer.settled();
  await authenticate(warm);
}

async function revoke(by = writer): Promise<void> {
  world.seconds(2);
  await by.keys.revoke("ci", null, by.commit());
  await by.settled();
}

function sourcesOf(isolate: Isolate): CredentialSources {
  return {
    signingKeys: [],
    ring: keyRing(isolate.keys),
    outside: null,
    failures: new FailureLimit(async () => true),
  };
}

const request = new Request("http://localhost/", { headers: { Authorization: `Key ${KEY}` } });
const scopeOf = (isolate: Isolate) => testScope(world.now, isolate.waitUntil);

/** What the isolate takes the key for. */
async function authenticate(isolate: Isolate) {
  const principal = await authenticator(sourcesOf(isolate)).authenticate(request, scopeOf(isolate));
  await isolate.settled();
  return principal;
}

/** D1 is down, and the bound is over. */
function outage(seconds = PAST_BOUND): void {
  world.databaseDown = true;
  world.seconds(seconds);
}

describe("I7: while D1 is down, a key that was live within the bound", () => {
  it.each(["fails", "hangs"] as const)(
    "views what its grants let it view, in warm and cold isolates, when D1 %s",
    async (how) => {
      outage();
      if (how === "hangs") Object.assign(world, { databaseDown: false, databaseHangs: true });
      for (const isolate of [warm, new Isolate(world)]) {
        const principal = await authenticate(isolate);
        expect(principal).toMatchObject({ name: "ci", grants: VIEW });
        expect(principal.unconfirmedSeconds).toBeGreaterThanOrEqual(PAST_BOUND);
      }
    },
  );

  it("has all its grants within the bound, and again when D1 answers", async () => {
    outage(60);
    expect(await authenticate(warm)).not.toHaveProperty("unconfirmedSeconds");
    outage();
    expect(await authenticate(warm)).toMatchObject({ grants: VIEW });
    world.databaseDown = false;
    expect(await authenticate(warm)).toMatchObject({ grants: [{ role: "edit" }, { role: "admin" }] });
    expect(await authenticate(warm)).not.toHaveProperty("unconfirmedSeconds");
  });

  it("is 503 once the stated time is over, which the setting shortens and 0 turns off", async () => {
    const short = new Isolate(world, { outageKeyMs: HOUR * 1_000 });
    const off = new Isolate(world, { outageKeyMs: 0 });
    for (const isolate of [short, off]) await authenticate(isolate);
    outage();
    await expect(authenticate(off)).rejects.toMatchObject(UNAVAILABLE);
    await authenticate(short);
    world.seconds(HOUR);
    await expect(authenticate(short)).rejects.toMatchObject(UNAVAILABLE);
    await authenticate(warm);
    world.seconds(STALE_MS / 1_000 - HOUR);
    for (const isolate of [warm, new Isolate(world)])
      await expect(authenticate(isolate)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("costs KV nothing while memory holds it, but the journal once in five seconds", async () => {
    outage();
    await authenticate(warm);
    const { gets } = world.kv;
    for (let times = 0; times < 10; times += 1) await authenticate(warm);
    expect(world.kv.gets).toBe(gets);
    world.seconds(5);
    await authenticate(warm);
    expect(world.kv.gets - gets).toBeLessThanOrEqual(2);
  });

  it("is not noted as used, since the note needs D1", async () => {
    outage();
    await authenticate(warm);
    const calls = world.databaseCalls;
    world.seconds(86_400 - PAST_BOUND - 60);
    await authenticate(warm);
    // One read of the key, and one of the log by the isolate that finds the journal old.
    expect(world.databaseCalls - calls).toBeLessThanOrEqual(2);
  });

  it("neither logs in nor proves a login", async () => {
    outage();
    const login = new LoginService(sourcesOf(warm), new D1SessionStore(env.DB));
    const check = (user: string) => login.check({ user, password: KEY }, request, scopeOf(warm));
    await expect(check("ci")).rejects.toMatchObject(UNAVAILABLE);
    await expect(check("somebody-else")).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("holds no stream open", async () => {
    outage();
    const { stillValid } = authenticator(sourcesOf(warm));
    await expect(stillValid(request, scopeOf(warm))).rejects.toMatchObject(UNAVAILABLE);
  });
});

describe("I7: what is known against a key holds during an outage", () => {
  it("its expiry, by the clock: 401", async () => {
    await freshStorage();
    world = new World();
    [writer, warm] = [new Isolate(world), new Isolate(world)];
    await writer.edge.journal.renew();
    await aKey({ expiresAt: world.now + HOUR * 1_000 });
    outage();
    await authenticate(warm);
    world.seconds(HOUR);
    for (const isolate of [warm, new Isolate(world)])
      await expect(authenticate(isolate)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("its revocation, in the isolate that has made it and in any that has seen it", async () => {
    await authenticate(writer);
    await revoke();
    world.seconds(PAST_BOUND);
    await expect(authenticate(warm)).rejects.toMatchObject(UNAUTHENTICATED);
    outage();
    // It has seen the revoked key, of which there is no other end.
    await expect(authenticate(warm)).rejects.toMatchObject(UNAUTHENTICATED);
    // It knows from the journal that its copy is old, and not what has become of it.
    await expect(authenticate(writer)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("its revocation in the journal that KV holds, also for an isolate that was idle and a cold one", async () => {
    const copies = world.kv.snapshot();
    await revoke();
    world.kv.restore(new Map([...copies].filter(([key]) => key.includes("/k/"))));
    outage();
    for (const isolate of [warm, new Isolate(world)])
      await expect(authenticate(isolate)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("its revocation in the journal, when KV is too slow for a request or was left alone", async () => {
    await revoke();
    outage();
    world.kv.mode = "slow";
    await expect(authenticate(warm)).rejects.toMatchObject(UNAVAILABLE);
    const idle = new Isolate(world);
    world.kv.mode = "fails";
    for (let times = 0; times < 4; times += 1) await idle.edge.kv.get("k", 30);
    expect(idle.edge.kv.isLeftAlone).toBe(true);
    world.kv.mode = "slow";
    await expect(authenticate(idle)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("a restore of the database, whose new epoch may have no such key", async () => {
    await env.DB.prepare(NEW_EPOCH).run();
    world.seconds(2);
    await writer.edge.journal.renew();
    outage();
    for (const isolate of [warm, new Isolate(world)])
      await expect(authenticate(isolate)).rejects.toMatchObject(UNAVAILABLE);
  });

  it("a clock that was set back: nobody can say for how long the key has not been checked", async () => {
    outage();
    await authenticate(warm);
    warm.ahead = -HOUR * 1_000;
    await expect(authenticate(warm)).rejects.toMatchObject(UNAVAILABLE);
  });
});

it("a key that nobody has seen is 503 and never 401 while D1 is down", async () => {
  const unseen = makeApiKey(new Uint8Array(32).fill(8));
  outage();
  const asked = new Request("http://localhost/", { headers: { Authorization: `Key ${unseen}` } });
  for (const isolate of [warm, new Isolate(world)]) {
    const { authenticate: check } = authenticator(sourcesOf(isolate));
    await expect(check(asked, scopeOf(isolate))).rejects.toMatchObject(UNAVAILABLE);
  }
});

it("with KV down too, an isolate that knows a key goes on, and a cold one is 503", async () => {
  outage();
  world.kv.mode = "fails";
  expect(await authenticate(warm)).toMatchObject({ grants: VIEW });
  await expect(authenticate(new Isolate(world))).rejects.toMatchObject(UNAVAILABLE);
});
