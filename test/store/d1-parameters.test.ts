import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { runtimeTimer } from "../../src/lib/timer.ts";
import { STORED_BYTES } from "../../src/store/asset-store.ts";
import { deadlined } from "../../src/store/d1/deadlined.ts";
import { D1PlanStore } from "../../src/store/d1/plans.ts";
import { Deadlines } from "../../src/store/deadlines.ts";
import { NIGHTLY } from "../support/nightly.ts";
import { namespaceNamed } from "../support/names.ts";
import { freshStorage } from "../support/worker.ts";

const DEFAULT = namespaceNamed("default");

beforeEach(freshStorage);

describe("the database that stores are given", () => {
  const db = deadlined(env.DB, new Deadlines(Date.now, runtimeTimer));

  it.each([
    ["one byte a character", "x".repeat(STORED_BYTES)],
    ["two", "é".repeat(STORED_BYTES / 2)],
    ["three", "\u2028".repeat(Math.floor(STORED_BYTES / 3))],
    ["four", "\u{1F600}".repeat(STORED_BYTES / 4)],
  ])("takes a text up to the limit and is 413 beyond it: %s", async (_, text) => {
    const both = [db, db.withSession("first-primary")];
    for (const way of both) {
      const found = await way.prepare("SELECT octet_length(?1) AS n").bind(text).first<number>("n");
      expect(found).toBeGreaterThan(STORED_BYTES - 3);
      const prepared = way.prepare("SELECT ?2, ?1");
      expect(() => prepared.bind(1, `${text}\u2028`)).toThrow(
        expect.objectContaining({ kind: "tooLarge" }) as Error,
      );
    }
  });

  it("runs statements one by one and as a batch", async () => {
    const one = db.prepare("SELECT ?1 AS n").bind(1);
    expect(await one.first("n")).toBe(1);
    const [first] = await db.batch<{ n: number }>([one, db.prepare("SELECT 2 AS n")]);
    expect(first?.results).toEqual([{ n: 1 }]);
  });
});

/** Two parts of what is stored; at night three. */
const PLAN_BYTES = NIGHTLY ? 3_400_000 : 1_600_000;

it("a plan of any length and characters is loaded as it was saved", async () => {
  const plans = new D1PlanStore(env.DB);
  for (const piece of ["x", "é", "\u2028", "\u{1F600}", "x\u{1F600}"]) {
    for (const shift of ["", "x", "xx", "xxx"]) {
      const body = shift + piece.repeat(PLAN_BYTES / new TextEncoder().encode(piece).length);
      const id = `${piece} after ${shift.length}`;
      await plans.save(id, DEFAULT, body, 1);
      expect([id, (await plans.load(id, DEFAULT, 0)) === body]).toEqual([id, true]);
    }
  }
  await plans.save("empty", DEFAULT, "{}", 1);
  expect(await plans.load("empty", DEFAULT, 0)).toBe("{}");
});
