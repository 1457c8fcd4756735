import { describe, expect, it } from "vitest";
import { parseGrant } from "../../../src/auth/grants.ts";
import { cursorAt } from "../../../src/history/changes/cursor.ts";
import { changeEvents } from "../../../src/history/changes/events.ts";
import { ChangeService } from "../../../src/history/changes/service.ts";
import { WaitingRoom } from "../../../src/history/changes/waiting-room.ts";
import type { ChangeStore } from "../../../src/store/change-store.ts";
import type { KnownCommits } from "../../../src/store/commit-watch.ts";
import { assetId } from "../../support/names.ts";

const { namespace, name } = assetId("default", "a");
const scope = namespace;
const grants = [parseGrant("view@default")].filter((grant) => grant !== null);
const follower = { grants, scope };

/** A service over a store whose queries are counted; a sleep takes no time and is told what happens meanwhile. */
function watching(
  known: KnownCommits | null,
  meanwhile: (second: number) => KnownCommits | null = () => known,
) {
  const state = { now: 0, known, head: 7, queries: 0, valid: true };
  const store: ChangeStore = {
    async scan(after) {
      state.queries += 1;
      const heads = after < state.head ? [{ seq: state.head, namespace, name, bytes: 2 }] : [];
      return {
        epoch: "e",
        seq: state.head,
        forgotten: 0,
        exists: true,
        lives: new Map(),
        heads,
        scannedTo: state.head,
      };
    },
    async revisions(seqs) {
      return seqs.map((seq) => ({
        namespace,
        name,
        seq,
        kind: "asset" as const,
        action: "update" as const,
        etag: null,
        principal: "p",
        at: 0,
        reason: null,
        definition: "{}",
      }));
    },
  };
  const service = new ChangeService({
    store,
    watch: { newest: async () => state.known },
    room: new WaitingRoom(1),
    clock: () => state.now,
    async sleep(ms) {
      state.now += ms;
      state.known = meanwhile(state.now / 1000);
    },
  });
  const next = (seq: number, wait = 20_000) =>
    service.next(follower, cursorAt("e", seq, null), 500, {
      wait,
      waitUntil: () => undefined,
      stillValid: async () => state.valid,
    });
  return { state, service, next };
}

describe("a client that waits for changes", () => {
  it("asks the database nothing while nothing is committed, and moves on with what is known", async () => {
    const { state, next } = watching({ epoch: "e", seq: 9, last: 7 });
    expect(await next(7)).toMatchObject({ changes: [], next: cursorAt("e", 9, null) });
    expect([state.queries, state.now]).toEqual([0, 20_000]);
  });

  it("asks once when something was committed in its scope", async () => {
    const quiet = { epoch: "e", seq: 7, last: 7 };
    const { state, next } = watching(quiet, (second) => {
      if (second < 3) return { epoch: "e", seq: 7 + second, last: 7 };
      state.head = 12;
      return { epoch: "e", seq: 12, last: 12 };
    });
    const { changes } = await next(7);
    expect(changes.map(({ cursor }) => cursor.seq)).toEqual([12]);
    expect([state.queries, state.now]).toEqual([1, 3_000]);
  });

  it.each([
    ["nothing is known", null],
    ["what is known is older than the cursor", { epoch: "e", seq: 6, last: 6 }],
    ["what is known is of another epoch", { epoch: "f", seq: 99, last: 99 }],
  ])("asks once, and not each second, when %s", async (_, known) => {
    const { state, next } = watching(known);
    expect((await next(7)).changes).toEqual([]);
    expect([state.queries, state.now]).toEqual([1, 20_000]);
  });

  it("asks again when what is known is of an epoch that it has not seen", async () => {
    const { state, next } = watching({ epoch: "e", seq: 7, last: 7 }, () => ({
      epoch: "f",
      seq: 9,
      last: 9,
    }));
    await next(7);
    expect(state.queries).toBe(1);
  });

  it("asks the database when what is known is of another epoch, however few its commits", async () => {
    const { state, next } = watching({ epoch: "f", seq: 7, last: 7 });
    await next(7);
    expect(state.queries).toBeGreaterThan(0);
  });

  it("does not wait when there is something to show or it did not ask to", async () => {
    expect((await watching({ epoch: "e", seq: 7, last: 7 }).next(3)).changes).toHaveLength(1);
    const { state, next } = watching({ epoch: "e", seq: 7, last: 7 });
    expect((await next(7, 0)).changes).toEqual([]);
    expect([state.queries, state.now]).toEqual([1, 0]);
  });

  it("is refused what it has waited for when its credential no longer holds", async () => {
    const { state, next } = watching({ epoch: "e", seq: 7, last: 7 }, () => {
      state.head = 8;
      state.valid = false;
      return { epoch: "e", seq: 8, last: 8 };
    });
    await expect(next(7)).rejects.toMatchObject({ kind: "unauthenticated" });
    expect(state.queries).toBe(0);
  });

  it("is 429 with Retry-After when too many wait", async () => {
    let refused: unknown;
    const { next } = watching({ epoch: "e", seq: 7, last: 7 }, (second) => {
      if (second === 1) refused = next(7).catch((error: unknown) => error);
      return { epoch: "e", seq: 7, last: 7 };
    });
    await next(7, 5_000);
    expect(await refused).toMatchObject({ kind: "tooManyRequests", headers: { "Retry-After": "5" } });
  });
});

describe("a stream of changes", () => {
  it("ends after a minute of the service's clock", async () => {
    const { state, service } = watching({ epoch: "e", seq: 7, last: 7 });
    const context = { waitUntil: () => undefined, stillValid: async () => true };
    const parts: string[] = [];
    for await (const part of changeEvents(context, service, follower, cursorAt("e", 7, null), 500))
      parts.push(part);
    expect(state.now).toBe(60_000);
    expect(parts.filter((part) => part.startsWith(": caught up"))).toHaveLength(12);
  });
});
