import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { FailureLimit } from "../../src/auth/failure-limit.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { LoginService } from "../../src/login/service.ts";
import { D1PlanStore } from "../../src/store/d1/plans.ts";
import { D1SessionStore } from "../../src/store/d1/sessions.ts";
import type { SessionStore } from "../../src/store/session-store.ts";
import { namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";
import { testScope } from "../support/scope.ts";

const NOW = 1_800_000_000_000;
const KEY = { digest: "d", name: "alice", grants: ["view@default"] };
const scope = testScope(NOW);
const store = new D1SessionStore(env.DB);

beforeEach(async () => {
  await freshStorage();
  await env.DB.prepare(
    "INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at) VALUES ('d', 'alice', 1, ?1, 'root', 0)",
  )
    .bind(JSON.stringify(KEY.grants))
    .run();
});

async function loginOver(sessions: SessionStore) {
  const login = new LoginService(
    {
      signingKeys: await readSigningKeys("s".repeat(32)),
      ring: { find: async () => null, noteUse: () => undefined },
      outside: null,
      failures: new FailureLimit(async () => true),
    },
    sessions,
  );
  const whole = { ...KEY, expiresAt: null, revokedAt: null, lastUsed: null };
  return { login, first: await login.open(whole, "http://localhost", NOW) };
}

describe("a session", () => {
  it("goes on when the database made the rotation and its answer was lost", async () => {
    let lost = 1;
    const sessions: SessionStore = {
      open: (session) => store.open(session),
      close: (id) => store.close(id),
      prune: (now) => store.prune(now),
      async rotate(...rotation) {
        const rotated = await store.rotate(...rotation);
        if (lost > 0) throw new Error(`D1_ERROR: Network connection lost. ${(lost -= 1)}`);
        return rotated;
      },
    };
    const { login, first } = await loginOver(sessions);
    const second = await login.refresh(first.accessToken, first.refreshToken, "http://localhost", scope);
    const third = await login.refresh(second.accessToken, second.refreshToken, "http://localhost", scope);
    expect(third.refreshToken).not.toBe(second.refreshToken);
    await expect(
      login.refresh(first.accessToken, first.refreshToken, "http://localhost", scope),
    ).rejects.toMatchObject({ kind: "invalidArgument" });
  });

  it("is rotated once for one successor, asked again or not", async () => {
    await store.open({ id: "s", refreshId: "one", keyDigest: "d", expiresAt: NOW + 1_000 });
    const next = { refreshId: "two", expiresAt: NOW + 2_000 };
    const rotated = { outcome: "rotated", key: { name: "alice", grants: ["view@default"] } };
    for (let times = 0; times < 3; times += 1)
      expect(await store.rotate("s", "one", next, NOW)).toEqual(rotated);
    const other = { refreshId: "three", expiresAt: NOW + 2_000 };
    expect(await store.rotate("s", "one", other, NOW)).toEqual({ outcome: "reused" });
    expect(await store.rotate("s", "two", other, NOW)).toEqual({ outcome: "unknown" });
  });

  it("is over at the time it expires", async () => {
    await store.open({ id: "s", refreshId: "one", keyDigest: "d", expiresAt: NOW });
    const next = { refreshId: "two", expiresAt: NOW + 1_000 };
    expect(await store.rotate("s", "one", next, NOW)).toEqual({ outcome: "unknown" });
    expect(await store.rotate("s", "one", next, NOW - 1)).toMatchObject({ outcome: "rotated" });
  });

  it.each([
    ["revoked", "UPDATE api_keys SET revoked_at = 1"],
    ["expired", `UPDATE api_keys SET expires_at = ${NOW}`],
    ["gone", "DELETE FROM api_keys"],
  ])("ends when its key is %s", async (_, statement) => {
    await store.open({ id: "s", refreshId: "one", keyDigest: "d", expiresAt: NOW + 1_000 });
    await env.DB.prepare(statement).run();
    const next = { refreshId: "two", expiresAt: NOW + 2_000 };
    expect(await store.rotate("s", "one", next, NOW)).toEqual({ outcome: "key-ended" });
    expect(await store.rotate("s", "one", next, NOW)).toEqual({ outcome: "unknown" });
  });
});

describe("pruning", () => {
  const filled = (columns: string, count: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) INSERT INTO ${columns} FROM n`,
    );

  it("of sessions deletes the expired ones, 5,000 at a time", async () => {
    await filled("sessions SELECT 'old-' || i, 'r', 'd', 1", 5_002).run();
    await filled(`sessions SELECT 'new-' || i, 'r', 'd', ${NOW + 1}`, 3).run();
    expect(await store.prune(NOW)).toBe(5_000);
    expect(await store.prune(NOW)).toBe(2);
    expect(await store.prune(NOW)).toBe(0);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBe(3);
  });

  it("of plans deletes the expired parts, 200 at a time, and no plan is read in part", async () => {
    const plans = new D1PlanStore(env.DB);
    await filled(`plans SELECT 'old', i, 'default', 'x', ${NOW}`, 250).run();
    await filled(`plans SELECT 'new', i, 'default', 'x', ${NOW + 1}`, 3).run();
    expect(await plans.prune(NOW)).toBe(200);
    expect(await plans.load("old", namespaceNamed("default"), NOW)).toBeNull();
    expect(await plans.prune(NOW)).toBe(50);
    expect(await plans.prune(NOW)).toBe(0);
    expect(await plans.load("new", namespaceNamed("default"), NOW)).toBe("xxx");
  });
});
