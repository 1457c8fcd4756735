import { expect, it } from "vitest";
import { authenticator } from "../../src/auth/authenticate.ts";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import type { Route, Services } from "../../src/context.ts";
import { compile } from "../../src/http/router.ts";
import { tokenFor } from "../support/worker.ts";

const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";

it("a handler learns that the access token it was called with has expired meanwhile", async () => {
  let now = Date.now();
  const seen: boolean[] = [];
  const handle: Route["handle"] = async ({ stillValid }) => {
    seen.push(await stillValid());
    now += 59_000;
    seen.push(await stillValid());
    now += 2_000;
    seen.push(await stillValid());
    return new Response("done");
  };
  const serve = compile({
    routes: [
      { method: "GET", path: "/stream", access: "authenticated", handle },
      { method: "GET", path: "/open", access: "public", handle },
    ],
    services: {} as Services,
    authenticator: authenticator({
      signingKeys: await readSigningKeys(SECRET),
      ring: { find: async () => null, noteUse: () => undefined },
      outside: null,
      failures: new FailureLimit(async () => true),
    }),
    clock: () => now,
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
