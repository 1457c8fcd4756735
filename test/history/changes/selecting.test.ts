import { describe, expect, it } from "vitest";
import { parseGrant } from "../../../src/auth/grants.ts";
import { cursorAt, printCursor, readFrom, type Cursor } from "../../../src/history/changes/cursor.ts";
import { checkCursor, PAGE_BYTES, selectChanges, type Follower } from "../../../src/history/changes/page.ts";
import { ChangeService } from "../../../src/history/changes/service.ts";
import { WaitingRoom } from "../../../src/history/changes/waiting-room.ts";
import type { ChangeHead, ChangeScan } from "../../../src/store/change-store.ts";
import type { AssetRevision } from "../../../src/store/history-store.ts";
import { assetId } from "../../support/names.ts";

const follower = (...texts: string[]): Follower => ({
  grants: texts.flatMap((text) => parseGrant(text) ?? []),
  scope: null,
});
const everything = follower("view@*");

function head(seq: number, path = "default/a", bytes = 2): ChangeHead {
  const [namespace = "", name = ""] = path.split("/");
  const id = assetId(namespace, name);
  return { seq, namespace: id.namespace, name: id.name, bytes };
}

const scanOf = (heads: readonly ChangeHead[], members: Partial<ChangeScan> = {}): ChangeScan => ({
  epoch: "e",
  seq: 100,
  forgotten: 0,
  exists: true,
  lives: new Map(),
  heads,
  scannedTo: 100,
  ...members,
});

const shown = (who: Follower, scan: ChangeScan, limit = 500) => {
  const { heads, completeTo } = selectChanges(who, scan, limit);
  return [heads.map(({ seq }) => seq), completeTo];
};

describe("a page of changes", () => {
  it("that holds all of a scan is complete to where that ends", () => {
    expect(shown(everything, scanOf([head(3), head(5)]))).toEqual([[3, 5], 100]);
    expect(shown(everything, scanOf([], { scannedTo: 40 }))).toEqual([[], 40]);
  });

  it("that is full is complete to its last commit, or to the last that is hidden after it", () => {
    expect(shown(everything, scanOf([head(3), head(5), head(7)]), 2)).toEqual([[3, 5], 5]);
    const hidden = scanOf([head(3), head(5, "other/a"), head(7)]);
    expect(shown(follower("view@default"), hidden, 1)).toEqual([[3], 5]);
  });

  it("is bounded by the bytes of its definitions, the first of which always fits", () => {
    const large = [head(3, "default/a", PAGE_BYTES + 1), head(5, "default/b", 1), head(7, "default/c", 1)];
    expect(shown(everything, scanOf(large))).toEqual([[3], 3]);
    expect(shown(everything, scanOf(large.slice(1)))).toEqual([[5, 7], 100]);
    const half = PAGE_BYTES / 2;
    const halves = [3, 5, 7].map((seq) => head(seq, "default/a", half));
    expect(shown(everything, scanOf(halves))).toEqual([[3, 5], 5]);
  });

  it("shows what the grants cover alone", () => {
    const scan = scanOf([head(3, "default/a"), head(5, "other/a"), head(7, "default/b")]);
    expect(shown(follower("view@default/a"), scan)).toEqual([[3], 100]);
    expect(shown(follower("edit@other"), scan)).toEqual([[5], 100]);
    expect(shown(follower(), scan)).toEqual([[], 100]);
  });

  it("shows former lives of a namespace to holders of every namespace alone", () => {
    const scan = scanOf([head(3), head(5), head(6)], { lives: new Map([["default", 5]]) });
    expect(shown(follower("view@default"), scan)).toEqual([[6], 100]);
    expect(shown(follower("view@*", "edit@default"), scan)).toEqual([[3, 5, 6], 100]);
  });
});

describe("a cursor", () => {
  const at = (seq: number, members: Partial<Cursor> = {}): Cursor => ({
    ...cursorAt("e", seq, null),
    ...members,
  });
  const outcome = (from: Cursor | null, members: Partial<ChangeScan> = {}, who = everything) => {
    try {
      checkCursor(from, who, scanOf([], members));
      return "good";
    } catch (error) {
      return (error as { kind: string }).kind;
    }
  };

  it.each<[string, Cursor | null, Partial<ChangeScan>, string]>([
    ["none", null, { forgotten: 50 }, "good"],
    ["at the newest commit", at(100), {}, "good"],
    ["past it", at(101), {}, "invalidArgument"],
    ["of another epoch", at(5, { epoch: "f" }), {}, "gone"],
    ["of another epoch past the newest commit", at(500, { epoch: "f" }), {}, "gone"],
    ["before what was forgotten", at(49), { forgotten: 50 }, "gone"],
    ["at what was forgotten", at(50), { forgotten: 50 }, "good"],
    ["reading from the start", at(49, { startedAt: 60 }), { forgotten: 50 }, "good"],
    ["before a namespace was made again", at(49), { lives: new Map([["default", 50]]) }, "gone"],
    ["after it", at(50), { lives: new Map([["default", 50]]) }, "good"],
    [
      "reading from the start since then",
      at(49, { startedAt: 60 }),
      { lives: new Map([["default", 50]]) },
      "good",
    ],
    [
      "reading from the start since before",
      at(20, { startedAt: 40 }),
      { lives: new Map([["default", 50]]) },
      "gone",
    ],
    ["of a namespace that is not there", at(1), { exists: false }, "notFound"],
  ])("%s is %s", (_, from, members, expected) => {
    expect(outcome(from, members)).toBe(expected);
  });

  it("comes back with its epoch, and is a following once it has reached its start", () => {
    for (const cursor of [at(5), at(5, { startedAt: 9 })])
      expect(readFrom(printCursor(cursor), "since")).toEqual(cursor);
    expect(cursorAt("e", 8, 9).startedAt).toBe(9);
    expect(cursorAt("e", 9, 9).startedAt).toBeNull();
  });
});

describe("a reading of the feed", () => {
  const revision = ({ seq, namespace, name }: ChangeHead): AssetRevision => ({
    seq,
    namespace,
    name,
    kind: "asset",
    action: "update",
    etag: null,
    principal: "p",
    at: 0,
    reason: null,
    definition: "{}",
  });

  /** A service whose store answers with these scans, one after the other. */
  function reading(...scans: readonly ChangeScan[]) {
    let scanned = 0;
    const service = new ChangeService({
      store: {
        scan: async () => scans[(scanned += 1) - 1] ?? scanOf([]),
        revisions: async (seqs) => seqs.filter((seq) => seq > 3).map((seq) => revision(head(seq))),
      },
      watch: { newest: async () => null },
      room: new WaitingRoom(),
      clock: () => 0,
      sleep: async () => undefined,
    });
    return { service, scans: () => scanned };
  }

  it("says when retention has deleted commits that it would show", async () => {
    const completeAfter = async (seq: number, startedAt: number | null) =>
      (
        await reading(scanOf([], { forgotten: 50 })).service.read(
          everything,
          cursorAt("e", seq, startedAt),
          5,
        )
      ).complete;
    expect([await completeAfter(49, 60), await completeAfter(50, null)]).toEqual([false, true]);
    expect((await reading(scanOf([], { forgotten: 50 })).service.read(everything, null, 5)).complete).toBe(
      false,
    );
  });

  it("shows secrets to those who may write the asset alone", async () => {
    const scan = scanOf([head(5)]);
    const mayWrite = async (who: Follower) =>
      (await reading(scan).service.read(who, cursorAt("e", 4, null), 5)).changes.map(
        (change) => change.mayWrite,
      );
    expect([await mayWrite(follower("view@*")), await mayWrite(follower("edit@default/a"))]).toEqual([
      [false],
      [true],
    ]);
  });

  it("scans again when retention was faster than it", async () => {
    const { service, scans } = reading(scanOf([head(3), head(5)]), scanOf([head(5)]));
    const page = await service.read(everything, cursorAt("e", 1, null), 5);
    expect(page.changes.map(({ cursor }) => cursor.seq)).toEqual([5]);
    expect(scans()).toBe(2);
  });
});
