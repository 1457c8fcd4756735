import * as fc from "fast-check";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { CLAIM_MS } from "../../src/archives/check-run.ts";
import type { ClaimedArchive } from "../../src/store/archive-store.ts";
import { copyKey } from "../../src/archives/bucket.ts";
import { CheckWorld, digestOf, whole } from "../support/archive-checks.ts";
import { anAsset } from "../support/fixtures.ts";
import { runs } from "../support/nightly.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const MINUTE = 60_000;
const BYTES = "the bytes of the archive";
const digest = await digestOf(BYTES);
const URL_ = "https://assets.example.net/one.tar.gz";

let world: CheckWorld;

beforeEach(async () => {
  await freshStorage();
  await env.ARCHIVES.delete(copyKey(digest));
  world = new CheckWorld();
});

async function put(name: string, builds: { url: string; sha512: string }[]): Promise<void> {
  const body = anAsset(name, { builds });
  expect((await api("PUT", `${ASSETS}/${name}`, { token: admin, body })).status).toBe(201);
}

/** What one of two checkers does; a time passes before it. */
type Step =
  | { readonly kind: "claim"; readonly checker: 0 | 1; readonly archives: number; readonly perHost: number }
  | { readonly kind: "record"; readonly checker: 0 | 1; readonly dueIn: number; readonly parks: boolean }
  | { readonly kind: "release"; readonly checker: 0 | 1 }
  | { readonly kind: "die"; readonly checker: 0 | 1 }
  | { readonly kind: "ask" };

const checker = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step & { readonly pause: number }> = fc
  .oneof(
    fc.record({
      kind: fc.constant("claim" as const),
      checker,
      archives: fc.integer({ min: 1, max: 6 }),
      perHost: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      kind: fc.constant("record" as const),
      checker,
      dueIn: fc.integer({ min: 1, max: 60 }),
      parks: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("release" as const), checker }),
    fc.record({ kind: fc.constant("die" as const), checker }),
    fc.record({ kind: fc.constant("ask" as const) }),
  )
  .chain((each) => fc.nat({ max: 10 }).map((pause) => ({ ...each, pause: pause * MINUTE })));

const COLUMNS = {
  state: "ok",
  detail: "",
  status: 200,
  size: 1,
  type: null,
  seenDigest: null,
  beginsAs: null,
  etag: null,
  lastModified: null,
  checkedBy: "test",
  verifiedAt: null,
  suspectedAt: null,
  tries: 0,
};

describe("of two checkers", () => {
  it("no two ever hold one digest, whatever they do and whenever they die; none is lost", async () => {
    // Six digests behind nine URLs of three hosts.
    const builds = Array.from({ length: 9 }, (_, n) => ({
      url: `https://host${n % 3}.dev/${n}`,
      sha512: String(n % 6).repeat(128),
    }));
    await put("many", builds);
    await world.follow();
    const { queue } = world.stores;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await env.DB.batch([
          env.DB.prepare("UPDATE archives SET claim = NULL, due_at = ?1, checked_at = NULL").bind(world.now),
          env.DB.prepare("UPDATE archive_hosts SET turn_at = ?1, parked_until = 0").bind(world.now),
        ]);
        const held = new Map<
          string,
          { readonly archive: ClaimedArchive; readonly token: string; readonly until: number }
        >();
        const tokens = ["", ""];
        let claims = 0;
        const claim = async (holder: 0 | 1, archives: number, perHost: number) => {
          const token = `${(claims += 1)}`;
          const until = world.now + CLAIM_MS;
          const claimed = await queue.claim({ token, now: world.now, until, archives, perHost });
          tokens[holder] = token;
          expect(claimed.length).toBeLessThanOrEqual(archives);
          for (const archive of claimed) {
            const other = held.get(archive.digest);
            if (other !== undefined) expect(other.until).toBeLessThanOrEqual(world.now);
            held.set(archive.digest, { archive, token, until });
          }
          const hosts = Map.groupBy(claimed, ({ host }) => host);
          for (const of of hosts.values()) expect(of.length).toBeLessThanOrEqual(perHost);
          return claimed;
        };
        for (const each of steps) {
          world.now += each.pause;
          if (each.kind === "claim") await claim(each.checker, each.archives, each.perHost);
          if (each.kind === "ask") await queue.ask([1, 2, 3], world.now, world.now);
          if (each.kind === "die") tokens[each.checker] = "";
          if (each.kind === "release") {
            await queue.release(tokens[each.checker] ?? "", world.now);
            for (const [key, { token }] of held) if (token === tokens[each.checker]) held.delete(key);
          }
          if (each.kind === "record") {
            const mine = [...held].find(([, { token }]) => token === tokens[each.checker]);
            if (mine === undefined) continue;
            const [key, { archive, token }] = mine;
            await queue.record(archive.id, token, {
              columns: { ...COLUMNS, checkedAt: world.now, dueAt: world.now + each.dueIn * MINUTE },
              notice: null,
              park: each.parks ? { host: archive.host, until: world.now + each.dueIn * MINUTE } : null,
              copy: null,
            });
            held.delete(key);
          }
        }
        // Whatever happened, every archive has its turn again.
        const seen = new Set<number>();
        for (let round = 0; round < 20 && seen.size < builds.length; round += 1) {
          world.now += 60 * MINUTE;
          held.clear();
          for (const { id } of await claim(0, 9, 9)) seen.add(id);
          await queue.release(tokens[0] ?? "", world.now);
        }
        expect(seen.size).toBe(builds.length);
      }),
      { numRuns: runs(25) },
    );
  });
});

describe("a checker that is killed", () => {
  beforeEach(() => put("one", [{ url: URL_, sha512: digest }]));

  it("in the middle of a download loses nothing: another checks when the claim is over", async () => {
    world.served.set(URL_, () => new Promise<never>(() => undefined));
    await world.follow();
    void world.checker().run();
    await expect.poll(() => world.requests.length).toBe(1);
    world.served.set(URL_, () => whole(BYTES));
    expect(await world.tick()).toEqual({});
    expect(world.requests).toHaveLength(1);
    world.now += CLAIM_MS;
    expect(await world.tick()).toEqual({ ok: 1 });
  });

  it("in the middle of a copy leaves no half object", async () => {
    const halfway = Promise.withResolvers<void>();
    world.served.set(URL_, () => {
      const { readable, writable } = new FixedLengthStream(BYTES.length);
      const writer = writable.getWriter();
      void writer.write(new TextEncoder().encode(BYTES.slice(0, 5))).then(() => halfway.resolve());
      return new Response(readable, { headers: { "Content-Length": String(BYTES.length) } });
    });
    await world.follow();
    void world.checker().run();
    await halfway.promise;
    expect(await env.ARCHIVES.head(copyKey(digest))).toBeNull();
    world.served.set(URL_, () => whole(BYTES));
    world.now += CLAIM_MS;
    expect(await world.tick()).toEqual({ ok: 1 });
    expect(await (await env.ARCHIVES.get(copyKey(digest)))?.text()).toBe(BYTES);
  });

  it("between a copy and its record copies again, and counts it once", async () => {
    world.served.set(URL_, () => whole(BYTES));
    const dying = {
      ...world.stores,
      queue: {
        claim: world.stores.queue.claim.bind(world.stores.queue),
        record: () => Promise.reject(new Error("killed")),
        release: () => Promise.resolve(),
        ask: () => Promise.resolve(0),
        report: () => Promise.resolve(),
      },
    };
    expect(await world.tick({ stores: dying })).toEqual({});
    expect(await env.ARCHIVES.head(copyKey(digest))).not.toBeNull();
    world.now += CLAIM_MS;
    expect(await world.tick()).toEqual({ ok: 1 });
    expect((await world.stores.copies.totals()).bytes).toBe(BYTES.length);
  });

  it("between a finding and its announcement announces it with the next run, once", async () => {
    world.served.set(URL_, () => whole(BYTES));
    await world.tick();
    world.served.set(URL_, () => whole("other bytes"));
    for (let day = 0; day < 2; day += 1) {
      world.now += 24 * 60 * MINUTE;
      await world.tick();
    }
    expect(world.lines).toEqual([]);
    await Promise.all([world.checker().run(), world.checker().run(), world.checker().run()]);
    await world.checker().run();
    const feed = await api("GET", "/api/edge/v1/changes?since=0", { token: admin });
    const { changes } = await feed.json<{ changes: { who: string }[] }>();
    expect(changes.filter(({ who }) => who === "archive-check")).toHaveLength(1);
  });
});
