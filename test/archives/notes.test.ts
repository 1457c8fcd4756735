import { describe, expect, it } from "vitest";
import { ArchiveNotes, REMEMBERED } from "../../src/archives/notes.ts";
import { sourceKey, sourceOf } from "../../src/archives/source.ts";
import { runtimeTimer } from "../../src/lib/timer.ts";

const MINUTE = 60_000;

/** Notes over a database that knows of no archive, or fails, and how often that was asked for archives and for news. */
function anIsolate() {
  const world = { now: 1_800_000_000_000, version: 7, fails: false, asked: 0, news: 0 };
  const answer = <T>(value: T) =>
    world.fails ? Promise.reject(new Error("D1_ERROR: down")) : Promise.resolve(value);
  const reader = {
    notes: () => {
      world.asked += 1;
      return answer([]);
    },
    news: () => {
      world.news += 1;
      return answer({ version: world.version, changed: [], isComplete: true, mirrors: [] });
    },
  };
  return { world, notes: new ArchiveNotes(reader, () => world.now, runtimeTimer) };
}

const build = (index: number, characters = 10) => ({
  url: `https://assets.example.com/${index}/${"a".repeat(characters)}`,
  sha512: index.toString(16).padStart(128, "0"),
  headers: null,
});

describe("what an isolate remembers of archives", () => {
  it("is asked for once for all builds of a question, and is known from then on", async () => {
    const { world, notes } = anIsolate();
    const builds = [build(1), build(2), build(2), build(3)];
    await notes.learn(builds);
    await notes.learn(builds);
    expect([world.asked, world.news]).toEqual([1, 1]);
    expect(notes.peekBuild("default", build(2))).toEqual({
      key: sourceKey(sourceOf(build(2))),
      state: "unknown",
      mirror: null,
    });
    expect(notes.peekBuild("default", build(4))).toBeUndefined();
  });

  it("has a version while it is fresh, and is asked for again after a minute, also when the database is down", async () => {
    const { world, notes } = anIsolate();
    expect(notes.version(world.now)).toBeNull();
    await notes.learn([]);
    expect(notes.version(world.now + MINUTE - 1)).toBe(7);
    expect(notes.version(world.now + MINUTE)).toBeNull();
    world.now += MINUTE;
    world.fails = true;
    await notes.learn([build(1)]);
    expect(world.news).toBe(2);
    expect(notes.version(world.now)).toBe(7);
  });

  it("stays within its bytes, however long the URLs are", async () => {
    const { notes } = anIsolate();
    for (let index = 0; index < 20; index += 1)
      await notes.learn(Array.from({ length: 100 }, (_, at) => build(index * 100 + at, 4_000)));
    expect(notes.bytes).toBeLessThanOrEqual(REMEMBERED.bytes);
    expect(notes.bytes).toBeGreaterThan(REMEMBERED.bytes / 2);
    expect(notes.peekBuild("default", build(1_999, 4_000))).toBeDefined();
    expect(notes.peekBuild("default", build(0, 4_000))).toBeUndefined();
  });
});
