import { describe, expect, it } from "vitest";
import { apiKeyDigest, makeApiKey } from "../../src/auth/api-keys.ts";
import { authenticator } from "../../src/auth/authenticate.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { BOUND_MS } from "../../src/freshness/admit.ts";
import { beat } from "../../src/freshness/heartbeat.ts";
import type { Context } from "../../src/context.ts";
import { compile } from "../../src/app.ts";
import { operation } from "../../src/http/operation.ts";
import { get } from "../../src/http/route.ts";
import { keyRing } from "../../src/keys/key-lookup.ts";
import { Isolate, World } from "../support/isolate.ts";
import { freshStorage, tokenFor } from "../support/worker.ts";
import { testScope } from "../support/scope.ts";

const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";

it("a handler learns that the access token it was called with has expired meanwhile", async () => {
  let now = Date.now();
  const seen: boolean[] = [];
  const handle = async ({ stillValid }: Context) => {
    seen.push(await stillValid());
    now += 59_000;
    seen.push(await stillValid());
    now += 2_000;
    seen.push(await stillValid());
    return new Response("done");
  };
  const asked = operation({
    id: "ask",
    tag: "Service",
    summary: "",
    description: "",
    answers: {},
    handle,
  });
  const serve = compile({
    routes: [get("/stream", "authenticated", asked), get("/open", "public", asked)],
    services: {},
    authenticator: authenticator({
      signingKeys: await readSigningKeys(SECRET),
      ring: { find: async () => null, noteUse: () => undefined },
      outside: null,
      failures: new FailureLimit(async () => true),
    }),
    clock: () => now,
    isMissing: async () => false,
    translate: (error) => error,
    observe: () => undefined,
  });
  const token = await tokenFor(["view@default"], { ttl: 60, secret: SECRET });
  const headers = { Authorization: `bearer ${token}` };
  for (const path of ["/stream", "/open"]) {
    const request = new Request(`http://localhost${path}`, { headers });
    await serve(request, { requestId: "one", waitUntil: () => undefined });
  }
  expect(seen).toEqual([true, true, false, true, true, true]);
});

describe("a key that held when its request came", () => {
  /** An authenticator over the real D1 that has let a key of this expiry in. */
  async function withKey(expiresAt: number | null) {
    await freshStorage();
    const world = new World();
    const isolate = new Isolate(world);
    const key = makeApiKey(new Uint8Array(32).fill(9));
    const made = {
      digest: await apiKeyDigest(key),
      name: "ci",
      grants: ["view@default"],
      mayFollow: [],
      mayTakeOver: true,
    };
    await isolate.keys.create(
      { ...made, expiresAt: expiresAt === null ? null : world.now + expiresAt },
      isolate.commit(),
    );
    await beat(isolate.edge, async () => 0, []);
    await isolate.settled();
    const counted: string[] = [];
    const { authenticate, stillValid } = authenticator({
      signingKeys: [],
      ring: keyRing(isolate.keys),
      outside: null,
      failures: new FailureLimit(async (client) => counted.push(client) < 0),
    });
    const request = new Request("http://localhost/", { headers: { Authorization: `key ${key}` } });
    const scope = () => testScope(world.now, isolate.waitUntil);
    expect(await authenticate(request, scope())).toMatchObject({ name: "ci" });
    return { world, stillValid: () => stillValid(request, scope()), counted };
  }

  it("is no longer valid once its key is revoked anywhere, within the bound, and is not counted", async () => {
    const { world, stillValid, counted } = await withKey(null);
    const { databaseCalls } = world;
    expect(await stillValid()).toBe(true);
    expect(world.databaseCalls).toBe(databaseCalls);
    const elsewhere = new Isolate(world);
    await elsewhere.keys.revoke("ci", [["view@default"]], elsewhere.commit());
    await elsewhere.settled();
    world.seconds(BOUND_MS / 1000 + 2);
    for (let times = 0; times < 400; times += 1) expect(await stillValid()).toBe(false);
    expect(counted).toEqual([]);
  });

  it("is no longer valid once its key expires", async () => {
    const { world, stillValid } = await withKey(20_000);
    world.seconds(19);
    expect(await stillValid()).toBe(true);
    world.seconds(1);
    expect(await stillValid()).toBe(false);
  });

  it("stillValid throws unavailable when no store answers", async () => {
    const { world, stillValid } = await withKey(null);
    world.databaseDown = true;
    world.kv.mode = "fails";
    world.seconds(BOUND_MS / 1000 + 2);
    await expect(stillValid()).rejects.toMatchObject({ kind: "unavailable" });
  });
});
